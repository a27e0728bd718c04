"""A figure of all output layers on all tasks."""

from __future__ import annotations

from collections.abc import Mapping

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.registry import listed
from activation_study.report.analysis.derived.skills import KINDS, TRIALS, skills
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import HEADS, INK, QUIET, SERIES, Look
from activation_study.report.drawing.picture import Picture

LOOKS = {
    "softmax": HEADS["softmax"],
    "sigmoid": HEADS["sigmoid"],
    "linear": Look(SERIES[5].colour, "s"),
    "other": Look(QUIET, "D"),
}
NAMES = {"linear": "no activation", "other": "another function"}


@parts.of_page
def skill(record: Mapping[str, Runs], reading: str = "averaged") -> Picture:
    """Draw the skill of every output layer: a row a task, in it a line a kind of activation.

    Args:
        record: Study -> its runs; a task without runs is left out, and named.
        reading: ``"last"`` or ``"averaged"`` weights.
    """
    rows = skills(record, reading)
    names = list(dict.fromkeys(rows["trial"]))
    missing = [name for name in TRIALS if name not in names]
    figure, (axes,) = parts.rows(names, 1, 0.55)
    places = {name: place for place, name in enumerate(names)}
    axes.grid(visible=False, axis="y")
    for place in range(1, len(names)):
        axes.axhline(place - 0.5, color=INK, alpha=0.15, lw=0.6)
    for line, kind in enumerate((*KINDS, "other")):
        own = rows[rows["kind"] == kind]
        if own.empty:
            continue
        heights = own["trial"].map(places) + 0.2 * (line - 1.5)
        parts.draw_intervals(axes, own, "mean", heights, [LOOKS[kind]] * len(own))
        advised = own["is_advised"]
        axes.scatter(own["mean"][advised], heights[advised], 90, fc="none", ec=INK, clip_on=False)
        look = LOOKS[kind]
        axes.plot([], [], look.marker, color=look.colour, label=NAMES.get(kind, kind))
    axes.axvline(0, color=INK, lw=0.8)
    parts.label_x(axes, "skill: 0 is the best constant answer, 1 the best layer, better\u00a0→")
    axes.set_xlim(min(-0.15, rows["mean"].min() - 0.1), 1.05)
    parts.legend(figure, axes)
    spans = rows.groupby(["trial", "kind"], sort=False)["mean"].agg(["min", "max"])
    said = [
        with_minus(f"{name}: " + listed([f"{NAMES.get(kind, kind)} {low:.2f} to {high:.2f}"
                                         for kind, (low, high) in spans.loc[name].iterrows()]))
        for name in names
    ]  # fmt: skip
    low, high = rows.loc[rows["kind"] == "softmax", "mean"].agg(["min", "max"])
    left_out = f" Not recorded yet: {listed(missing)}." if missing else ""
    return Picture(
        figure,
        f"Skill by what the targets are. {'. '.join(said)}.{left_out}",
        with_minus(f"Layers of softmax have skills from {low:.2f} to {high:.2f}: the name of the ")
        + "function does not decide."
        if high - low > 0.5
        else "The skill of every output layer, by what the targets are.",
        "A point is an output layer with its loss, at its tuned rate: mean and 95 % interval over "
        f"seeds. Circled: the layer of the card.{left_out}",
    )
