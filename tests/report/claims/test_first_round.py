"""The first round's verdicts as they stand, recomputed with pandas and SciPy from its record."""

import pandas as pd
import pytest
import scipy.stats
import yaml

from activation_study import settings
from activation_study.report.claims import first_round
from activation_study.report.claims.claims_file import FIRST_ROUND


@pytest.fixture(scope="module")
def data():
    return settings.repository() / "data"


def evaluation(data, study):
    """The runs that a verdict of the first round compared: at the tuned rates, at the default."""
    return pd.concat(
        pd.read_parquet(data / name / "runs.parquet") for name in {"core", study}
    ).query("evaluation == 'test'")


ROWS = [
    ("sigmoid-single-label", "ReLU"),
    ("sigmoid-single-label-nll", "GELU"),
    ("tanh-eases", "learning curve, softmax head, default rate"),
    ("leaky-inconsistent", "sigmoid head, tuned rate"),
    ("prior-bias-speed-default", "tanh"),
]


@pytest.mark.parametrize(("claim", "name"), ROWS)
def test_effects_and_p_values_come_again(data, claim, name):
    rules = yaml.safe_load((data / FIRST_ROUND[0]).read_bytes())["claims"]
    rule = next(each["rule"] for each in rules if each["id"] == claim)
    stated = next(each for each in rule["contrasts"] if each["name"] == name)
    row = next(each for each in first_round(claim).rows if each["name"] == name)
    runs = evaluation(data, rule["study"])
    rates = [float(rate) for rate in row["rates"].split(" and ")]
    values = []
    for side, rate in zip(("arm", "reference"), (rates * 2)[:2], strict=True):
        cell = stated["fixed"] | stated[side] | {"learning_rate": rate}
        chosen = runs[(runs[list(cell)] == pd.Series(cell)).all(axis=1)]
        values.append(chosen.set_index("seed")[stated["metric"]])
    if row["rate"] == "default":
        values = [each[each.index < 110] for each in values]
    gaps = (values[0] - values[1]).dropna()
    assert len(gaps) == row["num_pairs"]
    assert row["effect"] == pytest.approx(gaps.mean(), abs=1e-10)
    assert row["p_value"] == pytest.approx(scipy.stats.ttest_1samp(gaps, 0).pvalue, abs=1e-10)


def test_a_verdict_of_the_first_round_in_words():
    assert str(first_round("tanh-eases-by-slope")).startswith("refuted: ")
    assert "points (95 % interval" in str(first_round("sigmoid-single-label"))
    assert str(first_round("zigzag")) == "not tried yet"
    assert first_round("new-in-the-second-round") is None
