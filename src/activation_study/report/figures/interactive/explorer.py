"""Any cell of the record: its learning curve, its rates and what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.report.analysis.derived.cells import SETUPS, Cells, cells
from activation_study.report.analysis.readings import READINGS
from activation_study.report.drawing.interactive import Choice, Interactive
from activation_study.report.drawing.looks import FAMILIES, spelled
from activation_study.report.figures.interactive import explorer_data, explorer_drawing
from activation_study.report.figures.interactive.explorer_data import number
from activation_study.report.figures.interactive.explorer_drawing import SIDES

WEIGHTS = {"averaged": "averaged weights", "last": "last weights"}


def explorer(
    record: Mapping[str, Runs],
    first: tuple[str, str, float] = ("relu", "softmax", 0.001),
    second: tuple[str, str, float] = ("sigmoid", "softmax", 0.001),
    *,
    task: str = "digits",
    reading: str = "averaged",
) -> Interactive:
    """Draw what is recorded of one cell, and of another beside it; a reader picks both.

    Args:
        record: Runs by the name of their study; set-ups of which one is missing are left out.
        first: Hidden activation, output layer and learning rate of the first state.
        second: The same, of the cell beside it.
        task: Set-up of the first state.
        reading: ``"last"`` or ``"averaged"`` weights, of the first state.

    Raises:
        KeyError: The first state is not recorded.
    """
    found = {
        name: cells(record, setup)
        for name, setup in SETUPS.items()
        if record.keys() >= set(setup.studies)
    }
    data = explorer_data.data_of(found)
    state = {"task": task, "reading": reading}
    for end, cell in zip(SIDES, (first, second), strict=True):
        named = zip(("hidden", "head", "rate"), (*cell[:2], f"{cell[2]:g}"), strict=True)
        state |= {name + end: value for name, value in named}
    parts = explorer_drawing.parts_of(data, state)
    return Interactive(
        kind="explorer",
        body=explorer_drawing.drawn(data, parts),
        said=parts["said"]["text"],
        title="Look up any cell of the record, and a second one beside it.",
        caption="Left, the learning curve on validation images. Right, the same measure in the end "
        "over all learning rates of that pair; the ring marks the rate you picked. Mean and "
        "95 % interval over the runs. Pale points: runs that chose a rate, with fewer seeds, and "
        "no test image read.",
        invitation="Choose a set-up first. What was not run cannot be chosen. The address of this "
        "page keeps what you choose, so that you can send it to others.",
        controls=_controls(found, state),
        data=data,
        table={
            f"All {len(each.rows)} cells: {SETUPS[name].words}": _table(each, name)
            for name, each in found.items()
        },
        note="Best first. Mean over the runs, at averaged weights where nothing else is said; dead "
        "units at the last weights. A cell without test images was read on validation images. A "
        "run that failed and could not be measured counts as a guess. A dash: a run has no value.",
    )


def _controls(found: Mapping[str, Cells], state: Mapping[str, str]) -> list[Choice]:
    """Return the lists to choose from: the set-up, the weights, and a cell twice."""
    index = pd.concat([each.rows for each in found.values()]).index
    used, outputs, rates = (index.unique(level) for level in ("hidden", "head", "learning_rate"))
    families = {
        family: {name: spelled(name) for name in members if name in used}
        for family, (_, members) in FAMILIES.items()
    }
    known = {name for members in families.values() for name in members}
    families["Others"] = {name: spelled(name) for name in sorted(set(used) - known)}
    hidden = {family: members for family, members in families.items() if members}
    heads = sorted(outputs, key=lambda name: (name not in ("softmax", "sigmoid"), spelled(name)))
    choices = [
        Choice("task", "set-up", state["task"], {"": {n: SETUPS[n].words for n in found}}),
        Choice("reading", "read at", state["reading"], {"": WEIGHTS}),
    ]
    for end, also in zip(SIDES, ("", "beside: "), strict=True):
        nothing = {"": {"": "nothing"}} if end else {}
        choices += [
            Choice(f"hidden{end}", f"{also}hidden", state[f"hidden{end}"], nothing | hidden),
            Choice(
                f"head{end}", f"{also}output", state[f"head{end}"],
                {"": {name: spelled(name) for name in heads}},
            ),
            Choice(
                f"rate{end}", f"{also}rate", state[f"rate{end}"],
                {"": {f"{rate:g}": f"{rate:g}" for rate in sorted(rates)}},
            ),
        ]  # fmt: skip
    return choices


def _table(found: Cells, task: str) -> pd.DataFrame:
    """Return a row a cell, the best first, and a column a measure."""
    shown = [explorer_data.SHOWN[name] for name in SETUPS[task].measures]
    means = found.values["mean"].unstack("measure").reindex(found.rows.index)
    best = READINGS["averaged"] + SETUPS[task].measures[0]
    order = means[best].map(shown[0].value).sort_values(ascending=shown[0].is_low).index
    rows, means = found.rows.loc[order], means.loc[order]
    frame = pd.DataFrame(
        {
            "hidden": [spelled(cell[0]) for cell in order],
            "output": [spelled(cell[1]) for cell in order],
            "rate": [f"{cell[2]:g}" for cell in order],
            "runs": rows["num_runs"].astype(str)
            + rows["num_diverged"].map(lambda count: f" ({count} failed)" if count else ""),
            "images": rows["part"].to_numpy(),
        }
    )
    for name, each in zip(SETUPS[task].measures, shown, strict=True):
        readings = READINGS.items() if name == SETUPS[task].measures[0] else [("", "averaged_")]
        for reading, prefix in readings:
            column = means.get(prefix + name, pd.Series(float("nan"), order))
            at = f", {WEIGHTS[reading]}" if reading else ""
            frame[each.words + at] = [number(each.value(value), each.digits) for value in column]
    for layer in explorer_data.LAYERS:
        dead = explorer_data.dead(layer)
        frame[dead.words] = [
            number(dead.value(value), dead.digits) for value in means[f"dead_{layer}"]
        ]
    return frame.map(with_minus)
