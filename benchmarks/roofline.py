"""The time that no engine on this machine gets below with these libraries: the roofline.

An epoch must compute the matrix products of its steps, read and write what Adam needs, and fetch
its images. Each part is done here alone, with nothing between the products, and the seconds of the
parts are added up:

- **Products**: for each step, one product forward, one for the kernel's gradient and, but for the
  first layer, one for the gradient of the layer's input; by TensorFlow (oneDNN) and by NumPy
  (OpenBLAS), of which the faster counts.
- **Optimizer**: Adam reads parameter, gradient and two moments and writes parameter and two
  moments, seven arrays a step. Measured is the sum of two arrays into a third, in turn among four
  arrays of the parameters' number, as many times as move the same bytes. The arrays therefore stay
  in whichever cache holds a network's own.
- **Images**: a byte a pixel is read from the whole data set, at the rate at which it is copied
  batch by batch into one buffer, reads and writes counted; four bytes a pixel are written, at the
  optimizer's rate.

All of it is measured in the two processes that train by this engine, in turn with it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from contenders import IMAGES, NUMPY_PRODUCTS, OPTIMIZER, TENSORFLOW_PRODUCTS
from plan import NUM_PIXELS, Plan, layer_shapes
from roofline_sum import num_parameters, num_sums
from turns import Job


def make(plan: Plan) -> dict[str, Job]:
    """Returns each part for one epoch; threads are those of the process."""
    generator = np.random.default_rng(0)
    steps = [_Step(generator, size, plan) for size in sorted(set(plan.batch_sizes()))]
    counted = [(step, plan.batch_sizes().count(step.size)) for step in steps]
    in_one_graph = tf.function(partial(_all_products, counted))
    # Written, so that they lie in memory of their own; sums of zeros stay what they are.
    arrays = np.full((4, num_parameters(plan)), 0.0, np.float32)
    images, _ = plan.training_images()
    return {
        TENSORFLOW_PRODUCTS: lambda: float(in_one_graph().numpy()),
        NUMPY_PRODUCTS: partial(_products_in_numpy, counted),
        OPTIMIZER: partial(_add_arrays, arrays, num_sums(plan)),
        IMAGES: partial(_copy_images, images, plan.experiment().batch_size),
    }


class _Step:
    """The operands of one step's products, as arrays and as TensorFlow's variables.

    Variables, because a product of constants could be computed once for all steps.
    """

    def __init__(self, generator: np.random.Generator, size: int, plan: Plan) -> None:
        self.size = size
        shapes = layer_shapes(plan.experiment())

        def draw(*shape: int) -> np.ndarray:
            return generator.standard_normal(shape, dtype=np.float32)

        self.inputs = [draw(size, inputs) for inputs, _ in shapes]
        self.kernels = [draw(*shape) for shape in shapes]
        self.errors = [draw(size, outputs) for _, outputs in shapes]
        self.results = [np.empty(shape, np.float32) for shape in self._result_shapes(shapes)]
        self.variables = [
            [tf.Variable(array) for array in arrays]
            for arrays in (self.inputs, self.kernels, self.errors)
        ]

    def _result_shapes(self, shapes: list[tuple[int, int]]) -> list[tuple[int, int]]:
        forward = [(self.size, outputs) for _, outputs in shapes]
        return [*forward, *shapes, *[(self.size, inputs) for inputs, _ in shapes[1:]]]

    def in_numpy(self) -> None:
        """Computes the products into arrays that are there already."""
        inputs, kernels, errors = self.inputs, self.kernels, self.errors
        pairs = [
            *zip(inputs, kernels, strict=True),
            *((x.T, error) for x, error in zip(inputs, errors, strict=True)),
            *((error, k.T) for error, k in zip(errors[1:], kernels[1:], strict=True)),
        ]
        for (left, right), result in zip(pairs, self.results, strict=True):
            np.matmul(left, right, out=result)

    def in_tensorflow(self) -> list[Any]:
        """Returns the products, the variables read anew."""
        inputs, kernels, errors = ([v.read_value() for v in vs] for vs in self.variables)
        product = tf.linalg.matmul
        return [
            *(product(x, k) for x, k in zip(inputs, kernels, strict=True)),
            *(product(x, e, transpose_a=True) for x, e in zip(inputs, errors, strict=True)),
            *(
                product(e, k, transpose_b=True)
                for e, k in zip(errors[1:], kernels[1:], strict=True)
            ),
        ]


def _products_in_numpy(counted: list[tuple[_Step, int]]) -> float:
    for step, count in counted:
        for _ in range(count):
            step.in_numpy()
    return float(counted[0][0].results[0][0, 0])


def _all_products(counted: list[tuple[_Step, int]]) -> Any:
    """Returns one number; every product is kept to the end of its step, so that none is dropped."""
    last = tf.zeros(())
    for step, count in counted:
        results = [tf.constant(result) for result in step.results]
        for _ in tf.range(count):
            results = step.in_tensorflow()
        last += tf.add_n([result[0, 0] for result in results])
    return last


def _add_arrays(arrays: np.ndarray, count: int) -> float:
    for index in range(count):
        np.add(arrays[index % 4], arrays[(index + 1) % 4], out=arrays[(index + 2) % 4])
    return float(arrays[0, 0])


def _copy_images(images: np.ndarray, batch_size: int) -> float:
    buffer = np.empty((batch_size, NUM_PIXELS), np.uint8)
    for start in range(0, len(images), batch_size):
        batch = images[start : start + batch_size]
        np.copyto(buffer[: len(batch)], batch)
    return float(buffer[0, 0])
