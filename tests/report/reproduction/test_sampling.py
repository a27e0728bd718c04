"""A draw can be repeated, depends on the seed alone, and is spread over the activations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from activation_study.experiment import FIELDS, Experiment, grid
from activation_study.report.reproduction.sampling import cell, draw, edge_cells, experiment_of


def table_of(experiments: list[Experiment], **columns: object) -> pd.DataFrame:
    rows = [{"key": each.key} | each.describe() | columns for each in experiments]
    return pd.DataFrame(rows)


@pytest.fixture
def summary() -> pd.DataFrame:
    many = grid(hidden="relu", seed=range(50)) + grid(hidden=["tanh", "gelu", "elu"], seed=[0, 1])
    return table_of(many)


def test_a_draw_depends_on_the_seed_alone(summary: pd.DataFrame, rng: np.random.Generator) -> None:
    first = list(draw(summary, 8, seed=3)["key"])
    turned = summary.iloc[rng.permutation(len(summary))]
    assert list(draw(turned, 8, seed=3)["key"]) == first
    assert list(draw(summary, 8, seed=4)["key"]) != first
    assert list(draw(summary, 5, seed=3)["key"]) == first[:5]


def test_every_activation_comes_once_before_any_comes_twice(summary: pd.DataFrame) -> None:
    for seed in range(20):
        assert draw(summary, 4, seed)["hidden"].is_unique
        assert draw(summary, 8, seed)["hidden"].value_counts().to_dict() == {
            "relu": 2, "tanh": 2, "gelu": 2, "elu": 2
        }  # fmt: skip


def test_every_run_can_be_drawn_and_none_twice(summary: pd.DataFrame) -> None:
    everything = draw(summary, 1000, seed=0)
    assert sorted(everything["key"]) == sorted(summary["key"])
    drawn = {key for seed in range(300) for key in draw(summary, 4, seed)["key"]}
    assert drawn == set(summary["key"])


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(),
        Experiment(dataset="mnist-5k", train_size=100, learning_rate=3.16e-4, evaluation="test"),
        Experiment(architecture="cnn", depth=2, label_noise=0.25, bias_initial_value=-1.0),
        Experiment(bottleneck=8, protocol=1),
    ],
)
def test_a_row_of_the_record_is_its_experiment_again(experiment: Experiment) -> None:
    # A number column with gaps holds floats, as a table of the record read by pandas does.
    frame = table_of([experiment, Experiment(train_size=7)])
    assert experiment_of(frame.iloc[0]) == experiment


@pytest.mark.parametrize("field", ["learning_rate", "seed", "width"])
def test_an_altered_description_is_no_longer_its_key_s(field: str) -> None:
    frame = table_of([Experiment()])
    frame[field] = frame[field] * 2 + 1
    with pytest.raises(ValueError, match=r"another version of the protocol .* or altered"):
        experiment_of(frame.iloc[0])


def test_cells_differ_in_all_but_seed_and_evaluation() -> None:
    reference = table_of([Experiment()]).iloc[0]
    others = {"seed": 9, "evaluation": "validation", "learning_rate": 0.1, "hidden": "tanh"}
    same = [cell(table_of([Experiment(**{k: v})]).iloc[0]) == cell(reference)  # type: ignore[arg-type]
            for k, v in others.items()]  # fmt: skip
    assert same == [True, True, False, False]
    assert len(cell(reference)) == len(FIELDS) - 2


def test_a_cell_whose_seeds_end_differently_is_at_the_edge() -> None:
    steady = table_of(grid(hidden="tanh", seed=[0, 1]), divergence="chance")
    torn = table_of(grid(hidden="relu", seed=[0, 1]), divergence="")
    torn.loc[1, "divergence"] = "chance"
    summary = pd.concat([steady, torn], ignore_index=True)
    assert edge_cells(summary) == {cell(torn.iloc[0])}
