"""The words of a verdict's box: amounts, changes and settings in plain English.

A rule's `sentence` and a check's `found` are written once, before the runs; their placeholders are
filled from the record. `placeholders` says what each of them stands for; those of a `found` stand
in `rules.Bound`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from activation_study import studies
from activation_study.catalogue import heads
from activation_study.catalogue.spelling import field_written, scientific, with_minus, written
from activation_study.measures.metric import POWERS
from activation_study.measures.metrics import RULES, Metric, label_of, metric_of
from activation_study.registry import listed
from activation_study.report.claims.parts import Value
from activation_study.report.claims.rules import HOW, ContrastRule, CountRule

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Primary, Verdict

IMAGES = 10_000
"""What a share of images is said of: the number of MNIST's test images."""

COUNTED = ("accuracy", "exact_match", *(f"{rule}_exact_match" for rule in RULES))
"""Measures that are said as numbers of images."""

NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


@dataclass(frozen=True)
class Amounts:
    """How differences of a column are written.

    Attributes:
        column: of the record, without the prefix of a reading.
        unit: of a column whose row has none.
    """

    column: str
    unit: str = ""

    @classmethod
    def of(cls, rule: ContrastRule | CountRule) -> Amounts:
        """Return how a rule's numbers are written: a loss of cross-entropies alone is in nats."""
        if metric_of(rule.metric).name != "loss":
            return cls(rule.metric)
        study = studies.get(rule.study)
        names = {arm.fields.get("head", study.base.head) for arm in study.arms}
        in_nats = all("crossentropy" in str(heads.get(name).loss) for name in names)
        return cls(rule.metric, "nats" * in_nats)

    @property
    def metric(self) -> Metric:
        """What stands in the column."""
        metric = metric_of(self.column)
        return replace(metric, unit=self.unit) if self.unit else metric

    @property
    def is_counted(self) -> bool:
        """Whether the column is a share of images, said as so many of 10,000."""
        return self.metric.name in COUNTED

    @property
    def part(self) -> str:
        """Name the images that were measured: "test", "validation"."""
        return self.column.partition("_")[0]

    def number(self, value: float, *, signed: bool = True) -> str:
        """Write a difference without its unit."""
        if not math.isfinite(value):
            return "not defined"
        if self.is_counted:
            images = round(IMAGES * value)
            return with_minus(f"{images:+,}" if signed and images else f"{images:,}")
        return self.metric.number(value, signed=signed)

    def level(self, value: float) -> str:
        """Write a mean in its unit, of a power of ten what it stands for."""
        is_power = self.metric.unit == POWERS and math.isfinite(value)
        return scientific(10**value) if is_power else self.metric.shown(value)

    def amount(self, value: float) -> str:
        """Write the size of a difference with its unit, exactly: "20 images", "0.01 nats"."""
        if self.is_counted:
            return f"{IMAGES * abs(value):,.4g} images"
        if self.metric.unit == POWERS:
            return f"a factor of {scientific(10 ** abs(value))}"
        return f"{self.metric.factor * abs(value):.3g} {self.metric.difference_unit}".rstrip()

    def axis(self) -> str:
        """Name what the numbers are: "test images of 10,000", "test Brier score"."""
        if self.is_counted:
            return f"{self.part} images of {IMAGES:,}"
        unit, label = self.metric.difference_unit, label_of(self.column)
        return label if not unit or label.startswith(unit) else f"{label}, {unit}"

    def change(self, effect: float, level: float | None = None) -> str:
        """Say a difference as a clause: "24 more of 10,000 test images are right".

        Args:
            effect: mean of arm minus reference, in the column's unit.
            level: mean of the reference, of which the change is said in percent; None for none.
        """
        label = self.metric.label if self.part == "test" else label_of(self.column)
        if not math.isfinite(effect):
            return f"the {label} cannot be compared"
        said = self.number(abs(effect), signed=False)
        is_none = float(said.replace(",", "")) == 0
        how = "as many" if is_none else f"{said} {'more' if effect > 0 else 'fewer'}"
        if self.is_counted:
            verb = "is" if said == "1" else "are"
            return f"{how} of {IMAGES:,} {self.part} images {verb} right"
        unit = self.metric.difference_unit
        if unit and label.startswith(unit):
            return f"{how} {label} are needed"
        if is_none:
            return f"the {label} is the same"
        share = f" ({100 * abs(effect / level):.0f} %)" if level else ""
        by = self.amount(effect) if unit == POWERS else f"{said} {unit}".rstrip()
        return f"the {label} is {'higher' if effect > 0 else 'lower'} by {by}{share}"


def number_in_words(count: int) -> str:
    """Write a number up to twelve as a word."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else f"{count:,}"


def side(side: Mapping[str, Any] | float, metric: str = "") -> str:
    """Name an arm or a reference by its values, a number in its metric's unit."""
    if isinstance(side, Mapping):
        several = {
            field: value if isinstance(value, tuple) else (value,) for field, value in side.items()
        }
        return " with ".join(
            listed([level(field, value) for value in values]) for field, values in several.items()
        )
    return metric_of(metric).shown(side)


