"""Whether a classifier's outputs are probabilities, beside what chance alone would show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from activation_study.checks import whole_number
from activation_study.measures import calibration
from activation_study.measures.calibration_null import CalibrationNull, calibration_null
from activation_study.measures.classification import BINS, MOST_CLASSES, NULL_DRAWS
from activation_study.measures.metrics import metric_of
from activation_study.measures.smooth_calibration import smooth_calibration_error
from activation_study.probes import drawing, outputs
from activation_study.report.drawing.picture import Picture
from activation_study.report.tables.table import Table

_OF = 10_000
_TIE = 1e-12


@dataclass(frozen=True, eq=False)
class Reliability:
    """How far the confidences of a classifier are right.

    Attributes:
        took: What the outputs were taken for.
        examples: Number of examples.
        classes: Number of classes.
        numbers: Measures by the names that they have in the record: ``accuracy``, ``confidence``
            (its mean), ``calibration_gap``, ``ece`` and its ``ece_null_low``, ``ece_null_high`` and
            ``ece_p_value``, ``calibration_error`` (debiased), ``classwise_calibration_error`` with
            ``classwise_null_low`` and ``classwise_null_high`` (NaN beyond twenty classes),
            ``smooth_calibration_error``, ``nll``, ``brier``, ``temperature`` (the best for these
            very examples) and ``gap_by_chance``: how far from 0 chance alone takes the gap, 95 %.
            Fractions, and nats.
        bins: ``count``, ``confidence`` and ``accuracy`` of bins of equally many examples.
        null: What the binned errors are where labels are drawn from the probabilities themselves.
        probabilities: Float array of shape (examples, classes).
        labels: Int array of shape (examples,).
    """

    took: str
    examples: int
    classes: int
    numbers: Mapping[str, float]
    bins: pd.DataFrame = field(repr=False)
    null: CalibrationNull = field(repr=False)
    probabilities: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the calibration error lies above 97.5 % of those of a calibrated classifier."""
        return self.numbers["ece"] > self.numbers["ece_null_high"]

    @property
    def finding(self) -> str:
        """What was found, in one sentence."""
        found = self.numbers
        claimed, right = (round(_OF * found[name]) for name in ("confidence", "accuracy"))
        counted = f"Of {_OF:,} such answers it claims {claimed:,} right, and {right:,} are"
        if self._gap_is_beyond_chance:
            which = "too sure" if found["calibration_gap"] > 0 else "not sure enough"
            return f"{counted}: it is {which}."
        if self.is_beyond_chance:
            return f"{counted}: right in the mean, but not at every confidence."
        return f"{counted}: no more of a difference than chance shows."

    @property
    def advice(self) -> str:
        """What to do, in one or two sentences."""
        temperature = self.numbers["temperature"]
        if not (self.is_beyond_chance or self._gap_is_beyond_chance):
            return (
                f"Nothing to mend that {self.examples:,} examples can tell; more of them tell more."
            )
        return (
            "Divide the scores by a temperature that is fitted on held-out examples, and judge it "
            f"on others. For these very ones {temperature:.2f} would be best."
        )

    @property
    def _gap_is_beyond_chance(self) -> bool:
        return abs(self.numbers["calibration_gap"]) > self.numbers["gap_by_chance"]

    def table(self) -> Table:
        """The measures, beside what chance would show of a calibrated classifier."""
        chance = self.numbers["gap_by_chance"]
        between = {
            "calibration_gap": (-chance, chance),
            "ece": (self.numbers["ece_null_low"], self.numbers["ece_null_high"]),
            "calibration_error": (
                self.null.calibration_error.low,
                self.null.calibration_error.high,
            ),
            "classwise_calibration_error": (
                self.numbers["classwise_null_low"],
                self.numbers["classwise_null_high"],
            ),
        }
        shown = ("accuracy", *between, "smooth_calibration_error", "nll", "brier", "temperature")
        rows = []
        for name in shown:
            metric = metric_of(name)
            if not math.isnan(self.numbers[name]):
                low, high = between.get(name, (math.nan, math.nan))
                signed = name == "calibration_gap"
                span = f"{metric.number(low, signed=signed)} to {metric.shown(high, signed=signed)}"
                rows.append(
                    {
                        "measure": metric.label,
                        "found": metric.shown(self.numbers[name], signed=signed),
                        "if calibrated (95 %)": "" if math.isnan(low) else span,
                    }
                )
        note = f"{self.examples:,} examples of {self.classes} classes. Taken for {self.took}. "
        return Table(pd.DataFrame(rows), note + self.advice)

    def plot(self) -> Picture:
        """Draws accuracy minus confidence by confidence, with what chance would show."""
        return drawing.calibration(self)

    def _repr_html_(self) -> str:
        """Shows the figure and the table."""
        return self.plot()._repr_html_() + self.table()._repr_html_()

    def __str__(self) -> str:
        """Returns the finding and the table as text."""
        return f"{self.finding}\n{self.table()}"


