"""Every number and word of the judged claims, recomputed with pandas and SciPy alone.

Nothing of the package takes part in the recomputation: the rules are read as YAML, the runs as
Parquet files, and the learning rates are chosen anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import yaml

from activation_study import settings, studies
from activation_study.report.claims import against_studies, claims_file, judge_all
from activation_study.studies import book
from report.claims.claim_frames import contrast, count, document, write
from report.claims.record_oracle import Record, is_lower_better
from report.simulated_runs import publish

FIELDS = {
    "hidden": "hidden activation",
    "head": "output layer",
    "metric": "measure",
    "train_size": "training images",
    "label_noise": "share of wrong labels",
}


def t_test(values: np.ndarray) -> tuple[float, float, tuple[float, float], tuple[float, float]]:
    """Mean, two-sided p-value, 95 % and 90 % interval."""
    if np.ptp(values) <= 1e-12:
        mean = float(np.mean(values))
        return mean, float(abs(mean) <= 1e-12), (mean, mean), (mean, mean)
    found = scipy.stats.ttest_1samp(values, 0)
    intervals = [tuple(found.confidence_interval(level)) for level in (0.95, 0.90)]
    return float(np.mean(values)), float(found.pvalue), intervals[0], intervals[1]


def holm(p_values: list[float]) -> list[float]:
    adjusted, running = [0.0] * len(p_values), 0.0
    for rank, number in enumerate(np.argsort(p_values, kind="stable")):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[number]))
        adjusted[number] = running
    return adjusted


def size(interval: tuple[float, float], margin: float) -> str:
    low, high = interval
    if low > margin or high < -margin:
        return "matters"
    return "too small to matter" if low > -margin and high < margin else "open"


def direction(
    rule: dict[str, Any], test: tuple, p_value: float, margin: float, alpha: float
) -> str:
    mean, _, _, (low, high) = test
    found = size((low, high), margin)
    if rule["expected"] == "same":
        if found == "too small to matter":
            return "as claimed"
        return "contrary" if p_value < alpha and found == "matters" else "not shown"
    if rule["expected"] == "no_worse":
        low, high = (-high, -low) if is_lower_better(rule["metric"]) else (low, high)
        return "as claimed" if low > -margin else "contrary" if high < -margin else "not shown"
    if p_value >= alpha:
        return "not shown"
    return "as claimed" if (mean > 0) == (rule["expected"] == "higher") else "contrary"


def word(asks: str, expected: str | None, answer: str, how_large: str) -> str:
    if answer == "not shown":
        is_small = how_large == "too small to matter"
        matters = "the difference matters" if expected in ("same", "no_worse") else None
        return (
            "did not come true: too small to matter"
            if is_small
            else f"cannot tell if {matters or 'there is a difference'}"
        )
    said = "came true" if answer == "as claimed" else "opposite"
    if how_large == "matters" or expected in ("same", "no_worse"):
        return said
    return said + (", size open" if how_large == "open" else ", but too small to matter")


def recompute(data: Path) -> dict[str, dict[str, Any]]:
    """Claim -> what the record says of it."""
    file = yaml.safe_load((data / "claims.yml").read_bytes())
    runs, alpha = Record(data), file["alpha"]
    found: dict[str, dict[str, Any]] = {}
    families: dict[Any, list[str]] = {}
    for claim in file["claims"]:
        rule = claim.get("rule") or {}
        if rule.get("kind") == "count":
            with contextlib.suppress(LookupError):
                found[claim["id"]] = counts(runs, rule, alpha)
        if rule.get("kind") != "contrast":
            continue
        family = claim["id"] if claim.get("control") else ("chapter", claim["chapter"])
        families.setdefault(family, []).append(claim["id"])
        over = rule.get("over", {})
        combinations = itertools.product(*over.values())
        settings_ = [dict(zip(over, each, strict=True)) for each in combinations]
        try:
            effects = [runs.effect(rule, setting) for setting in settings_]
        except LookupError:
            # It waits for its runs, and keeps its place in the family as p = 1.
            continue
        table = pd.concat([gaps for gaps, *_ in effects], axis=1, join="inner")
        if "relative_margin" in rule:
            margin = rule["relative_margin"] * abs(np.mean([mean for _, mean, _ in effects]))
        else:
            margin = rule.get("margin") or file["margins"][rule["metric"]]
        pairs = []
        for field, levels in over.items():
            means = [table.loc[:, [s[field] == level for s in settings_]].mean(axis=1)
                     for level in levels]  # fmt: skip
            tests = [t_test((a - b).to_numpy()) for a, b in itertools.combinations(means, 2)]
            adjusted = holm([test[1] for test in tests])
            pairs += [(field, test, p) for test, p in zip(tests, adjusted, strict=True)]
        if rule.get("asks") == "dependence":
            _, test, raw = min(pairs, key=lambda pair: (pair[2], -abs(pair[1][0])))
        else:
            test = t_test(table.mean(axis=1).to_numpy())
            raw = test[1]
        distinct = {identity: gaps for gaps, _, identity in reversed(effects)}
        rows = [t_test(gaps.to_numpy()) for gaps in reversed(distinct.values())]
        own = holm([row[1] for row in rows])
        found[claim["id"]] = {
            "rule": rule, "margin": margin, "pairs": pairs, "test": test, "raw": raw,
            "rows": [(row, p) for row, p in zip(rows, own, strict=True)],
        }  # fmt: skip
    for members in families.values():
        adjusted = holm([found[name]["raw"] if name in found else 1.0 for name in members])
        for name, p_value in zip(members, adjusted, strict=True):
            if name in found:
                found[name] |= answers(found[name], p_value, alpha)
    return found


def answers(found: dict[str, Any], p_value: float, alpha: float) -> dict[str, Any]:
    rule, margin, test, pairs = (found[name] for name in ("rule", "margin", "test", "pairs"))
    on = [f for f, t, p in pairs if p < alpha and abs(t[0]) > margin]
    if rule.get("asks") == "dependence":
        is_shown = p_value < alpha and abs(test[0]) > margin
        is_small = all(size(t[3], margin) == "too small to matter" for _, t, _ in pairs)
        answer = "as claimed" if is_shown else "not shown"
        how_large = "matters" if is_shown else "too small to matter" if is_small else "open"
        rows = []
    else:
        answer = direction(rule, test, p_value, margin, alpha)
        how_large = size(test[3], margin)
        rows = [direction(rule, row, p, margin, alpha) for row, p in found["rows"]]
    label = word(rule.get("asks", "mean"), rule.get("expected"), answer, how_large)
    held = Counter(rows)["as claimed"]
    if on and rule.get("asks") != "dependence" and 0 < held < len(rows):
        fields = [FIELDS.get(name, name.replace("_", " ")) for name in dict.fromkeys(on)]
        label = f"depends on {' and '.join(fields)}: {held} of {len(rows)}"
    return {"holm": p_value, "direction": answer, "size": how_large, "label": label}


def counts(runs: Record, rule: dict[str, Any], alpha: float) -> dict[str, Any]:
    over = rule.get("over", {})
    levels = {name: list(values) for name, values in over.items()}
    members = rule["among"]
    if members == "all":
        pytest.skip("a list of all levels is the study's to say")
    sides = [runs.side(rule, levels, {rule["each"]: member})[0] for member in members]
    tail = "greater" if rule["relation"] == ">=" else "less"
    raw = [scipy.stats.ttest_1samp(each, rule["bound"], alternative=tail).pvalue for each in sides]
    held = sum(p_value < alpha for p_value in holm(raw))
    rows = [(t_test(each.to_numpy()), p) for each, p in zip(sides, holm(raw), strict=True)]
    return {"label": f"{held} of {len(members)}", "rows": rows}


def assert_recomputed(data: Path) -> int:
    """Compare all that is judged with the recomputation; how many claims that were."""
    judged = {each.claim.id: each for each in judge_all() if each.status == "judged"}
    expected = recompute(data) if judged else {}
    assert set(expected) == set(judged)
    for name, verdict in judged.items():
        found = expected[name]
        assert verdict.label == found["label"], name
        # Those of a list come in its order, those of settings in theirs.
        rows = sorted(found["rows"], key=lambda row: row[0][0])
        for row, (test, p_value) in zip(
            sorted(verdict.rows, key=lambda row: row.effect), rows, strict=True
        ):
            assert row.effect == pytest.approx(test[0], abs=1e-12), name
            assert (row.low, row.high) == pytest.approx(test[2], abs=1e-10)
            assert row.p_value == pytest.approx(p_value, rel=1e-6, abs=1e-12), name
        primary = verdict.primary
        if primary is None:
            continue
        assert primary.effect == pytest.approx(found["test"][0], abs=1e-12), name
        assert (primary.low, primary.high) == pytest.approx(found["test"][2], abs=1e-10)
        assert (primary.low_90, primary.high_90) == pytest.approx(found["test"][3], abs=1e-10)
        assert primary.margin == pytest.approx(found["margin"])
        assert primary.holm_p == pytest.approx(found["holm"], rel=1e-6, abs=1e-12)
        assert (primary.direction, primary.size) == (found["direction"], found["size"])
    return len(judged)


def test_every_published_verdict_is_recomputed() -> None:
    root = settings.repository()
    assert root is not None
    assert_recomputed(root / "data")


HIDDEN, HEADS = ["relu", "tanh", "sigmoid"], ["softmax", "sigmoid"]
AVERAGED = {"reading": "averaged", "criterion": "averaged_validation_accuracy"}
RULES = {
    "heads": contrast(
        arm={"head": "sigmoid"}, reference={"head": "softmax"}, over={"hidden": HIDDEN}, **AVERAGED
    ),
    "heads-same": contrast(
        arm={"head": "sigmoid"}, reference={"head": "softmax"}, over={"hidden": HIDDEN},
        metric="test_nll", criterion="averaged_validation_nll", reading="averaged",
        expected="no_worse", margin=None, relative_margin=0.1,
    ),
    "readings": contrast(
        arm={"reading": "averaged"}, reference={"reading": "last"}, criterion="validation_accuracy",
        over={"hidden": HIDDEN, "head": HEADS},
    ),
    "less": contrast(over={"head": HEADS}, less={"reading": "averaged"}, expected="lower"),
    "dependence": contrast(
        arm={"hidden": "tanh"}, reference={"hidden": ["relu", "sigmoid"]}, rate=None,
        criterion=None, expected=None, asks="dependence", margin=0.001,
        over={"head": HEADS, "learning_rate": [0.001, 0.01, 0.1]},
    ),
    "depends": contrast(
        arm={"hidden": "sigmoid"}, reference={"hidden": "relu"}, rate=None, criterion=None,
        fixed={"head": "softmax"}, over={"learning_rate": [0.001, 0.01]},
    ),
    "rates": contrast(
        arm={"hidden": "tanh"}, reference={"hidden": "relu"}, criterion=None,
        fixed={"head": "softmax"}, rate="default",
        over={"rate": ["default", 0.001, 0.00316]}, expected="same",
    ),
    "level": contrast(
        arm={"hidden": "relu"}, reference=0.95, over={"head": HEADS}, rate="default", criterion=None
    ),
    "count": count(study="core-2", among=HIDDEN, bound=0.96, fixed={}, over={"head": HEADS}),
}  # fmt: skip


@pytest.fixture
def simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A made-up second round of a few arms, with a rule of every kind."""
    core = studies.get("core-2")
    small = dataclasses.replace(
        core,
        arms=tuple(arm for arm in core.arms if arm.fields["hidden"] in HIDDEN),
        seeds=lambda arm: range(200, 206),
        default_seeds=tuple(range(200, 204)),
    )
    monkeypatch.setitem(book.STUDIES, "core-2", lambda: small)
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv(settings.RECORDS_VARIABLE, str(tmp_path / "cache"))
    publish(small, tmp_path)
    rules = {name.replace("-", "_"): rule | {"study": "core-2"} for name, rule in RULES.items()}
    content = document(**rules) | {"minimum_pairs": {"full": 4, "quick": 2}}
    content["claims"][0]["control"] = True
    write(tmp_path / "data", content)
    claims_file.register()
    yield tmp_path / "data"
    for cached in (against_studies._arms, against_studies._columns, against_studies._check_cell):
        cached.cache_clear()


def test_a_rule_of_every_kind_is_recomputed(simulated: Path) -> None:
    assert assert_recomputed(simulated) == len(RULES)
