"""What the compiled loop sees of a network is what a plain computation says."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from activation_study.catalogue import activations, datasets
from activation_study.engine.training import loop as loop_module
from activation_study.engine.training.graphs import as_pixels
from activation_study.engine.training.loop import Loop, loop_for
from activation_study.experiment import Experiment
from activation_study.experiment.fields import INPUT_SCALES

NUM_IMAGES, BATCH = 100, 32
TANH = Experiment(hidden="tanh", width=16, batch_size=BATCH)


def started(experiment: Experiment) -> Loop:
    loop = Loop(experiment)
    loop.restart(experiment, np.random.SeedSequence(0))
    return loop


@pytest.fixture(scope="module")
def images() -> tf.Tensor:
    values = np.random.default_rng(1).integers(0, 256, (NUM_IMAGES, 784))
    return tf.constant(values.astype("uint8"))


@pytest.fixture(scope="module")
def labels() -> tf.Tensor:
    return tf.constant(np.random.default_rng(2).integers(0, 10, NUM_IMAGES).astype("uint8"))


@pytest.fixture(scope="module")
def tanh_loop() -> Loop:
    """A network that no test trains."""
    return started(TANH)


def parameters(loop: Loop) -> dict[str, np.ndarray]:
    return {variable.path: variable.numpy().astype(float) for variable in loop.model.weights}


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


class Backpropagation:
    """Two tanh layers and a softmax cross-entropy by hand, in double precision."""

    def __init__(self, loop: Loop, images: tf.Tensor, labels: tf.Tensor) -> None:
        own = parameters(loop)
        pixels, targets = images.numpy() / 255, np.eye(10)[labels.numpy()]
        self.first = np.tanh(pixels @ own["dense_1/kernel"] + own["dense_1/bias"])
        self.second = np.tanh(self.first @ own["dense_2/kernel"] + own["dense_2/bias"])
        self.scores = self.second @ own["scores/kernel"] + own["scores/bias"]
        self.outputs = softmax(self.scores)
        self.loss = -np.log((self.outputs * targets).sum(axis=1)).mean()
        error = (self.outputs - targets) / len(pixels) @ own["scores/kernel"].T
        error *= 1 - self.second**2
        second_gradient = self.first.T @ error
        error = error @ own["dense_2/kernel"].T * (1 - self.first**2)
        self.gradient_norms = [
            np.linalg.norm(pixels.T @ error),
            np.linalg.norm(second_gradient),
        ]


def test_pixels_are_in_the_unit_interval() -> None:
    values = np.arange(256, dtype=np.uint8)[np.newaxis]
    # To the last bit: every run of the record was trained on these.
    expected = values.astype(np.float32) * np.float32(1 / 255)
    np.testing.assert_array_equal(as_pixels(tf.constant(values)).numpy(), expected, strict=True)
    assert expected.max() == 1.0


def test_standard_pixels_have_mean_0_and_spread_1_over_mnist() -> None:
    values = datasets.load("mnist-5k").train.images
    pixels = as_pixels(tf.constant(values), *INPUT_SCALES["standard"]).numpy()
    assert pixels.mean() == pytest.approx(0.0, abs=0.02)
    assert pixels.std() == pytest.approx(1.0, abs=0.02)


def test_evaluation_and_looks_see_the_pixels_that_training_sees(
    images: tf.Tensor, labels: tf.Tensor
) -> None:
    for scale in ("raw", "signed"):
        loop = started(TANH.replace(input_scale=scale))
        kernel = parameters(loop)["dense_1/kernel"]
        pixels = images.numpy() * (1.0 if scale == "raw" else 2 / 255) - (scale == "signed")
        first, _ = loop.look(images, labels)
        np.testing.assert_allclose(first.activations, np.tanh(pixels @ kernel), atol=1e-4)
        outputs = loop.model(pixels.astype("float32")).numpy()
        np.testing.assert_allclose(loop.evaluate(images, labels).outputs, outputs, atol=1e-4)


def test_evaluation_is_the_forward_pass(
    tanh_loop: Loop, images: tf.Tensor, labels: tf.Tensor
) -> None:
    seen, expected = tanh_loop.evaluate(images, labels), Backpropagation(tanh_loop, images, labels)
    assert seen.loss == pytest.approx(expected.loss, rel=1e-5)
    np.testing.assert_allclose(seen.scores, expected.scores, atol=1e-5)
    np.testing.assert_allclose(seen.outputs, expected.outputs, atol=1e-6)


def test_look_is_backpropagation(tanh_loop: Loop, images: tf.Tensor, labels: tf.Tensor) -> None:
    first, second = tanh_loop.look(images, labels)
    expected = Backpropagation(tanh_loop, images, labels)
    for seen, outputs, norm in zip(
        (first, second), (expected.first, expected.second), expected.gradient_norms, strict=True
    ):
        np.testing.assert_allclose(seen.activations, outputs, atol=1e-5)
        np.testing.assert_allclose(seen.slopes, 1 - outputs**2, atol=1e-5)
        assert seen.gradient_norm == pytest.approx(norm, rel=1e-4)
    # The kernel's gradient is the sum of what its inputs and the errors behind it say.
    assert first.inputs is first.errors is None
    np.testing.assert_allclose(second.inputs, expected.first, atol=1e-5)
    gradient = second.inputs.T @ second.errors
    assert np.linalg.norm(gradient) == pytest.approx(second.gradient_norm, rel=1e-4)
    kernel = parameters(tanh_loop)["dense_2/kernel"]
    ratio = norm / np.linalg.norm(kernel)
    assert second.gradient_to_kernel == pytest.approx(ratio, rel=1e-4)


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_dead_units_are_those_that_no_image_wakes(architecture: str, images: tf.Tensor) -> None:
    loop = started(TANH.replace(hidden="relu", architecture=architecture, width=8))
    *_, bias = (each for each in loop.model.weights if each.path.endswith("_1/bias"))
    # So far below 0 that few images, or none, lift it.
    bias.assign(np.linspace(-3.0, 1.0, 8, dtype="float32"))
    many = tf.tile(images, (12, 1))
    indices = np.arange(0, 1200, 7, dtype=np.int32)
    chosen = as_pixels(tf.gather(many, indices))
    seen = loop.dead(many, indices)
    names = [f"hidden_{number}" for number in (1, 2)]
    for name, dead in zip(names, seen, strict=True):
        part = keras.Model(loop.model.input, loop.model.get_layer(name).output)
        largest = part(chosen).numpy().reshape(-1, 8).max(axis=0)
        np.testing.assert_array_equal(dead, largest == 0)
    assert 0 < seen[0].sum() < 8


def test_looking_and_evaluating_change_nothing(
    tanh_loop: Loop, images: tf.Tensor, labels: tf.Tensor
) -> None:
    before = parameters(tanh_loop)
    tanh_loop.look(images, labels)
    tanh_loop.evaluate(images, labels)
    tanh_loop.dead(images, np.arange(NUM_IMAGES, dtype=np.int32))
    for path, value in parameters(tanh_loop).items():
        np.testing.assert_array_equal(value, before[path])


def train_once(loop: Loop, images: tf.Tensor, labels: tf.Tensor) -> np.ndarray:
    return steps_over(loop, images, labels, range(NUM_IMAGES))[0]


def steps_over(
    loop: Loop, images: tf.Tensor, targets: tf.Tensor, order: Iterable[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Losses and accuracies of the steps over the examples in this order."""
    seen = loop.train_epoch(images, targets, tf.constant(np.array(order, np.int32)))
    losses, accuracies = (values.numpy() for values in seen)
    return losses, accuracies


