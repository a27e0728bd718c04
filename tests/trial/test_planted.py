"""Twenty planted cases, trained in earnest on few images: each must be judged rightly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from activation_study import studies
from activation_study.engine.records.records import Records
from activation_study.engine.training.train import train
from activation_study.trial import findings, plan
from activation_study.trial.shown import wording
from activation_study.trial.subject import relatives, source
from activation_study.trial.timing import StepCost

# What is planted, how it is given, and what must be said of it.
COPIES = {
    "relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid", "gelu": "GELU", "elu": "ELU",
}  # fmt: skip
SAID = {
    "x * sigmoid(x)": "SiLU under another name",
    "2 * sigmoid(2 * x) - 1": "tanh under another name",
    "log(1 + exp(x))": "softplus under another name",
    "x + 0": "linear under another name",
    "relu(x - 1)": "It is ReLU(z - 1)",
    "relu(x) - 0.5": "It is ReLU(z) - 0.5",
    "relu(x + 1)": "It is ReLU(z + 1)",
    "0 * x": "learns nothing",
    "0 * x + 1": "learns nothing",
    "exp(2 * x)": "explodes",
}
REFUSED = {
    "draws": "must not draw random numbers",
    "noise": "must not draw random numbers",
    "mixes": "must not mix examples",
    "normal": "must not mix examples|draw random",
    "breaks": "not finite",
}
PLANTED = """
import keras

def draws(x): return x * keras.ops.cast(keras.random.uniform((1, 1)) > 0.5, x.dtype)
def noise(x): return x + keras.random.normal(keras.ops.shape(x))
def mixes(x): return x / keras.ops.max(keras.ops.abs(x), axis=0)
def normal(x): return (x - keras.ops.mean(x)) / keras.ops.std(x)
def breaks(x): return keras.ops.sqrt(x)
""" + "\n".join(f"def copy_of_{name}(x): return keras.activations.{name}(x)" for name in COPIES)

COST = StepCost(1e-3, 1e-3, 1.0, 1.0, 1.0)
"""Of no case anything is said that depends on it."""


def judged(what: str) -> findings.Findings:
    subject = source.find(what)
    wanted, records = plan.plan_of(subject.name, is_short=True), Records()
    while missing := records.missing(wanted.roles(records).experiments):
        for experiment in missing:
            records.add(train(experiment))
    return findings.find(subject, relatives.find(subject.entry), COST, wanted.load(records))


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("ACTIVATION_STUDY_LONG"), reason="a minute or two: ACTIVATION_STUDY_LONG=1"
)
def test_twenty_planted_cases_are_judged_rightly(
    small_plan: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(studies, "HEADLINE_ACTIVATIONS", tuple(COPIES))
    (tmp_path / "planted.py").write_text(PLANTED)
    wrong = []
    for name, said in REFUSED.items():
        with pytest.raises(ValueError, match=said):
            source.find(f"planted.py:{name}")
        print("refused:", name, flush=True)
    for name, said in COPIES.items():
        found = judged(f"planted.py:copy_of_{name}")
        # The same numbers as the original on every seed, at either rate.
        rows = [place.rows.set_index("arm").loc[name] for place in found.places.values()]
        is_same = all(row["effect"] == row["low"] == row["high"] == 0 for row in rows)
        label = wording.label(found)
        print(f"{name}: {label}, {is_same=}", flush=True)
        if not is_same or label != f"{said} under another name":
            wrong.append(name)
    for formula, said in SAID.items():
        found = judged(formula)
        text = " ".join([wording.label(found), *wording.summary(found)])
        print(f"{formula}: {text}", flush=True)
        if said not in text:
            wrong.append(formula)
    assert len(COPIES) + len(SAID) + len(REFUSED) == 20
    assert wrong == []