def level(field: str, value: Value) -> str:
    """Name a value so that it says of which field it is: "ReLU", "softmax outputs"."""
    nouns = {"head": "outputs", "rate_decay": "decay of the rate", "rate": "rate"}
    nouns |= {"reading": "weights", "initializer": "first weights"}
    if field == "head" and written(value) != str(value).replace("_", " "):
        # It says itself what its outputs are.
        return written(value)
    if field in nouns:
        return f"{written(value)} {nouns[field]}"
    if field == "metric":
        return label_of(str(value))
    if field == "hidden":
        return written(value)
    return f"{field_written(field)} {'all' if value is None else written(value)}"


def setting_name(setting: Mapping[str, Value]) -> str:
    """Name a setting, or what else has fields: "ReLU, softmax outputs, tuned rate"."""
    order = ("hidden", "head", *sorted(setting.keys() - {"hidden", "head", *HOW}), *HOW)
    return ", ".join(level(field, setting[field]) for field in order if field in setting)


def settings(rule: ContrastRule | CountRule) -> str:
    """Say what the mean is over: "five hidden activations"."""
    if not rule.over:
        return "all seeds"
    if len(rule.over) == 1:
        ((field, values),) = rule.over.items()
        return f"{number_in_words(len(values))} {field_written(field, len(values))}"
    fields = listed([field_written(field) for field in rule.over])
    return f"{number_in_words(len(rule.settings))} combinations of {fields}"


def span(verdict: Verdict, write: Callable[[float], str]) -> str:
    """Say between which rows an effect varies: "from +14 for GELU to +43 for tanh".

    Of an effect that depends on some fields, between which of their levels. Empty where there is
    nothing to vary between.

    Args:
        verdict: what is said.
        write: writes an effect.
    """
    rule = verdict.claim.rule
    means = {name: row.effect for row in verdict.rows for name in (row.name, *row.merged)}
    if isinstance(rule, ContrastRule):
        levels: dict[str, list[float]] = {}
        for setting in rule.settings:
            own = {name: setting[name] for name in verdict.depends_on or rule.over}
            effect = means.get(setting_name(setting), math.nan)
            levels.setdefault(setting_name(own), []).append(effect)
        means = {name: math.fsum(effects) / len(effects) for name, effects in levels.items()}
    means = {name: mean for name, mean in means.items() if math.isfinite(mean)}
    if len(means) < 2:
        return ""
    low, high = (pick(means, key=means.__getitem__) for pick in (min, max))
    return f"from {write(means[low])} for {low} to {write(means[high])} for {high}"


def placeholders(verdict: Verdict) -> dict[str, str]:
    """Return what a rule's sentence may ask for, by the names that `rules` accepts.

    ``k`` and ``n``: rows as claimed, and all of them. ``settings``: what the mean is over. Of a
    contrast also ``change``: what the primary estimand comes to, as a clause; ``effect``: the same
    as a signed number, of a dependence the size of the largest difference; ``margin``: the least
    that matters; ``arm`` and ``reference``: the two that are compared; ``arm_value`` and
    ``reference_value``: their means. Of a count also ``bound``. A mean that is held against a
    number is said with the lowest and the highest of the levels that it depends on, which it would
    hide.
    """
    rule, primary = verdict.claim.rule, verdict.primary
    if not isinstance(rule, ContrastRule | CountRule):
        return {}
    said = {
        "k": number_in_words(verdict.num_as_claimed),
        "n": number_in_words(len(verdict.rows)),
        "settings": settings(rule),
    }
    if isinstance(rule, CountRule):
        return said | {"bound": side(rule.bound, rule.metric)}
    if primary is None:
        return said
    amounts, shown = Amounts.of(rule), Amounts.of(rule).level
    arm_value = shown(primary.reference + primary.effect)
    if verdict.depends_on and not isinstance(rule.reference, dict):
        arm_value += f" ({span(verdict, lambda effect: shown(primary.reference + effect))})"
    reference = primary.reference if rule.relative_margin else None
    return said | {
        "change": amounts.change(primary.effect, reference),
        "effect": amounts.number(abs(primary.effect)).removeprefix("+")
        if rule.asks == "dependence"
        else amounts.number(primary.effect),
        "margin": amounts.amount(primary.margin),
        "arm": side(rule.arm),
        "reference": side(rule.reference, rule.metric),
        "arm_value": arm_value,
        "reference_value": shown(primary.reference),
    }


def fill(template: str, values: Mapping[str, str]) -> str:
    """Fill the placeholders of a sentence, and begin it with a capital letter."""
    said = template.format_map(values)
    return said[:1].upper() + said[1:]


def is_shown(rule: ContrastRule, primary: Primary) -> bool:
    """Return whether a difference is shown, whatever the claim expects."""
    if rule.expected in ("higher", "lower") or rule.asks == "dependence":
        return primary.direction != "not shown"
    # Of a claim of no difference, or of no harm, the direction answers another question.
    return primary.low > 0 or primary.high < 0


def how_sure(rule: ContrastRule, primary: Primary) -> str:
    """Say of a difference whether it is shown, and whether it is large enough to matter."""
    least = f"{Amounts.of(rule).amount(primary.margin)}, the least that matters here"
    return {
        (True, "matters"): f"This is shown, and it is more than {least}.",
        (True, "too small to matter"): f"This is shown, but it is less than {least}.",
        (True, "open"): f"This is shown; whether it reaches {least}, the runs cannot tell.",
        (False, "too small to matter"): f"A difference of {least}, is ruled out.",
        (False, "open"): (
            f"The runs cannot tell: chance may do this, and a difference of {least}, is not ruled "
            "out."
        ),
    }.get((is_shown(rule, primary), primary.size), "Chance alone may do this.")