def test_no_graph_goes_through_autograph(
    images: tf.Tensor, labels: tf.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AutoGraph writes a file for each function that it rewrites."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    loop = started(TANH.replace(hidden="step_straight_through", head="sigmoid"))
    loop.evaluate(images, labels)
    loop.look(images, labels)
    assert train_once(loop, images, labels).shape == (4,)
    assert not list(tmp_path.iterdir())


def test_slopes_of_prelu_are_the_learned_ones(images: tf.Tensor, labels: tf.Tensor) -> None:
    experiment = TANH.replace(hidden="prelu", learning_rate=0.03)
    loop = started(experiment)
    losses = train_once(loop, images, labels)
    # Three full batches of 32 and a rest of 4, each with its loss before the step.
    assert losses.shape == (4,)
    assert np.isfinite(losses).all()
    for number, seen in enumerate(loop.look(images, labels), start=1):
        alpha = loop.model.get_layer(f"hidden_{number}").alpha.numpy()
        assert (np.abs(alpha - 0.25) > 1e-3).any()
        # So that an output has the sign of its score.
        assert (alpha > 0).all()
        expected = np.where(seen.activations < 0, alpha, 1.0)
        np.testing.assert_allclose(seen.slopes, expected, rtol=1e-6)
        assert 0.05 < (seen.activations < 0).mean() < 0.95


def test_slope_of_maxout_is_that_of_the_winning_score(images: tf.Tensor, labels: tf.Tensor) -> None:
    loop = started(TANH.replace(hidden="maxout", depth=1))
    (seen,) = loop.look(images, labels)
    own = parameters(loop)
    scores = images.numpy() / 255 @ own["dense_1/kernel"] + own["dense_1/bias"]
    assert scores.shape == (NUM_IMAGES, 32)
    np.testing.assert_allclose(
        seen.activations, np.maximum(scores[:, :16], scores[:, 16:]), atol=1e-5
    )
    np.testing.assert_array_equal(seen.slopes, np.ones((NUM_IMAGES, 16)))


def test_first_loss_is_the_one_before_the_first_step(images: tf.Tensor, labels: tf.Tensor) -> None:
    loop = started(TANH)
    before = loop.evaluate(images[:BATCH], labels[:BATCH]).loss
    assert train_once(loop, images, labels)[0] == pytest.approx(before, rel=1e-5)
    assert loop.evaluate(images[:BATCH], labels[:BATCH]).loss < before


def test_accuracies_are_those_before_each_step(images: tf.Tensor, labels: tf.Tensor) -> None:
    loop, order = started(TANH), np.arange(NUM_IMAGES)
    _, accuracies = steps_over(loop, images, labels, order)
    # Three full batches of 32 and a rest of 4.
    assert accuracies.shape == (4,)
    loop.restart(TANH, np.random.SeedSequence(0))
    for batch, accuracy in zip(np.split(order, [32, 64, 96]), accuracies, strict=True):
        outputs = loop.model(as_pixels(tf.gather(images, batch))).numpy()
        assert accuracy == pytest.approx((outputs.argmax(axis=1) == labels.numpy()[batch]).mean())
        steps_over(loop, images, labels, batch)


def test_only_one_right_label_has_an_accuracy(images: tf.Tensor) -> None:
    loop = started(Experiment(task="balance", head="linear_mse", width=16, batch_size=BATCH))
    losses, accuracies = steps_over(loop, images, tf.ones((NUM_IMAGES, 1)), range(NUM_IMAGES))
    assert losses.shape == (4,)
    assert accuracies.shape == (0,)


def test_average_of_the_weights_is_the_running_one(
    images: tf.Tensor, labels: tf.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step by step in double precision, past the 20 steps of the plain mean."""
    monkeypatch.setattr(loop_module, "AVERAGE_DECAY", 0.95)
    # Batch normalization has statistics that no gradient moves.
    experiment = TANH.replace(normalization="batch", learning_rate=0.01)
    loop, order = started(experiment), np.random.default_rng(3)
    birth = loop.model.get_weights()
    with loop.averaged():
        for value, expected in zip(loop.model.get_weights(), birth, strict=True):
            np.testing.assert_array_equal(value, expected)
    mean = [np.zeros(value.shape) for value in birth]
    for step in range(1, 61):
        steps_over(loop, images, labels, order.choice(NUM_IMAGES, BATCH, replace=False))
        share = max(0.05, 1 / step)
        mean = [m + share * (w - m) for m, w in zip(mean, loop.model.get_weights(), strict=True)]
    last = loop.model.get_weights()
    with loop.averaged():
        averaged = loop.model.get_weights()
    for value, expected in zip(averaged, mean, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
    assert np.abs(averaged[0] - last[0]).max() > 0.01
    for value, expected in zip(loop.model.get_weights(), last, strict=True):
        np.testing.assert_array_equal(value, expected)
    loop.restart(experiment, np.random.SeedSequence(0))
    with loop.averaged():
        np.testing.assert_array_equal(loop.model.get_weights()[0], birth[0])


def test_channels_of_a_convolution_are_its_units(
    images: tf.Tensor, labels: tf.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(loop_module.EVALUATION_BATCH, "cnn", 32)
    loop = started(TANH.replace(architecture="cnn", hidden="relu", width=4))
    first, second = loop.look(images[:10], labels[:10])
    assert first.activations.shape == first.slopes.shape == (10 * 28 * 28, 4)
    assert second.activations.shape == second.slopes.shape == (10 * 14 * 14, 4)
    for seen in (first, second):
        np.testing.assert_array_equal(seen.slopes, seen.activations > 0)
        assert seen.gradient_norm > 0
    # 100 images in parts of 32: the parts' losses count by their sizes.
    seen = loop.evaluate(images, labels)
    of_labels = softmax(seen.scores.astype(float))[np.arange(NUM_IMAGES), labels.numpy()]
    assert seen.loss == pytest.approx(-np.log(of_labels).mean(), rel=1e-5)
    np.testing.assert_allclose(
        seen.outputs, loop.model(as_pixels(images)).numpy(), rtol=1e-4, atol=1e-6
    )


SHARED = {
    "dataset": "mnist-5k",
    "initializer": "he_normal",
    "bias_initial_value": 0.1,
    "learning_rate": 0.1,
    "epochs": 3,
    "train_size": 100,
    "label_noise": 0.1,
    "seed": 3,
    "evaluation": "validation",
    "rate_decay": "linear",
}
OWN = {
    "hidden": "relu",
    "head": "sigmoid",
    "architecture": "cnn",
    "depth": 1,
    "width": 17,
    "normalization": "batch",
    "optimizer": "sgd",
    "batch_size": 16,
}


def test_experiments_share_a_graph_unless_they_need_one_of_their_own() -> None:
    for field, value in (SHARED | OWN).items():
        shared = TANH.replace(**{field: value}).graph_fields == TANH.graph_fields
        assert shared == (field in SHARED), field


@pytest.mark.parametrize(
    ("head", "expected"), [("softmax", False), ("sigmoid_mse", False), ("sigmoid", True)]
)
def test_sums_of_three_terms_are_found_in_the_step(head: str, expected: bool) -> None:
    """Of these gradients, that of binary cross-entropy alone adds more than two terms."""
    assert Loop(TANH.replace(head=head)).adds_in_any_order() == expected


def doubled(scores: tf.Tensor) -> tf.Tensor:
    return 2.0 * scores


def tripled(scores: tf.Tensor) -> tf.Tensor:
    return 3.0 * scores


def test_function_registered_anew_gets_a_graph_of_its_own(
    monkeypatch: pytest.MonkeyPatch, images: tf.Tensor
) -> None:
    """As in a notebook: the function is edited, registered again and run again."""
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})
    monkeypatch.setattr(loop_module, "_LOOPS", {})
    outputs = {}
    for function in (doubled, tripled):
        activations.register("mine", function)
        experiment = TANH.replace(hidden="mine", depth=1)
        loop = loop_for(experiment)
        loop.restart(experiment, np.random.SeedSequence(0))
        outputs[function] = loop.model.get_layer("hidden_1")(tf.ones((1, 16))).numpy()
    assert outputs[doubled][0, 0] == 2.0
    assert outputs[tripled][0, 0] == 3.0


def test_many_networks_draw_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("tensorflow").propagate = True
    images, indices = tf.zeros((4, 784), tf.uint8), np.arange(4, dtype="int32")
    for width in range(2, 10):
        started(TANH.replace(width=width)).dead(images, indices)
    assert not caplog.records


def test_loops_are_reused_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "_LOOPS", {})
    first = loop_for(TANH)
    assert loop_for(TANH.replace(seed=5, learning_rate=0.5)) is first
    others = [loop_for(TANH.replace(width=width)) for width in (2, 3)]
    assert loop_for(TANH.replace(width=3)) is others[1]
    assert len(loop_module._LOOPS) == 2
    assert loop_for(TANH) is not first
