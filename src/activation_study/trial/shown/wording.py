"""What a trial found, in sentences."""

from __future__ import annotations

import math

from activation_study.catalogue.spelling import written
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report.claims.box.wording import IMAGES, Amounts
from activation_study.trial.findings import (
    ACCURACY,
    CALIBRATION,
    DEFAULT,
    GAP,
    NLL,
    TUNED,
    Against,
    Findings,
    Place,
)
from activation_study.trial.plan import DEEP, MAIN, REFERENCE

REF = written(REFERENCE)
ANSWERS = {
    "ahead": f"ahead of {REF}",
    "behind": f"behind {REF}",
    "same": f"as good as {REF}",
    "open": f"not told apart from {REF}",
}
_AMOUNTS = Amounts(ACCURACY)


def label(found: Findings) -> str:
    """Return the verdict in a few words."""
    if not found.learns:
        return "learns nothing" + (", explodes" if explodes(found) else "")
    said = ANSWERS[found.main.answer]
    if found.main.answer in ("ahead", "behind") and _is_small(found.main, found):
        said += ", by less than matters"
    if is_copy(found):
        assert found.relative
        said = f"{written(found.relative.name)} under another name"
    return said + (", explodes" if explodes(found) else "")


def _is_small(row: Against, found: Findings) -> bool:
    return max(abs(row.low), abs(row.high)) < found.margin


def is_copy(found: Findings) -> bool:
    """Whether the catalogue has the function."""
    return found.relative is not None and found.relative.kind == "same"


def explodes(found: Findings) -> bool:
    """Whether its runs end in numbers that are not finite at a rate that ReLU stands."""
    return any(row.lost > row.reference_lost for row in found.by_rate.values())


def summary(found: Findings) -> list[str]:
    """Return the answer in a few sentences."""
    said = [_against_reference(found), rank(found)]
    if not found.learns:
        level = found.main.level
        said = [
            f"At its own rate it gets {100 * level:.1f} % of the test images right, "
            f"{REF} {100 * found.main.reference_level:.1f} %: no better than a guess. "
            f"{_why_useless(found)}"
        ]
    return [*said, relative(found), turns(found)]


def _why_useless(found: Findings) -> str:
    entry = found.subject.entry
    if explodes(found):
        return "Its runs end in numbers that are not finite."
    if not entry.trainable and entry.range[0] == entry.range[1]:
        return "It is constant, so that nothing of a picture passes it."
    if not entry.trainable:
        return "Its derivative is 0, so that nothing below it learns."
    return "Look at its lost runs and at its derivative below."


def _against_reference(found: Findings) -> str:
    row = found.main
    change = _AMOUNTS.change(row.effect)
    said = f"At its own learning rate {change} than with {REF} at its own" + _interval(row)
    if is_same_number(row):
        said = f"At its own learning rate it is right exactly as often as {REF} on every seed"
    ends = {
        "ahead": "This is shown.",
        "behind": "This is shown.",
        "same": f"A difference of {_AMOUNTS.amount(found.margin)}, the least that matters here, "
        "is ruled out.",
        "open": f"Chance may do this, and {_AMOUNTS.amount(found.margin)}, the least that matters "
        "here, are not ruled out.",
    }
    return f"{said}. {ends[row.answer]}"


def is_same_number(row: Against) -> bool:
    """Whether both are right equally often on every seed."""
    return bool(row.low == row.high == row.effect == 0.0)


def _interval(row: Against) -> str:
    low, high = (_AMOUNTS.number(end) for end in (row.low, row.high))
    return f" (95 % interval {low} to {high}, {row.num_seeds} paired seeds)"


def rank(found: Findings) -> str:
    """Say where it stands among the others."""
    parts = []
    for kind, place in found.places.items():
        parts.append(f"{ordinal(place.place)} of {place.of} at {kind}, {span(place)}")
    return f"By its mean accuracy it stands {listed(parts)}."


def span(place: Place) -> str:
    """Say which places the intervals allow."""
    if place.best == place.worst:
        return "and no other place is possible by the intervals"
    return f"with ties anywhere from {place.best} to {place.worst}"


