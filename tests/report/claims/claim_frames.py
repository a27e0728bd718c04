"""Toy records with known answers: a summary row for each run, and the claims that judge them."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import yaml

from activation_study.report.claims.claim import Claim
from activation_study.report.claims.verdict import Primary, Row, Verdict

SEEDS = range(200, 210)
FORECAST = {"direction": "as claimed", "size": "matters", "low": 0.0, "high": 0.1}
OF_RUNS = {
    "registered": "2026-01-01",
    "study": "core",
    "metric": "test_accuracy",
    "forecast": FORECAST,
    "rate": "tuned",
    "criterion": "validation_accuracy",
}
"""What the rules of both kinds have in common."""


@dataclass(frozen=True, eq=False)
class ToyRuns:
    summary: pd.DataFrame
    name: str | None = "core"
    tier: str = "full"
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    history: pd.DataFrame = field(default_factory=pd.DataFrame)
    layers: pd.DataFrame = field(default_factory=pd.DataFrame)


def noise(seed, scale=0.0005, seeds=SEEDS):
    """Return noise whose mean is 0 to rounding, so that effects are what a test says."""
    drawn = scale * np.random.default_rng(seed).standard_normal(len(seeds))
    return drawn - drawn.mean()


def cell(hidden, head="softmax", rate=0.001, *, tuned=True, seeds=SEEDS, tuning=False, **metrics):
    """Return rows of one cell; a metric is one value for all seeds, or one for each."""
    frame = pd.DataFrame({"seed": list(seeds)}).assign(
        hidden=hidden,
        head=head,
        task="digits",
        epochs=10,
        diverged=False,
        is_tuning=tuning,
        is_tuned=tuned and not tuning,
        tuned_for_validation_accuracy=tuned and not tuning,
        is_default=rate == 0.001 and not tuning,
        **{"learning_rate": rate, "validation_accuracy": 0.9} | metrics,
    )
    return frame.assign(key=[f"{hidden}-{head}-{rate}-{tuning}-{seed}" for seed in frame["seed"]])


def toy(*cells, **fields):
    return ToyRuns(pd.concat(cells, ignore_index=True), **fields)


def contrast(**changes):
    own = {
        "kind": "contrast",
        "arm": {"hidden": "tanh"},
        "reference": {"hidden": "sigmoid"},
        "over": {"head": ["softmax", "sigmoid"]},
        "expected": "higher",
        "sides": ["sigmoid better", "tanh better"],
        "sentence": "With tanh {change}.",
    }
    return OF_RUNS | own | changes


def count(**changes):
    own = {
        "kind": "count",
        "fixed": {"head": "softmax"},
        "each": "hidden",
        "among": ["relu", "tanh", "elu"],
        "relation": ">=",
        "bound": 0.95,
        "at_least": 0.6,
        "forecast": {"direction": "as claimed", "low": 2, "high": 3},
        "sentence": "{k} of {n} train.",
    }
    return OF_RUNS | own | changes


def document(**rules):
    """Return a file of claims with these rules, underscores in the names turned to hyphens."""
    return {
        "version": 2,
        "alpha": 0.05,
        "minimum_pairs": {"full": 10, "quick": 2},
        "best_excludes": ["maxout"],
        "margins": {"test_accuracy": 0.002, "test_nll": 0.01},
        "claims": [
            {"id": name.replace("_", "-"), "chapter": "toys", "assertion": f"Toy {name}."}
            | ({} if rule is None else {"rule": rule})
            for name, rule in rules.items()
        ],
    }


def write(folder, content):
    path = folder / "claims.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def made_verdict(
    claim, label, *, assertion="Toy.", chapter="toys", study="core", effect=0.01, tier="full"
):
    """Return a verdict that no rule has given; of a demonstration where the study is None."""
    if study is None:
        checks = {"one": {"relation": "<=", "bound": 1.0, "reason": "toy"}}
        rule = {"registered": "2026-01-01", "kind": "demonstration", "demonstration": "toy"}
        rule |= {"why": "toy", "checks": checks}
        rule["scope"] = dict.fromkeys(("varied", "fixed", "would_flip"), "toy")
    else:
        rule = contrast(study=study)
    if label == "not tried yet":
        rule = None
    made = Claim(id=claim, assertion=assertion, chapter=chapter, rule=rule)
    if label in ("not tried yet", "incomplete record"):
        return Verdict(made, label, label, reason="few", tier=tier)
    if study is None:
        return Verdict(made, "demonstrated", label)
    answers = ("as claimed", "matters")
    primary = Primary(effect, 0.0, 0.02, 0.0, 0.02, 0.01, 0.02, 10, 0.002, 0.97, *answers)
    row = Row("one", effect, 0.0, 0.02, 10, 0.01, *answers, 0.001, 0.001)
    found = {"primary": primary, "rows": (row,), "keys": frozenset({"k"})}
    return Verdict(made, "judged", label, tier=tier, **found)
