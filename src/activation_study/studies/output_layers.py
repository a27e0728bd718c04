"""The studies of output layers: what stands behind the scores, and what the targets are."""

from __future__ import annotations

import functools

from activation_study.studies.protocol import INNER_RATES, study_of
from activation_study.studies.study import Study, arms

SIZES = (1_000, 3_000, None)
"""Training images: few, some, all. The images that ship with a dependency are enough for two."""

SGD_RATES = (3.16e-2, 0.1, 0.316, 1.0)
"""Four again, about ten times Keras's default rate; an edge extends them."""

FEW_RATES = (1e-3, 3.16e-3, 1e-2)
"""Where the optimum is known to lie from a study of the same kind, for networks that take long."""

_tuned = functools.partial(study_of, rates=INNER_RATES, has_default=False)
"""Arms at the rates that are best for each, chosen among few; not at the default rate."""


def scenes() -> Study:
    """Which head and which loss, where a picture has several labels or none?

    144 tuning runs, and 10 evaluation runs an arm at each chosen rate.
    """
    heads = (
        *("sigmoid", "sigmoid_prior", "sigmoid_mse", "linear_mse", "linear_hinge"),
        *("sigmoid_focal", "softmax_none", "softmax_shared", "softmax_count"),
        *("softmax_khot_true", "softmax_khot", "powerset"),
    )
    return _tuned("scenes", arms(head=heads), task="scenes")


def scenes_pairs() -> Study:
    """Does it pay to model labels jointly, where they occur together and where they do not?"""
    heads = ("sigmoid", "powerset", "softmax_none", "softmax_count")
    tasks = ("scenes_noisy", "scenes_pairs")
    of_all = arms(task=tasks, head=heads)
    return _tuned("scenes-pairs", of_all)


def scenes_cnn() -> Study:
    """Does what holds on a dense network hold on a convolutional one, with digits anywhere?

    A quarter of the images, 6 epochs, 5 seeds: such a run takes as long as twenty others.
    """
    return _tuned(
        "scenes-cnn",
        arms(task=("scenes", "scenes_free"), head=("sigmoid", "sigmoid_prior", "softmax_none")),
        rates=FEW_RATES,
        architecture="cnn",
        width=16,
        epochs=6,
        train_size=15_000,
    )


def rare_labels() -> Study:
    """Weight rare labels, or move the threshold?"""
    heads = ("sigmoid", "sigmoid_weighted", "sigmoid_weighted_sqrt", "sigmoid_focal", "linear_mse")
    return _tuned("rare-labels", arms(head=heads), task="scenes_rare")


def loss_pairs() -> Study:
    """Which pairs of output activation and loss train, and are the outputs probabilities?

    Softmax and sigmoid with their own losses are the runs of ``heads-2``.
    """
    heads = (
        *("softmax", "sigmoid", "softmax_mse", "sigmoid_mse", "linear_mse"),
        *("sigmoid_normalized", "softmax_bce", "linear_hinge", "linear_hinge_margin"),
        *("softplus_sum", "abs_sum", "square_sum", "relu_eps_sum", "relu_sum"),
        *("double_softmax", "double_sigmoid", "linear_cce"),
    )
    return _tuned("loss-pairs", arms(head=heads))


def loss_pairs_sgd() -> Study:
    """The same under plain gradient descent, and at its usual rate of 0.01.

    Keras's binary cross-entropy is a mean over the outputs: ``sigmoid_sum`` sums over them.
    """
    heads = (
        *("softmax", "sigmoid", "sigmoid_sum", "softmax_mse", "sigmoid_mse", "linear_mse"),
        *("linear_hinge", "double_softmax", "sigmoid_normalized"),
    )
    return study_of("loss-pairs-sgd", arms(head=heads), rates=SGD_RATES, optimizer="sgd")


def _confident_start(name: str, optimizer: str, rate: float) -> Study:
    """Which pairs recover from being sure of one class for every image?

    20,000 images, 3 epochs, at one rate.
    """
    heads = (
        *("softmax", "sigmoid", "linear_hinge", "softmax_mse", "sigmoid_mse", "softmax_bce"),
        "sigmoid_normalized",
    )
    return study_of(
        name,
        arms(head=heads, confident_start=(0.0, 5.0, 10.0, 20.0)),
        rates=(rate,),
        has_default=False,
        optimizer=optimizer,
        train_size=20_000,
        epochs=3,
    )


def confident_start() -> Study:
    """With Adam at its default rate: see ``confident_start_sgd``."""
    return _confident_start("confident-start", "adam", 1e-3)


