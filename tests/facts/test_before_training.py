"""What the page on dead units says of networks before their first step, worked out by hand."""

import dataclasses

import numpy as np
import pandas as pd

from activation_study import facts
from activation_study.facts.hidden_layers.dead_units import NO_ANSWER
from report.dead_runs import dead_runs, run
from report.made_runs import with_tables

NAMES = ["width", "depth", "lower", "upper", "drawn", "built", "low", "high"]


def test_first_weights_are_those_of_the_runs() -> None:
    born = {"pytorch": (0.0, 0.2, 0.3, 0.5), "he_normal": (0.0, 0.0, 0.01, 0.04)}
    deep = dead_runs(
        *(
            run(seed, 0.9 + seed / 50, (1.0,) * 4, shares, depth=4, initializer=name)
            for name, shares in born.items()
            for seed in (0, 1)
        ),
        run(0, 0.1, born=(0.0,) * 4, depth=4, initializer="pytorch", hidden="silu"),
        run(2, 0.5, born=(1.0,) * 4, depth=4, initializer="pytorch", is_tuning=True),
    )
    # Of the two seeds, a factor of 4 apart: 2 about the mean of the logarithms.
    first = (deep.layers["layer"] == 1) & (deep.layers["epoch"] == 0)
    size = deep.layers["key"].str[0].map({"0": 0.01, "1": 0.04, "2": 9.0}).where(first, 7.0)
    found = facts.first_weights(with_tables(deep, layers=deep.layers.assign(gradient_norm=size)))
    assert [found[f"relu_{name}_born"] for name in ("pytorch", "he")] == ["30 %", "1 %"]
    assert found["relu_pytorch_gradient"] == "0.020"
    assert (found["relu_he_right"], found["silu_pytorch_right"]) == ("91.00 %", "10.00 %")
    assert found["silu_pytorch_born"] == "0 %"
    assert found["relu_keras_born"] == NO_ANSWER
    none = dataclasses.replace(deep, summary=deep.summary[:0])
    assert set(facts.first_weights(none).values()) == {NO_ANSWER}
    assert facts.first_weights(none).keys() == found.keys()


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
