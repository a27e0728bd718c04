"""From the measured parts of the roofline to its seconds of an epoch (see ``roofline.py``)."""

from __future__ import annotations

import math
from typing import Any

from contenders import IMAGES, NUMPY_PRODUCTS, OPTIMIZER, TENSORFLOW_PRODUCTS
from plan import NUM_PIXELS, Plan, layer_shapes

ADAM_ARRAYS, SUM_ARRAYS = 7, 3
"""Arrays that one step of Adam reads and writes, and those that a sum of two into a third does."""
FLOAT_BYTES = 4


def num_parameters(plan: Plan) -> int:
    """Weights and biases of the reference network."""
    return sum((inputs + 1) * outputs for inputs, outputs in layer_shapes(plan.experiment()))


def num_operations(plan: Plan) -> int:
    """Operations of an epoch's products, a multiplication and an addition being two."""
    shapes = layer_shapes(plan.experiment())
    for_an_image = sum(3 * inputs * outputs for inputs, outputs in shapes) - math.prod(shapes[0])
    return int(2 * for_an_image * plan.num_images)


def num_sums(plan: Plan) -> int:
    """Sums of two arrays into a third that move at least the bytes of Adam's steps."""
    return -(-len(plan.batch_sizes()) * ADAM_ARRAYS // SUM_ARRAYS)


def sums_bytes(plan: Plan) -> int:
    """Bytes that those sums read and write."""
    return num_sums(plan) * SUM_ARRAYS * FLOAT_BYTES * num_parameters(plan)


def add_up(plan: Plan, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Adds the parts up.

    Args:
        plan: The plan by which the parts were measured.
        parts: One row for each part, with its median ``seconds_per_epoch``.

    Returns:
        The parts; seconds of the products, of the optimizer and of the images, and their sum; the
        rates that follow from them.
    """
    seconds = {part["name"]: part["seconds_per_epoch"] for part in parts}
    fastest = min((TENSORFLOW_PRODUCTS, NUMPY_PRODUCTS), key=lambda name: seconds[name])
    pixel_bytes = plan.num_images * NUM_PIXELS
    cached_rate = sums_bytes(plan) / seconds[OPTIMIZER]
    copy_rate = 2 * pixel_bytes / seconds[IMAGES]
    image_seconds = pixel_bytes / copy_rate + FLOAT_BYTES * pixel_bytes / cached_rate
    total = seconds[fastest] + seconds[OPTIMIZER] + image_seconds
    return {
        "parts": parts,
        "fastest_products": fastest,
        "products_seconds": seconds[fastest],
        "optimizer_seconds": seconds[OPTIMIZER],
        "images_seconds": round(image_seconds, 5),
        "seconds_per_epoch": round(total, 5),
        "products_gigaflops_per_second": round(num_operations(plan) / seconds[fastest] / 1e9, 2),
        "cached_gigabytes_per_second": round(cached_rate / 1e9, 2),
        "copied_gigabytes_per_second": round(copy_rate / 1e9, 2),
    }
