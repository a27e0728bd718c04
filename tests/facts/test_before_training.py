"""What the page on dead units says of networks before their first step, worked out by hand."""

import dataclasses

import numpy as np
import pandas as pd

from activation_study import facts
from activation_study.facts.hidden_layers.dead_units import NO_ANSWER
from report.dead_runs import dead_runs, run

NAMES = ["width", "depth", "lower", "upper", "drawn", "built", "low", "high"]


def test_first_weights_are_those_of_the_runs() -> None:
    weights = {"pytorch": (0.0, 0.2, 0.3, 0.5), "he_normal": (0.0, 0.0, 0.01, 0.04)}
    causes = dead_runs(
        *(
            run(seed, 0.9, dead=(1.0,) * 4, born=born, depth=4, initializer=name)
            for name, born in weights.items()
            for seed in (0, 1)
        ),
        run(0, 0.1, born=(1.0,) * 4, depth=4, initializer="pytorch", bias_initial_value=-1.0),
    )
    gradients = {("relu", "pytorch"): 1e-3, ("relu", "he_normal"): 0.5,
                 ("silu", "pytorch"): 2e-4, ("silu", "he_normal"): 0.2468}  # fmt: skip
    signal = dead_runs(
        *(run(0, 0.9, depth=4, hidden=hidden, initializer=name) for hidden, name in gradients)
    )
    keys = signal.summary.set_index("key")[["hidden", "initializer"]].apply(tuple, axis=1)
    first = signal.layers["layer"] == 1
    size = signal.layers["key"].map(keys).map(gradients).where(first, 9.0)
    signal = dataclasses.replace(signal, layers=signal.layers.assign(gradient_norm=size))
    found = facts.first_weights(causes, signal, depth=4)
    assert [found[f"born_pytorch_{layer}"] for layer in (1, 2, 4)] == ["0 %", "20 %", "50 %"]
    assert found["born_he_4"] == "4 %"
    # 0.2468 / 0.0002 is 1,234: two digits are said.
    assert (found["relu_by_he"], found["silu_by_he"]) == ("500", "1,200")
    assert found["silu_below_relu"] == "5"
    assert found["born_keras_1"] == NO_ANSWER
    none = dataclasses.replace(causes, summary=causes.summary[:0])
    assert set(facts.first_weights(none, signal, depth=4).values()) == {NO_ANSWER}
    assert facts.first_weights(none, signal, depth=4).keys() == found.keys()


def test_networks_that_are_born_dead_are_said_with_whether_keras_agrees() -> None:
    rows = [
        (2, 9, 0.8, 0.9, 0.85, 0.82, 0.76, 0.87),
        (3, 9, 0.5, 0.6, 0.55, 0.62, 0.56, 0.68),
        (10, 9, 0.0, 0.1, 0.0123, np.nan, np.nan, np.nan),
    ]
    found = facts.born_dead(pd.DataFrame(rows, columns=NAMES), width=4, depth=1)
    assert (found["drawn_2_9"], found["built_2_9"], found["drawn_10_9"]) == (
        "85 %",
        "82 %",
        "1.2 %",
    )
    assert found["agree_said"].startswith("1 of 2 agree with what was drawn")
    assert "built_10_9" not in found
    # One layer of four units is dead at one input once in sixteen.
    assert found["wide"] == "0.062"
    found = facts.born_dead(pd.DataFrame(rows[:1], columns=NAMES))
    assert found["agree_said"].startswith("All of them agree")
