"""JAX: the whole epoch as one compiled scan, the images in memory as bytes.

Adam is written out with the formula and the defaults of Optax, which need not be installed.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from contenders import JAX
from plan import Plan, layer_shapes
from turns import Job

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
State = tuple[Any, Any, Any, jax.Array]
"""Parameters, first and second moments, and the number of steps taken."""


def make(plan: Plan, threads: int | None) -> dict[str, Job]:
    """Returns one epoch; the number of threads is set by the environment of the process."""
    experiment = plan.experiment()
    images, labels = map(jnp.asarray, plan.training_images())
    generator = np.random.default_rng(0)
    parameters = [_layer(generator, shape) for shape in layer_shapes(experiment)]
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state: State = (parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.zeros(()))
    train_epoch = _compiled(experiment.batch_size, experiment.learning_rate)

    def epoch() -> float:
        nonlocal state
        order = jnp.asarray(generator.permutation(len(images)).astype(np.int32))
        state, loss = train_epoch(state, images, labels, order)
        return float(loss)

    return {JAX: epoch}


def _layer(generator: np.random.Generator, shape: tuple[int, int]) -> tuple[jax.Array, jax.Array]:
    limit = np.sqrt(6 / sum(shape))
    kernel = generator.uniform(-limit, limit, shape).astype(np.float32)
    return jnp.asarray(kernel), jnp.zeros(shape[1])


def _compiled(batch_size: int, learning_rate: float) -> Any:
    """Returns the compiled epoch: state, images, labels and order to state and mean loss."""

    def step(
        state: State, images: jax.Array, labels: jax.Array, batch: jax.Array
    ) -> tuple[State, jax.Array]:
        pixels = images[batch].astype(jnp.float32) * (1 / 255)
        loss, gradients = jax.value_and_grad(_loss)(state[0], pixels, labels[batch])
        return _adam(state, gradients, learning_rate), loss

    def train_epoch(
        state: State, images: jax.Array, labels: jax.Array, order: jax.Array
    ) -> tuple[State, jax.Array]:
        num_full = len(order) // batch_size
        full = order[: num_full * batch_size].reshape(num_full, batch_size)
        state, losses = jax.lax.scan(lambda s, batch: step(s, images, labels, batch), state, full)
        if len(order) > full.size:
            state, last = step(state, images, labels, order[full.size :])
            losses = jnp.append(losses, last)
        return state, losses.mean()

    return jax.jit(train_epoch, donate_argnums=0)


def _loss(parameters: Any, pixels: jax.Array, labels: jax.Array) -> jax.Array:
    signal = pixels
    for kernel, bias in parameters[:-1]:
        signal = jax.nn.relu(signal @ kernel + bias)
    kernel, bias = parameters[-1]
    log_probabilities = jax.nn.log_softmax(signal @ kernel + bias)
    chosen = jnp.take_along_axis(log_probabilities, labels[:, None].astype(jnp.int32), axis=1)
    return -chosen.mean()


def _adam(state: State, gradients: Any, learning_rate: float) -> State:
    parameters, first, second, count = state
    count = count + 1
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
    correction1, correction2 = 1 - BETA1**count, 1 - BETA2**count

    def updated(parameter: jax.Array, m: jax.Array, v: jax.Array) -> jax.Array:
        return parameter - learning_rate * (m / correction1) / (jnp.sqrt(v / correction2) + EPSILON)

    return jax.tree.map(updated, parameters, first, second), first, second, count