def ordinal(number: int) -> str:
    """Write a place: 1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"


def relative(found: Findings) -> str:
    """Say what of the catalogue it is, or comes near to."""
    near = found.relative
    if near is None:
        return "It is no relative of any function in the catalogue."
    name = written(near.name)
    if near.kind == "same":
        return (
            f"It computes what {name} computes: the two differ by at most {near.difference:.1g} "
            "for scores from -6 to 6. Use the one that Keras has."
        )
    if near.kind == "start":
        return f"It begins as {name} does, and then learns."
    if near.kind == "moved":
        outer, inner, shift, offset = (round(each, 3) + 0.0 for each in near.coefficients)
        score = f"{'' if inner == 1 else '-' if inner == -1 else f'{inner:g} '}z"
        score += f" {'+' if shift > 0 else '-'} {abs(shift):g}" if shift else ""
        scaled = f"{'' if outer == 1 else '-' if outer == -1 else f'{outer:g} '}{name}({score})"
        scaled += f" {'+' if offset > 0 else '-'} {abs(offset):g}" if offset else ""
        return (
            f"It is {scaled}. The weights and biases around a layer can make the one of the other, "
            f"so both say the same functions; the start and the pace differ."
        )
    return (
        f"Nearest in the catalogue is {name}, from which it differs by {near.difference:.2g} in "
        "the root mean square over standard normal scores."
    )


def turns(found: Findings) -> str:
    """Say where the comparison with ReLU comes out the other way."""
    is_decided = found.main.answer in ("ahead", "behind")
    rows = {name: row for name, row in found.turned.items() if name != TUNED}
    tried = len(found.settings) - 1
    cells, rates = (
        [
            f"{name} ({row.answer} by {_AMOUNTS.number(abs(row.effect), signed=False)}"
            f"{', less than matters' * _is_small(row, found)})"
            for name, row in those.items()
        ]
        for those in (rows, found.turned_rates)
    )
    if not is_decided:
        begin = "It is not so elsewhere: " if cells else ""
        said = f"{begin}{listed(cells)}, of {IMAGES:,} test images." if cells else (
            f"It is neither ahead nor behind in any of the {tried} other settings."
        )  # fmt: skip
    else:
        said = (
            f"It turns: {listed(cells)}, of {IMAGES:,} test images."
            if cells
            else f"It turns in none of the {tried} other settings."
        )
    if rates:
        said += f" With one learning rate for both: at rate {listed(rates)}."
    return said


def dead(found: Findings) -> str:
    """Say how many units are dead or without gradient at the end."""
    said = [
        f"{_percent(own)} of its units {what} ({REF}: {_percent(theirs)})"
        for what, (own, theirs) in found.units[DEFAULT].items()
    ]
    return f"At {DEFAULT}, when training ends, {listed(said)}."


def _percent(share: float) -> str:
    return "not defined" if math.isnan(share) else f"{100 * share:.1f} %"


def calibration(found: Findings) -> str:
    """Say how honest its probabilities are."""
    row, gap, nll = (found.measures[name] for name in (CALIBRATION, GAP, NLL))
    metric = metric_of(CALIBRATION)
    verdict = {"ahead": "worse", "behind": "better", "same": "no different", "open": "not told"}
    verb = verdict[row.answer]
    if verb == "not told":
        verb = "not told apart"
    way = "too sure" if gap.level > 0 else "not sure enough"
    return (
        f"Its smooth calibration error is {metric.shown(row.level)}, {REF}'s "
        f"{metric.shown(row.reference_level)}: {verb}. It is {way} by "
        f"{metric_of(GAP).number(abs(gap.level))} points. Its negative log-likelihood is "
        f"{metric_of(NLL).number(nll.level)} nats, {REF}'s "
        f"{metric_of(NLL).number(nll.reference_level)}."
    )


def deep(found: Findings) -> str:
    """Say how it fares in eight layers."""
    if DEEP not in found.settings:
        return ""
    row = found.settings[DEEP]
    said = _AMOUNTS.change(row.effect)
    lost = f" {row.lost} of its runs ended in numbers that are not finite."
    return (
        f"In 8 layers {said} than with {REF}{_interval(row)}: {ANSWERS[row.answer]}. It gets "
        f"{100 * row.level:.1f} % right.{lost * bool(row.lost)}"
    )


def cost(found: Findings) -> str:
    """Say what a step costs beside ReLU's."""
    cost = found.cost
    return (
        f"A training step takes {cost.ratio:.2f} times as long as one with {REF} (middle half of "
        f"the turns {cost.low:.2f} to {cost.high:.2f}; {1e3 * cost.seconds:.1f} against "
        f"{1e3 * cost.reference:.1f} milliseconds on this machine)."
    )


def lost(found: Findings) -> str:
    """Say at which rates its runs explode; nothing where none does."""
    rates = found.by_rate.items()
    cells = [f"{row.lost} of {row.num_seeds} at {rate}" for rate, row in rates if row.lost]
    theirs = sum(row.reference_lost for _, row in rates)
    if not cells:
        return ""
    return (
        f"Runs that ended in numbers that are not finite: {listed(cells)}; of {REF}'s {theirs} in "
        "all. Such a run counts as a guess."
    )


def tier_notice(found: Findings) -> str:
    """Say what the quick tier is worth; nothing at the full one."""
    if found.tier == "full":
        return ""
    seeds = found.main.num_seeds
    return (
        f"A first look: 3,500 training images, 1,000 test images, {seeds} seeds. For evidence run "
        "it on all of MNIST, at the full tier, where nothing of the others is trained again."
    )


def protocol(found: Findings) -> list[str]:
    """Say how it was run."""
    runs = found.runs[MAIN]
    base = runs.summary.iloc[0]
    total = sum(map(len, found.runs.values()))
    tuned = runs.summary[runs.summary["is_tuned"]]
    rates = tuned.groupby("hidden")["learning_rate"].first()
    layers = "-".join(["784", *[str(base["width"])] * base["depth"], "10"])
    return [
        f"Network {layers}, Adam, batches of {base['batch_size']}, {base['epochs']} epochs of "
        f"{base['dataset'].replace('mnist', 'MNIST')}, Glorot weights; read at the running average "
        "of the weights.",
        f"Each activation has the rate that is best for it on validation images, chosen with other "
        f"seeds; its own is {rates[found.subject.recorded]:g}, {REF}'s {rates[REFERENCE]:g}.",
        f"All are judged on the same seeds and compared seed by seed. Intervals are 95 % t "
        f"intervals, not adjusted for their number. {total:,} runs took part.",
    ]
