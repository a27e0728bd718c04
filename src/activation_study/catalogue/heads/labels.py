"""Heads that say of each of K labels whether it is there."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue.heads import functions, label_sets, tensors
from activation_study.catalogue.heads.head import Head, Map
from activation_study.catalogue.heads.one_label import FROM_SCORES, SOFTMAX_LOSS


def _labels_and_counts(scores: np.ndarray) -> np.ndarray:
    """A softmax over all scores but the last four beside one over these."""
    blocks = np.split(scores, [-label_sets.NUM_COUNTS], axis=1)
    return np.concatenate([functions.softmax(block) for block in blocks], axis=1)


def _odds_against(prior: np.ndarray) -> np.ndarray:
    """How many times rarer it is that a label is there than that it is not, float32."""
    return ((1.0 - prior) / prior).astype(np.float32)


def _weighted(name: str, formula: str, weights: Map, said: str) -> Head:
    return Head(
        name, "sigmoid", tensors.weighted_binary_crossentropy,
        r"\frac{1}{K}\sum_k \left[w_k y_k \ln(1 + e^{-z_k}) + (1 - y_k) \ln(1 + e^{z_k})\right],"
        rf"\quad w_k = {formula}" + FROM_SCORES,
        f"K independent sigmoids with binary cross-entropy, in which a label that is there counts "
        f"{said}, f being its frequency in the training part: PyTorch's pos_weight. Outputs are "
        "the probabilities.",
        functions.sigmoid, {"labels": functions.sigmoid}, weights=weights,
    )  # fmt: skip


# fmt: off
HEADS = (
    Head("sigmoid_focal", "sigmoid", "binary_focal_crossentropy",
         r"-\frac{1}{K}\sum_k (1 - q_k)^2 \ln q_k,\quad q_k = y_k \sigma(z_k) + "
         r"(1 - y_k)(1 - \sigma(z_k))",
         "K independent sigmoids with focal loss, which counts a label by the square of what its "
         "probability is short of right. Outputs are the probabilities.",
         functions.sigmoid, {"labels": functions.sigmoid}),
    _weighted("sigmoid_weighted", r"\frac{1 - f_k}{f_k}", _odds_against, "(1 - f) / f times"),
    _weighted("sigmoid_weighted_sqrt", r"\sqrt{\frac{1 - f_k}{f_k}}",
              lambda prior: np.sqrt(_odds_against(prior)), "the root of (1 - f) / f times"),
    Head("softmax_khot", "softmax", "categorical_crossentropy", SOFTMAX_LOSS,
         "Negative control: several labels given to softmax with categorical cross-entropy. The "
         "gradient is outputs less targets, which is not that of this loss where a row of targets "
         "does not sum to 1. Outputs are the probabilities.",
         functions.softmax, {"labels": functions.softmax},
         loss_gradient="p - y", second_readings={"labels": functions.sigmoid}),
    Head("softmax_khot_true", "softmax", tensors.softmax_crossentropy, SOFTMAX_LOSS,
         "The loss that softmax_khot shows, with its own gradient. Where there is no "
         "label, nothing is learned. Outputs are the probabilities.",
         functions.softmax, {"labels": functions.softmax}),
    Head("softmax_shared", "softmax", "categorical_crossentropy", SOFTMAX_LOSS,
         "Softmax whose target is 1/k for each of k labels, and 1/K for all where there is none. "
         "Outputs are the probabilities.",
         functions.softmax, {"labels": functions.softmax, "one label": functions.softmax},
         wanted=label_sets.shares_or_uniform),
    Head("softmax_none", "softmax", "categorical_crossentropy", SOFTMAX_LOSS,
         "Softmax over the labels and a further output, none, whose target is 1/k for each of k "
         "labels, or 1 for none. Outputs but the last are the probabilities of labels; the softmax "
         "of those scores is the distribution of one label. Its own rule: of no label and the k "
         "most probable ones, for each k, what the outputs miss by least, in the loss.",
         functions.softmax,
         {"labels": lambda scores: functions.softmax(scores)[:, :-1],
          "one label": lambda scores: functions.softmax(scores[:, :-1])},
         num_outputs=lambda num_labels: num_labels + 1,
         wanted=label_sets.shares_or_none, decide=label_sets.nearest_shares),
    Head("softmax_count", tensors.softmax_of_labels_and_counts,
         tensors.labels_and_counts_crossentropy,
         r"\sum_k y_k \left(\ln\sum_j e^{z_j} - z_k\right) + \ln\sum_m e^{c_m} - c_n" + FROM_SCORES,
         "A softmax over the labels, whose target is 1/n for each of n labels, beside a softmax "
         "over their number, 0 to 3, with scores c. Where there is no label, the number alone is "
         "learned. The first outputs are the probabilities. Its own rule: as many of the most "
         "probable labels as the most probable number.",
         _labels_and_counts,
         {"labels": lambda scores: functions.softmax(scores[:, : -label_sets.NUM_COUNTS])},
         num_outputs=lambda num_labels: num_labels + label_sets.NUM_COUNTS,
         wanted=label_sets.shares_and_count, decide=label_sets.as_many_as_counted),
    Head("powerset", "softmax", "categorical_crossentropy",
         r"\ln\sum_s e^{z_s} - z_t" + FROM_SCORES,
         "Softmax over all sets s of at most 3 labels, of which t is the right one. The "
         "probability of a label is the sum over the sets that it is in. Its own rule: the most "
         "probable set.",
         functions.softmax, {"labels": label_sets.probabilities_of_sets},
         num_outputs=label_sets.num_sets, wanted=label_sets.set_index,
         decide=label_sets.most_probable_set),
)
# fmt: on
