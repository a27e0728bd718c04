"""What is timed computes what it says: the roofline's products, and the other libraries' Adam."""

import dataclasses

import numpy as np
import pytest


@pytest.fixture
def plan(scripts_on_path):
    from plan import SHORT

    return SHORT


def test_an_epoch_has_full_batches_and_the_rest(plan):
    from plan import FULL

    assert plan.batch_sizes() == [128, 128, 128, 128, 88]
    assert FULL.batch_sizes() == [128] * 429 + [88]
    even = dataclasses.replace(plan, train_size=256)
    assert even.batch_sizes() == [128, 128]


def test_the_images_are_the_training_part_in_bytes(plan):
    images, labels = plan.training_images()
    assert images.shape == (600, 784)
    assert images.dtype == np.uint8
    assert labels.shape == (600,)


def test_the_products_are_those_of_a_step(plan):
    import roofline

    step = roofline._Step(np.random.default_rng(5), 3, plan)
    x, k, e = step.inputs, step.kernels, step.errors
    expected = [
        *(np.einsum("bi,io->bo", x[i], k[i]) for i in range(3)),
        *(np.einsum("bi,bo->io", x[i], e[i]) for i in range(3)),
        *(np.einsum("bo,io->bi", e[i], k[i]) for i in (1, 2)),
    ]
    step.in_numpy()
    # A product over n terms is rounded by a few times the root of n.
    for found in (step.results, [product.numpy() for product in step.in_tensorflow()]):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-3)


def test_the_operations_are_those_of_the_products(plan):
    import roofline
    import roofline_sum

    for_an_image = 0
    step = roofline._Step(np.random.default_rng(5), 1, plan)
    for inputs, kernel, error in zip(step.inputs, step.kernels, step.errors, strict=True):
        for_an_image += 2 * 2 * kernel.size
        assert inputs.shape[1] * error.shape[1] == kernel.size
    for_an_image += 2 * sum(kernel.size for kernel in step.kernels[1:])
    assert roofline_sum.num_operations(plan) == 600 * for_an_image


def test_the_sums_move_the_bytes_of_adam_and_no_sum_more(plan):
    import roofline_sum

    wanted = 7 * 5 * 4 * roofline_sum.num_parameters(plan)
    one_sum = 3 * 4 * roofline_sum.num_parameters(plan)
    assert wanted <= roofline_sum.sums_bytes(plan) < wanted + one_sum


def test_the_adam_of_jax_is_the_published_formula(plan, rng):
    pytest.importorskip("jax")
    import contender_jax
    import jax.numpy as jnp

    weight = first = second = np.zeros(4)
    state = ([jnp.zeros(4)], [jnp.zeros(4)], [jnp.zeros(4)], jnp.zeros(()))
    for count in range(1, 6):
        gradient = rng.normal(size=4)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        corrected = second / (1 - 0.999**count)
        weight = weight - 0.01 * first / (1 - 0.9**count) / (np.sqrt(corrected) + 1e-8)
        state = contender_jax._adam(state, [jnp.asarray(gradient, jnp.float32)], 0.01)
    np.testing.assert_allclose(state[0][0], weight, rtol=1e-4)
