"""What every reader of a recorded column must know, said in one place: one row a quantity."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from activation_study.measures.layers import layer_rows
from activation_study.measures.metric import (
    Metric,
    Scale,
    in_nats,
    in_seconds,
    percentage,
    positive,
    signed_error,
)
from activation_study.registry import Registry

__all__ = ["AVERAGED", "METRICS", "PARTS", "RULES", "Metric", "Scale", "label_of", "metric_of"]

PARTS = ("train", "validation", "test")
"""What a quantity can be measured on: the beginning of its column's name."""

AVERAGED = "averaged_"
"""Begins the name of a column that was read at the averaged weights and not at the last ones."""


_ERROR = "calibration error"

UNKNOWN_IMAGES = {
    "kmnist": "Japanese letters",
    "left_out": "digits that were left out",
    "noise": "noise",
    "sparse_noise": "sparse noise",
    "rotated": "digits on their side",
    "inverted": "inverted digits",
    "scrambled": "scrambled digits",
    "shuffled": "digits with shuffled pixels",
    "overlaid": "two digits at once",
    "faint": "faint digits",
    "blank": "blank images",
}
"""What unknown images can show, in words."""

UNKNOWN_SCORES = {
    "softmax": "the largest softmax output",
    "sigmoid": "the largest sigmoid",
    "sigmoid_sum": "the sum of the sigmoids",
    "energy": "energy",
    "joint_energy": "joint energy",
    "entropy": "entropy",
    "margin": "the margin of the scores",
    "none": "the class for none",
    "own": "the network's own output",
}
"""By what a known image is told from an unknown one, in words."""

RULES = {
    "half": "at a half",
    "global": "at one threshold",
    "label": "at a threshold for each label",
    "oracle": "told how many there are",
    "own": "as the head decides",
}
"""Rules by which labels are called, and how pages say them; each begins the names of its columns.

Thresholds have the best F1 on the validation part. ``oracle`` calls the labels with the highest
probabilities, as many as there are.
"""

# fmt: off
_DECIDED = [
    percentage("exact_match", "exact match", better="higher", scale="share"),
    percentage("hamming", "Hamming loss", better="lower"),
    percentage("micro_f1", "micro-averaged F1", better="higher", short="micro F1"),
    percentage("macro_f1", "macro-averaged F1", better="higher", short="macro F1"),
    percentage("empty_alarm", "empty images with a label called", better="lower", scale="share"),
    percentage("silent", "images of which no label is called", better="lower", scale="share"),
    Metric("count_bias", "labels called too many", digits=3),
    Metric("count_mae", "labels called too many or too few", digits=3, better="lower",
           bounded=(0.0, math.inf)),
]
_OF_A_LABEL = [
    percentage("precision", "precision", better="higher"),
    percentage("recall", "recall", better="higher"),
    percentage("f1", "F1", better="higher"),
]
# fmt: on


def _by_rule(rows: Iterable[Metric], rules: Iterable[str]) -> list[Metric]:
    """Rows of what depends on how labels are called: one for each rule."""
    return [
        replace(row, name=f"{rule}_{row.name}", label=f"{row.label} {RULES[rule]}", short=row.short)
        for rule in rules
        for row in rows
    ]


