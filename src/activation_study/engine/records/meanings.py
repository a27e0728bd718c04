"""What each column of the record means, in words: one text a quantity, and one sentence a table.

A quantity stands here once, whatever part of the data, weights or rule it was measured with; where
one table means something else by it, with the table's name before it. `dictionary` puts them
together, with types, units and what a missing value says.
"""

from __future__ import annotations

SETS = {
    "classification": "one right class",
    "multilabel": "several labels, each there or not",
    "regression": "numbers",
    "composition": "parts of a whole",
}
"""What the targets are that a set of measures is for."""

ROWS = {
    "runs": "one row a run",
    "history": "one row a run and epoch",
    "early": "one row a run and window of the first epoch, about a fortieth of it",
    "layers": "one row a run, epoch and hidden layer, on a fixed probe set of validation images",
    "units": "one row a run and unit that was ever dead",
    "reliability": "one row a run and bin of equally many test images",
    "confusion": "one row a run, true class and predicted class",
    "target_probability": "one row a run and decile",
    "unknown": "one row a run of evaluation `beyond`, kind of images and score",
    "shift": "one row a run of evaluation `beyond`, shift of the test images and degree",
    "labels": "one row a run and label",
    "counts": "one row a run, rule, true and predicted number of labels",
    "sets": "one row a run and true number of labels",
    "outputs": "one row a run and output",
    "scatter": "one row a run, output and decile of the truth",
}
"""What a row is, by table."""

UNITS = {
    **dict.fromkeys(("epochs", "second_epochs", "epoch", "epochs_to_97"), "epochs"),
    **dict.fromkeys(("step", "steps_to_90"), "steps"),
    **dict.fromkeys(("count", "batch_size", "train_size"), "images"),
    **dict.fromkeys(("label_noise", "dead_share", "negatives"), "fraction"),
    **dict.fromkeys(("true_count", "predicted_count", "count_bias", "count_mae"), "labels"),
}
"""Units that no measure's row gives."""

OLDER = "a run that is older than the column"
TUNING = "a run of evaluation `validation`"

NULLS = {
    "train_size": "the whole training part",
    "bottleneck": "there is no such layer",
    "early.train_accuracy": f"the task has no accuracy, or {OLDER}",
    "layers.dead_all": f"an epoch between the first and the last, or {OLDER}",
    "train_seconds": "nothing was trained",
    **dict.fromkeys(
        ("sign_example", "sign_batch", "common_mode", "gram_top_share", "gram_condition"),
        f"layer 1, or {OLDER}",
    ),
}
"""What a missing value says, where it is more than that the measure was not taken."""

_DRAWN = "where labels are drawn from the run's own probabilities"