def reliability(
    model: Any,
    x: Any,
    y: Any,
    *,
    from_logits: bool | None = None,
    bins: int = BINS,
    draws: int = NULL_DRAWS,
    seed: int = 0,
    batch_size: int | None = None,
) -> Reliability:
    """Measures how far a classifier's confidence is right, and what chance alone would show.

    An error that is measured on some examples is above 0 even of a calibrated classifier. So labels
    are drawn from the probabilities themselves, and each draw is measured like the real ones.

    Args:
        model: A Keras model with one output, or any with ``predict_proba`` or ``predict``.
        x: Examples that it was not trained on, as ``predict`` gets them.
        y: The right classes: 0 to K - 1, or rows with a single 1.
        from_logits: Whether the outputs are scores. By default the values tell: what lies outside
            of 0 to 1 is a score.
        bins: Bins of equally many examples.
        draws: Label sets that are drawn.
        seed: Of the draws.
        batch_size: For ``predict``.

    Raises:
        ValueError: The model, its outputs or the labels are not what is needed.

    References:
        See `measures.calibration` and `measures.calibration_null`.
    """
    bins = whole_number("bins", bins, 1, 10_000)
    draws = whole_number("draws", draws, 1, 1_000_000)
    given = outputs.predicted(model, x, batch_size)
    probabilities, took = outputs.as_probabilities(given, from_logits)
    names = getattr(model, "classes_", None)
    labels = outputs.as_labels(y, len(given), probabilities.shape[1], names)
    confidence, correct = calibration.top_label(probabilities, labels)
    few = probabilities.shape[1] <= MOST_CLASSES
    generator = np.random.default_rng(seed)
    null = calibration_null(probabilities, generator, draws=draws, bins=bins, classwise=few)
    error = calibration.expected_calibration_error(confidence, correct, bins)
    expected, classwise = null.expected_calibration_error, null.classwise_calibration_error
    numbers = calibration.summarize(probabilities, labels, bins) | {
        "confidence": float(confidence.mean()),
        "calibration_gap": calibration.calibration_gap(confidence, correct),
        # The number of right answers is a sum of independent draws, each with its own confidence.
        "gap_by_chance": 1.96
        * math.sqrt(float((confidence * (1.0 - confidence)).sum()))
        / len(labels),
        "ece": error,
        "ece_null_low": expected.low,
        "ece_null_high": expected.high,
        "ece_p_value": expected.p_value(error, tie_tolerance=_TIE),
        "classwise_calibration_error": (
            calibration.classwise_calibration_error(probabilities, labels, bins)
            if few
            else math.nan
        ),
        "classwise_null_low": classwise.low,
        "classwise_null_high": classwise.high,
        "smooth_calibration_error": smooth_calibration_error(confidence, correct),
        "temperature": calibration.fit_temperature(probabilities, labels),
    }
    return Reliability(
        took=took,
        examples=len(labels),
        classes=probabilities.shape[1],
        numbers=numbers,
        bins=pd.DataFrame(calibration.reliability_bins(confidence, correct, bins)),
        null=null,
        probabilities=probabilities,
        labels=labels,
    )