def confident_start_sgd() -> Study:
    """Which pairs recover from being sure of one class for every image, by plain descent?"""
    return _confident_start("confident-start-sgd", "sgd", 0.1)


def calibration_length() -> Study:
    """What does training for long do to probabilities, with few images and with wrong labels?"""
    of_few = arms(head=("softmax", "sigmoid"), train_size=SIZES[:2], label_noise=(0.0, 0.2))
    return _tuned("calibration-length", of_few, epochs=50)


def calibration_long() -> Study:
    """The same with all images, at the default rate alone, since such a run takes as long as five.

    Of ReLU with either head the default rate ties with the best of ``heads-2``, or is beside it.
    """
    of_all = arms(head=("softmax", "sigmoid"), label_noise=(0.0, 0.2))
    return study_of("calibration-long", of_all, rates=(1e-3,), has_default=False, epochs=50)


def smoothing() -> Study:
    """Does label smoothing calibrate, and what else does it buy?"""
    heads = ("softmax", "softmax_smoothed_05", "softmax_smoothed_10", "softmax_smoothed_20")
    return _tuned("smoothing", arms(head=heads, train_size=SIZES))


def unknowns() -> Study:
    """Which network says that what it sees is no digit, or none that it knows?"""
    plain = arms(head=("softmax", "sigmoid", "linear_hinge", "softmax_smoothed_10"))
    with_negatives = arms(head=("sigmoid", "softmax_shared", "softmax_none"), negatives=(0.2,))
    left_out = arms(task=("digits_0_7",), head=("softmax", "sigmoid"))
    return _tuned(
        "unknowns",
        (*plain, *with_negatives, *left_out),
        num_seeds=20,
        evaluation="beyond",
    )


def many_classes() -> Study:
    """Do sigmoid outputs serve a hundred and a thousand classes?"""
    tasks, heads = ("strings_1", "strings_2", "strings_3"), ("softmax", "sigmoid", "sigmoid_prior")
    return _tuned("many-classes", arms(task=tasks, head=heads), has_default=True)


def rank_limit() -> Study:
    """How wide must the last layer before the scores be?"""
    return _tuned(
        "rank-limit",
        arms(
            task=("strings_1", "strings_2"),
            bottleneck=(1, 2, 3, 9),
            head=("softmax", "sigmoid_prior"),
        ),
        rates=FEW_RATES,
    )


def regression() -> Study:
    """Which output for a target that can be negative?"""
    heads = (
        *("linear_mse", "linear_mae", "tanh_mse", "sigmoid_mse", "relu_mse", "softplus_mse"),
        *("tanh_scaled", "sigmoid_scaled", "softmax_bins", "softmax_two_hot", "softmax_hl_gauss"),
        "softmax_one_unit",
    )
    return _tuned("regression", arms(head=heads), task="balance", head=heads[0])


def regression_beyond() -> Study:
    """Which output says something sensible of targets larger than any it was trained on?"""
    heads = ("linear_mse", "tanh_scaled", "sigmoid_scaled", "softmax_hl_gauss")
    return _tuned("regression-beyond", arms(head=heads), task="balance_beyond")


def shares() -> Study:
    """Which output for the parts of a whole?"""
    heads = ("softmax", "softmax_mse", "linear_mse", "sigmoid_mse", "sigmoid")
    of_all = arms(head=heads, train_size=(1_000, None))
    return _tuned("shares", of_all, task="shares")


def two_units() -> Study:
    """One sigmoid unit or two softmax units, where there are two classes?"""
    heads = ("sigmoid_one", "softmax", "sigmoid", "softmax_one_unit")
    return _tuned("two-units", arms(head=heads), num_seeds=30, task="pairs_3_8")


STUDIES = {
    "scenes": scenes,
    "scenes-pairs": scenes_pairs,
    "loss-pairs": loss_pairs,
    "loss-pairs-sgd": loss_pairs_sgd,
    "confident-start": confident_start,
    "confident-start-sgd": confident_start_sgd,
    "many-classes": many_classes,
    "rank-limit": rank_limit,
    "calibration-length": calibration_length,
    "calibration-long": calibration_long,
    "smoothing": smoothing,
    "unknowns": unknowns,
    "rare-labels": rare_labels,
    "regression": regression,
    "regression-beyond": regression_beyond,
    "shares": shares,
    "two-units": two_units,
    "scenes-cnn": scenes_cnn,
}
"""In the order in which they run."""
