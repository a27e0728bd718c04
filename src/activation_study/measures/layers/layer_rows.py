"""What every reader of a measure of hidden layers must know: one row a quantity."""

from __future__ import annotations

from activation_study.measures.metric import (
    Metric,
    percentage,
    positive,
    power,
    share_of_units,
)

WHEN = {"birth": "at birth", "one": "after epoch 1", "end": "at the end"}
"""When units were counted over all training images, and how pages say it."""

# fmt: off
ROWS = (
    share_of_units("dead", "dead units"),
    share_of_units("gradient_dead", "units without gradient"),
    share_of_units("saturated", "saturated outputs"),
    share_of_units("dormant_0", "dormant units, threshold 0"),
    share_of_units("dormant_025", "dormant units, threshold 0.025"),
    share_of_units("dormant_100", "dormant units, threshold 0.1"),
    Metric("mean", "mean activation", scale="signed logarithm"),
    positive("spread", "spread of activations between images"),
    positive("gradient_norm", "norm of the gradient"),
    share_of_units("dead_all", "units dead on every training image"),
    positive("largest", "largest activation"),
    positive("mean_spread", "spread of the mean activation between units"),
    positive("gradient_to_kernel", "norm of the gradient over that of the kernel"),
    percentage("sign_example", "agreement of a unit's gradients in sign, one example"),
    percentage("sign_batch", "agreement of a unit's gradients in sign, a minibatch"),
    percentage("common_mode", "share of the gradient common to a unit's weights"),
    percentage("gram_top_share", "largest eigenvalue's share of the inputs' second moments"),
    positive("gram_condition", "largest over median eigenvalue of the inputs' second moments"),
    # Of a run, over its hidden layers.
    *(share_of_units(f"dead_{when}", f"dead units {said}") for when, said in WHEN.items()),
    share_of_units("silent_end", "units at 0 on a thousand images"),
    share_of_units("gradient_dead_end", "units without gradient at the end"),
    *(
        share_of_units(f"revived_{layer}", f"dead units of the {layer} layer that fire again")
        for layer in ("first", "last")
    ),
    power("first_gradient", "first layer's gradient at birth"),
    power("last_gradient", "last layer's gradient at birth"),
    power("largest_gradient", "largest gradient of a layer at birth"),
    positive("gradient_ratio", "first over last layer's gradient at birth"),
    power("last_spread", "last layer's spread at birth"),
    positive("largest_output", "largest activation at the end"),
    positive("offset", "mean over spread of the activations after epoch 1",
             short="mean output over spread"),
    percentage("sign_one_image", "agreement of a unit's gradients in sign, one image, epoch 1"),
    percentage("sign_minibatch", "agreement of a unit's gradients in sign, a minibatch, epoch 1",
               short="agreement of gradients in sign"),
)
# fmt: on
