"""Formulas: what they compute, by NumPy; what they refuse; and the Keras lines made of them."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import keras
import numpy as np
import pytest
import scipy.special

from activation_study.trial.subject import formulas, keras_code

SCORES = np.linspace(-3.0, 3.0, 25, dtype=np.float32)[:, None]

RIGHT: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "x * tanh(exp(x))": lambda x: x * np.tanh(np.exp(x)),
    "x if x > 0 else 0.1 * x": lambda x: np.where(x > 0, x, 0.1 * x),
    "where(x >= 1, 1, max(x, -1))": lambda x: np.clip(x, -1, 1),
    "clip(z, -1, 1) - -z": lambda x: np.clip(x, -1, 1) + x,
    "x^2 - 2**x": lambda x: x**2 - 2**x,
    "-x**2": lambda x: -(x**2),
    "x * (x > 0) + (x < -1)": lambda x: x * (x > 0) + (x < -1),
    "x - (1 - (x - 1)) / 2 / pi": lambda x: x - (1 - (x - 1)) / 2 / np.pi,
    "leaky_relu(x, 0.1)": lambda x: np.where(x > 0, x, 0.1 * x),
    "elu(x, 2)": lambda x: np.where(x > 0, x, 2 * np.expm1(x)),
    "celu(x, 0.5)": lambda x: np.where(x > 0, x, 0.5 * np.expm1(x / 0.5)),
    "soft_shrink(x, 1)": lambda x: np.sign(x) * np.maximum(np.abs(x) - 1, 0),
    "hard_shrink(x, 1)": lambda x: np.where(np.abs(x) > 1, x, 0),
    "mish(x)": lambda x: x * np.tanh(np.logaddexp(0, x)),
    "gelu(x)": lambda x: x * scipy.special.ndtr(x),
    "swish(x)": lambda x: x * scipy.special.expit(x),
    "x * 0.5 * (1 + erf(x / sqrt(2)))": lambda x: x * scipy.special.ndtr(x),
}


@pytest.mark.parametrize("text", RIGHT)
def test_a_formula_computes_what_it_says_and_so_do_its_lines_of_keras(text: str) -> None:
    formula = formulas.parse(text)
    values = np.asarray(formula(keras.ops.convert_to_tensor(SCORES)))
    np.testing.assert_allclose(values, RIGHT[text](SCORES), rtol=2e-5, atol=2e-6)
    written = keras_code.expression(formula.tree)
    x = keras.ops.convert_to_tensor(SCORES)
    again = np.asarray(eval(written, {"keras": keras, "x": x}))
    np.testing.assert_allclose(again, values, rtol=1e-6, atol=1e-6)
    assert pickle.loads(pickle.dumps(formula)) == formula


def test_every_listed_function_exists_and_maps_scores_to_scores() -> None:
    scores = keras.ops.convert_to_tensor(SCORES)
    for name, (fewest, _) in formulas.FUNCTIONS.items():
        call = {"where": "x > 0, x, 0", "clip": "x, 0, 1"}.get(name, ", ".join(["x"] * fewest))
        assert formulas.parse(f"{name}({call})")(scores).shape == SCORES.shape


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("__import__('os').system('true')", "not on the list|no function of the list"),
        ("x.shape", r"'x.shape' is not on the list \(Attribute\)"),
        ("(lambda: x)()", "not on the list"),
        ("[x for x in x]", "not on the list"),
        ("open(x)", "no function of the list"),
        ("relux(x)", "Did you mean 'relu'?"),
        ("relu", r"a function without its argument.*Write relu\(x\)"),
        ("x +", "is no formula"),
        ("", "is no formula"),
        ("x = 1", "is no formula"),
        ("3", r"there is no x.*write 0 \* x \+ 3"),
        ("relu(x, 2)", "a call with 2 arguments.*Give it 1"),
        ("relu(x=x)", "not on the list"),
        ("x if x else 0", "compares nothing.*Write x > 0"),
        ("0 < x < 1", "not on the list"),
        ("True * x", "not on the list"),
        ("1e999 * x", "too large"),
        ("y * 2", "'y' is an unknown name"),
        ("x" + " + x" * 400, "characters; accepted are 500"),
        ("(" * 240 + "x" + ")" * 240, "nests too deeply|is no formula"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_a_remedy(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"(?s)received.*({said})"):
        formulas.parse(text)