# fmt: off
METRICS = Registry("metric", [
    positive("loss", "loss", better="lower"),
    percentage("accuracy", "accuracy", better="higher", scale="share", complement="error"),
    in_nats("nll", "negative log-likelihood"),
    positive("brier", "Brier score", better="lower", bounded=(0.0, 2.0)),
    percentage("area_under_validation_accuracy", "mean validation accuracy over the epochs",
               better="higher", scale="share"),
    Metric("epochs_to_97", "epochs to 97 % validation accuracy", unit="epochs", digits=2,
           better="lower", scale="count", bounded=(0.0, math.inf)),
    percentage("area_after_first_epoch", "mean validation accuracy from epoch 1 on",
               better="higher", scale="share", short="mean validation accuracy"),
    Metric("epoch_off_plateau", "first epoch above 50 % validation accuracy", unit="epochs",
           digits=0, better="lower", scale="count", bounded=(0.0, math.inf)),
    positive("steps_to_90", "steps to 90 % training accuracy", unit="steps", digits=0,
             better="lower"),
    positive("temperature", "temperature"),
    in_nats("nll_after_temperature", "negative log-likelihood after temperature"),
    percentage("ece", f"expected {_ERROR}", better="lower"),
    percentage("ece_null_mean", f"expected {_ERROR} if calibrated, mean"),
    percentage("ece_null_low", f"expected {_ERROR} if calibrated, 2.5 % quantile"),
    percentage("ece_null_high", f"expected {_ERROR} if calibrated, 97.5 % quantile"),
    Metric("ece_null_p", f"p-value of the expected {_ERROR}", bounded=(0.0, 1.0)),
    Metric("ece_p_value", f"p-value of the expected {_ERROR}, ties counted", bounded=(0.0, 1.0)),
    signed_error("excess_calibration_error", f"{_ERROR} beyond chance"),
    signed_error("calibration_error", f"debiased {_ERROR}"),
    signed_error("calibration_error_10", f"debiased {_ERROR}, 10 bins"),
    signed_error("calibration_error_30", f"debiased {_ERROR}, 30 bins"),
    percentage("calibration_gap", "confidence minus accuracy", bounded=(-1.0, 1.0)),
    signed_error("classwise_calibration_error", f"class-wise {_ERROR}"),
    signed_error("classwise_null_low", f"class-wise {_ERROR} if calibrated, 2.5 % quantile"),
    signed_error("classwise_null_high", f"class-wise {_ERROR} if calibrated, 97.5 % quantile"),
    percentage("smooth_calibration_error", f"smooth {_ERROR}", better="lower"),
    Metric("output_sum_mean", "mean of the outputs' sum"),
    Metric("output_sum_sd", "spread of the outputs' sum", digits=3, bounded=(0.0, math.inf)),
    percentage("target_probability_right", "mean probability of the target where right"),
    percentage("target_probability_wrong", "mean probability of the target where wrong"),
    percentage("target_probability_high", "share of images with more than 90 % for the target",
               better="higher", scale="share", short="images sure of the target"),
    percentage("right", "probability of the target where right"),
    percentage("wrong", "probability of the target where wrong"),
    percentage("mean_average_precision", "mean average precision", better="higher"),
    percentage("average_precision", "average precision", better="higher"),
    percentage("micro_average_precision", "micro-averaged precision over all thresholds",
               better="higher"),
    percentage("auc", "area under the ROC curve", better="higher"),
    percentage("ranking_precision", "label ranking average precision", better="higher"),
    Metric("coverage", "labels down to the last that is there", digits=3, better="lower",
           bounded=(0.0, math.inf)),
    percentage("one_error", "images whose first label is wrong", better="lower", scale="share"),
    in_nats("label_nll", "negative log-likelihood a label"),
    positive("label_brier", "Brier score a label", better="lower", bounded=(0.0, 1.0)),
    percentage("label_calibration_error", f"label {_ERROR}", better="lower"),
    percentage("label_null_low", f"label {_ERROR} if calibrated, 2.5 % quantile"),
    percentage("label_null_high", f"label {_ERROR} if calibrated, 97.5 % quantile"),
    percentage("second_mean_average_precision", "mean average precision, read the other way",
               better="higher"),
    percentage("second_exact_match", "exact match, read the other way", better="higher",
               scale="share"),
    Metric("threshold", "threshold with the best F1 on validation", bounded=(0.0, math.inf)),
    *(row for row in _DECIDED if row.name in ("exact_match", "micro_f1")),
    *_by_rule(_DECIDED, RULES),
    *_by_rule(_OF_A_LABEL, ("half", "label")),
    percentage("frequency", "frequency of the label"),
    percentage("mean_maximum", "mean of the largest probability"),
    positive("rmse", "root mean squared error", better="lower"),
    positive("mae", "mean absolute error", better="lower"),
    Metric("r2", "explained variance", digits=4, better="higher", bounded=(-math.inf, 1.0)),
    Metric("slope", "slope of the prediction on the truth"),
    Metric("lowest", "lowest prediction"),
    Metric("highest", "highest prediction"),
    positive("rmse_negative", "root mean squared error where the truth is negative",
             better="lower"),
    positive("rmse_positive", "root mean squared error where the truth is positive",
             better="lower"),
    percentage("outside_share", "predictions beyond the targets of the validation part",
               scale="share"),
    Metric("mean_target", "mean of the truth"),
    Metric("mean_prediction", "mean prediction"),
    Metric("prediction_10", "prediction, 10 % quantile"),
    Metric("prediction_90", "prediction, 90 % quantile"),
    in_nats("kl", "Kullback-Leibler divergence"),
    positive("sum_sd", "spread of the predictions' sum", better="lower"),
    percentage("negative_share", "share of images with a negative part", better="lower",
               scale="share"),
    Metric("auroc", "area under the ROC curve, unknown images", digits=3, better="higher",
           bounded=(0.0, 1.0)),
    percentage("fpr95", "unknown images accepted where 95 % of the known are", better="lower",
               scale="share"),
    percentage("share_accepted", "share of images accepted at a half", scale="share"),
    percentage("share_two_or_more", "share of images with two labels or more at a half",
               scale="share"),
    *layer_rows.ROWS,
    Metric("count", "images", digits=0, scale="count", bounded=(0.0, math.inf)),
    percentage("confidence", "confidence"),
    percentage("mean_probability", "mean probability"),
    Metric("working_range", "range of rates that work", unit="decades", digits=2, better="higher",
           scale="count", bounded=(0.0, math.inf)),
    percentage("wrong_share_4_7", "7's part of the wrong probability of a 4"),
    percentage("wrong_share_4_9", "9's part of the wrong probability of a 4"),
    in_nats("best_nll", "negative log-likelihood of validation images at its best epoch",
            short="best negative log-likelihood"),
    percentage("gap_rise", "rise of confidence minus accuracy since the best epoch",
               unit="points", bounded=(-2.0, 2.0), short="rise of confidence minus accuracy"),
    percentage("accuracy_rise", "rise of validation accuracy since the best epoch",
               unit="points", better="higher", bounded=(-1.0, 1.0), short="rise of accuracy"),
    percentage("ece_inside_null", "networks whose calibration error chance would show",
               better="higher", short="calibrated networks"),
    percentage("ece_after_temperature", f"expected {_ERROR} after temperature", better="lower",
               short=_ERROR),
    positive("loss_growth", "last over first training loss"),
    Metric("rarest_overstated", "mean output of the rarest label over its frequency", digits=2,
           short="output over frequency"),
    *(
        Metric(f"largest_of_{count}", f"largest output where {count} {noun} there", digits=3)
        for count, noun in ((1, "label is"), (2, "labels are"), (3, "labels are"))
    ),
    *(
        Metric(f"auroc_{unknown}_{score}", f"AUROC of {spelled} by {of_score}", digits=3,
               better="higher", bounded=(0.0, 1.0), short=f"AUROC of {spelled}")
        for unknown, spelled in UNKNOWN_IMAGES.items()
        for score, of_score in UNKNOWN_SCORES.items()
    ),
    *(
        percentage(f"accepted_{unknown}_sigmoid", f"{spelled} taken for a digit")
        for unknown, spelled in UNKNOWN_IMAGES.items()
    ),
    in_seconds("setup_seconds", "time to set up"),
    in_seconds("train_seconds", "time to train"),
    in_seconds("measure_seconds", "time to measure"),
    in_seconds("wall_seconds", "time in all"),
])
# fmt: on
"""What is measured, by name. Measures of another task add their own rows: ``METRICS.add(...)``."""


def metric_of(column: str) -> Metric:
    """Returns what stands in a column, whatever part of the data and weights it was measured on.

    A quantity without a row, such as one that a rule makes up, is a plain number by its own name; a
    ``share of ...`` is one in percent.
    """
    name = _split(column)[1]
    if name in METRICS:
        return METRICS.get(name)
    if column.startswith("share of "):
        return percentage(column, column, digits=1)
    return Metric(column, column.replace("_", " "))


def label_of(column: str) -> str:
    """Returns the name of a column on pages: its quantity's, after the part, before the weights."""
    part, name = _split(column)
    if name not in METRICS:
        return metric_of(column).label
    of = ", averaged weights" if column.startswith(AVERAGED) else ""
    return f"{part} {METRICS.get(name).label}{of}".lstrip()


def _split(column: str) -> tuple[str, str]:
    """The part that a column was measured on, or nothing, and its quantity."""
    name = column.removeprefix(AVERAGED)
    part, _, rest = name.partition("_")
    return (part, rest) if part in PARTS and name not in METRICS else ("", name)
