"""Whether probabilities stay right where images move away from what a network was trained on.

Reference:
    Ovadia et al., "Can you trust your model's uncertainty? Evaluating predictive uncertainty under
    dataset shift", NeurIPS 2019.
"""

from __future__ import annotations

import math

import numpy as np

from activation_study.measures import calibration
from activation_study.measures.binning import absolute_error, equal_mass_bins
from activation_study.measures.measure_set import Shifted, Table, TableSpec

BINS = 15
"""Equal-mass bins of the calibration error, as of the test set."""

NULL_DRAWS = 200

_MEASURES = (
    *("accuracy", "nll", "brier", "ece", "ece_null_low", "ece_null_high"),
    *("calibration_gap", "nll_after_temperature"),
)

SHIFT = TableSpec(
    {"shift": str, "degree": float} | dict.fromkeys(_MEASURES, float), ("shift", "degree")
)


def shift_table(shifted: Shifted, temperature: float, generator: np.random.Generator) -> Table:
    """Return the rows of `SHIFT`; NaN where predictions are not finite.

    Args:
        shifted: (shift, degree) -> the moved test images; predictions are distributions.
        temperature: that fitted to the validation part, which has not moved.
        generator: draws the null distribution of each calibration error.
    """
    table: Table = {name: [] for name in SHIFT.columns}
    for (shift, degree), scored in shifted.items():
        probabilities, labels = scored.predictions, scored.targets
        confidence, correct = calibration.top_label(probabilities, labels)
        low, high = null_interval(confidence, generator)
        cooled = calibration.apply_temperature(probabilities, temperature)
        measured = calibration.summarize(probabilities, labels, bins=BINS) | {
            "shift": shift,
            "degree": degree,
            "ece": calibration.expected_calibration_error(confidence, correct, bins=BINS),
            "ece_null_low": low,
            "ece_null_high": high,
            "calibration_gap": calibration.calibration_gap(confidence, correct),
            "nll_after_temperature": calibration.nll(cooled, labels),
        }
        for name, column in table.items():
            column.append(measured[name])
    return table


def null_interval(confidence: np.ndarray, generator: np.random.Generator) -> tuple[float, float]:
    """Return the quantiles 2.5 and 97.5 % of the calibration error, were the confidence right.

    `calibration_null` draws labels; for this error whether a prediction is right is enough, which
    it is with the probability of its confidence, shape (n,).
    """
    if not np.isfinite(confidence).all():
        return math.nan, math.nan
    binned = equal_mass_bins(confidence, BINS)
    is_right = generator.random((NULL_DRAWS, len(confidence))) < confidence[binned.order]
    hits = np.add.reduceat(is_right, binned.starts, axis=1, dtype=np.intp)
    errors = absolute_error(binned.means(confidence) - hits / binned.counts, binned.counts)
    low, high = np.quantile(errors, (0.025, 0.975))
    return float(low), float(high)