MEANINGS = {
    "key": "SHA-256 of the experiment, the data set's digest and the protocol; joins the tables",
    # An experiment
    "dataset": "name of the images",
    "task": "what is asked of an image",
    "hidden": "activation of the hidden layers",
    "head": "output activation with its loss",
    "architecture": "`mlp` (dense) or `cnn` (3 x 3 convolutions with 2 x 2 max pooling)",
    "depth": "hidden layers",
    "width": "units of a hidden layer; channels of a `cnn`",
    "normalization": "what is normalized before the activation",
    "initializer": "first weights of the layers, by Keras's name or the project's own",
    "bias_initial_value": "first bias of the hidden layers",
    "optimizer": "`adam`, `sgd` (plain descent) or `momentum`, with Keras's defaults but the rate",
    "learning_rate": "step size",
    "batch_size": "images of a step",
    "epochs": "passes over the training part",
    "train_size": "training images used",
    "label_noise": "share of the training labels that were replaced by wrong ones",
    "seed": "of the split, the first weights and the order of the batches",
    "evaluation": "`validation` (chooses a rate), `test` (reads the test images once, at the end) "
    "or `beyond` (and then sees unknown and moved images)",
    "protocol": "what is recorded: 2 has more columns than 1, of equal training",
    "rate_decay": "`linear` where the rate falls to 0 over the training",
    "input_scale": "what pixels become: `unit` 0 to 1, `raw` 0 to 255, `signed` -1 to 1, or "
    "`standard` of mean 0 and spread 1",
    "dead_share": "share of the hidden units that a bias of -1,000 keeps from ever firing",
    "post_normalization": "what is normalized after the activation",
    "bottleneck": "units of a linear layer before the scores",
    "runs.slope": "derivative of the hidden activation that backpropagation uses",
    "second_phase": "what changed after these epochs",
    "second_epochs": "passes of the second phase",
    "second_learning_rate": "step size of the second phase",
    "confident_start": "what the outputs' biases begin with beside the head's own: this for the "
    "first, less this for the others",
    "negatives": "share of the training images that were added once more with their blocks "
    "permuted, as images of no class",
    # How it went
    "diverged": "whether training failed",
    "divergence": "how it failed: `not finite`, or `chance` where the end is that of guessing; "
    "empty where it did not",
    "loss": "the head's own loss",
    "history.train_loss": "the head's own loss, mean over the steps of the epoch",
    "early.train_loss": "loss of the batches, each read before its step: mean over the window",
    "early.train_accuracy": "share of right images of the batches, each read before its step: mean "
    "over the window",
    "area_under_validation_accuracy": "mean height of the validation curve over epochs 0 to the "
    "last, by the trapezoid rule",
    "area_after_first_epoch": "mean height of the validation curve over epochs 1 to the last: the "
    "untrained network does not count",
    "epochs_to_97": "epochs until 97 % validation accuracy, interpolated; infinite where it was "
    "not reached",
    "epoch_off_plateau": "first epoch with a validation accuracy above 50 %; infinite where none "
    "has",
    "steps_to_90": "first step of the first epoch at which the latest 20 training batches, each "
    "read before its step, have a mean accuracy of 90 %; infinite where none has",
    # One right class
    "accuracy": "share of images that are right",
    "nll": "negative log-likelihood of the right class",
    "brier": "Brier score",
    "temperature": "temperature fitted to the scores",
    "test_temperature": "temperature fitted to the scores of the validation part",
    "nll_after_temperature": "negative log-likelihood with the validation part's temperature",
    "ece": "top-label calibration error, 15 bins with equally many images",
    "ece_after_temperature": "top-label calibration error with the validation part's temperature",
    "ece_null_mean": f"mean of the calibration error {_DRAWN}",
    "ece_null_low": f"lower end of the 95 % interval of the calibration error {_DRAWN}",
    "ece_null_high": f"upper end of the 95 % interval of the calibration error {_DRAWN}",
    "ece_null_p": f"how often the calibration error is at least as large {_DRAWN}; rounding breaks "
    "exact ties, which therefore count or do not",
    "ece_p_value": f"how often the calibration error is at least as large {_DRAWN}; exact ties "
    "count",
    "excess_calibration_error": f"calibration error less its mean {_DRAWN}",
    "calibration_error": "top-label calibration error with 15 bins, debiased and signed",
    "calibration_error_10": "top-label calibration error with 10 bins, debiased and signed",
    "calibration_error_30": "top-label calibration error with 30 bins, debiased and signed",
    "calibration_gap": "mean confidence less accuracy",
    "classwise_calibration_error": "calibration error over all classes, debiased",
    "classwise_null_low": f"lower end of the 95 % interval of the class-wise error {_DRAWN}",
    "classwise_null_high": f"upper end of the 95 % interval of the class-wise error {_DRAWN}",
    "smooth_calibration_error": "calibration error without bins, at the fixed point of the "
    "bandwidth",
    "output_sum_mean": "sum of the outputs of an image: mean over images",
    "output_sum_sd": "sum of the outputs of an image: standard deviation over images",
    "target_probability_right": "mean probability of the true class where the run is right",
    "target_probability_wrong": "mean probability of the true class where the run is wrong",
    "target_probability_high": "share of all images that give their true class more than 0.9",
    "bin": "by the probability of the predicted class",
    "reliability.accuracy": "share of the bin's images that are right",
    "confidence": "mean probability of the predicted class",
    "true_class": "the right class",
    "predicted_class": "the class with the highest score",
    "confusion.count": "number of images; means nothing where `mean_probability` is NaN",
    "mean_probability": "mean probability that images of the true class give to the other; NaN "
    "where the scores were not finite",
    "decile": "0 is the least, 10 the largest",
    "right": "the decile of the true class's probability over the images that are right",
    "wrong": "the decile of the true class's probability over the images that are wrong",
    # Several labels
    "mean_average_precision": "average precision, mean over the labels that are there at all",
    "micro_average_precision": "average precision over all labels together",
    "average_precision": "average precision of the label",
    "auc": "area under the ROC curve, mean over the labels",
    "ranking_precision": "label ranking average precision; an image without a label counts as 1",
    "coverage": "how many labels down the last one is that is there; without any, 0",
    "one_error": "share of the images with labels whose most probable label is not there",
    "label_brier": "Brier score, mean over all labels",
    "label_nll": "negative log-likelihood, mean over all labels",
    "label_calibration_error": "mean difference of probability and frequency, 15 bins with equally "
    "many of all labels",
    "labels.label_calibration_error": "mean difference of probability and frequency, in bins of "
    "the label's own",
    "label_null_low": f"lower end of the 95 % interval of the label calibration error {_DRAWN}",
    "label_null_high": f"upper end of the 95 % interval of the label calibration error {_DRAWN}",
    "threshold": "the one threshold for all labels with the best F1 on the validation part",
    "labels.threshold": "threshold with the best F1 on the validation part; infinite where no "
    "image of it has the label",
    "second_mean_average_precision": "average precision of the same scores, read by another output "
    "activation than the one that trains; NaN where the head names none",
    "second_exact_match": "share of images all of whose labels are right, read so at 0.5",
    "exact_match": "share of images all of whose labels are right",
    "hamming": "share of labels that are wrong",
    "micro_f1": "F1 over all labels together",
    "macro_f1": "F1, mean over the labels that are there at all",
    "empty_alarm": "share of the images without a label of which one is called",
    "silent": "share of the images with labels of which none is called",
    "count_bias": "labels that are called too many, mean over images",
    "count_mae": "labels that are called too many or too few, mean over images",
    "precision": "share of what is called that is there",
    "recall": "share of what is there that is called",
    "f1": "harmonic mean of precision and recall",
    "label": "number of the label, from 0",
    "frequency": "share of the images that have the label",
    "labels.mean_probability": "mean probability of the label",
    "rule": "by which labels are called",
    "true_count": "labels that an image has",
    "predicted_count": "labels that are called",
    "count": "number of images",
    "mean_maximum": "mean of the largest probability of an image",
    # Numbers and shares
    "rmse": "root mean squared error, in the unit of the targets",
    "mae": "mean absolute error, in the unit of the targets",
    "r2": "explained share of the variance",
    "slope": "of the least-squares line of the prediction on the truth",
    "lowest": "lowest prediction",
    "highest": "highest prediction",
    "rmse_negative": "root mean squared error where the truth is below 0",
    "rmse_positive": "root mean squared error where the truth is above 0",
    "outside_share": "share of predictions beyond the least and the largest target of the "
    "validation part",
    "output": "number of the output, from 0",
    "scatter.decile": "of the truth; 0 has the least",
    "mean_target": "mean of the truth",
    "mean_prediction": "mean prediction",
    "prediction_10": "10 % quantile of the prediction",
    "prediction_90": "90 % quantile of the prediction",
    "kl": "Kullback-Leibler divergence of the predicted from the true parts, negative ones counted "
    "as 0 and the sum as 1",
    "sum_sd": "standard deviation of the sum of the predicted parts over images",
    "negative_share": "share of images with a negative part",
    # Layers and units
    "epoch": "0 is before the first step",
    "step": "last step of the window",
    "layer": "1 is next to the pixels",
    "unit": "number of the unit in its layer, from 0",
    "dead": "share of units whose output is 0 on every image",
    "gradient_dead": "share of units with a slope below one millionth on every image",
    "dead_all": "share of units whose output is 0 on every training image",
    "units.dead": "one character an epoch, from epoch 0 on: `1` where the output was 0 on every "
    "image",
    "units.gradient_dead": "one character an epoch: `1` where the slope was below one millionth on "
    "every image",
    "units.dead_all": "one character each for birth, epoch 1 and the end: `1` where the output was "
    "0 on every training image",
    "saturated": "share of units and images with a slope below 5 % of the largest",
    "dormant_0": "share of units whose mean size of the output is 0",
    "dormant_025": "share of units whose mean size of the output is at most 0.025 of the layer's "
    "mean",
    "dormant_100": "share of units whose mean size of the output is at most 0.1 of the layer's "
    "mean",
    "mean": "mean of the outputs",
    "spread": "standard deviation of the outputs between images, averaged over units",
    "gradient_norm": "Euclidean norm of the loss's gradient in the layer's kernel",
    "gradient_to_kernel": "norm of the loss's gradient in the kernel over the norm of the kernel",
    "largest": "largest size of an output",
    "mean_spread": "standard deviation of the units' means",
    "sign_example": "size of the mean sign of the gradients of a unit's weights, one image",
    "sign_batch": "size of the mean sign of the gradients of a unit's weights, a minibatch",
    "common_mode": "share of the square of a unit's gradients along the all-ones direction",
    "gram_top_share": "second moments of what the layer below emits, a constant appended: share of "
    "the largest eigenvalue in the trace",
    "gram_condition": "second moments of what the layer below emits, a constant appended: largest "
    "eigenvalue over the median one",
    # Beyond the test images
    "unknown": "what the images show: `kmnist` (characters of KMNIST), `left_out` (digits that the "
    "task leaves out), `noise` (every grey equally often), `sparse_noise` (a fifth of the pixels), "
    "`rotated` (by 90 degrees), `inverted`, `scrambled` (16 blocks in another order), `shuffled` "
    "(pixels in another order), `overlaid` (two digits), `faint` (a fifth as bright), `blank`, or "
    "`known` (the test images); at most 5,000 of each",
    "score": "of an image: `softmax` and `sigmoid` (the largest), `sigmoid_sum`, `energy` "
    "(logarithm of the sum of exponentials), `joint_energy` (sum of softplus), `entropy` (its "
    "negative), `margin` (largest less second score), and `none` (one minus the probability of an "
    "output for it)",
    "auroc": "how often a test image scores higher than an unknown one; a tie counts half",
    "fpr95": "share of the unknown images accepted where 95 % of the test images are",
    "share_accepted": "share accepted at a half; NaN where the score is no probability",
    "share_two_or_more": "share of images with two sigmoids or more of at least a half",
    "shift": "`rotation` or `noise`",
    "degree": "angle in degrees, or standard deviation of the noise where white is 1",
    # With what it was made
    **{name: f"version of {name}" for name in ("tensorflow", "keras", "numpy", "python")},
    "cpu": "type of the processor",
    "commit": "of the source that trained the run",
    "threads": "threads of a process that trains",
    "onednn": "what `TF_ENABLE_ONEDNN_OPTS` was",
    "setup_seconds": "time to set up; other runs shared the machine",
    "train_seconds": "time to train",
    "measure_seconds": "time to measure",
    "wall_seconds": "time in all",
}
"""Column or quantity, where needed behind the name of its table, -> what it is."""
