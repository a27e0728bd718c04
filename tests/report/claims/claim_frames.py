"""Toy records with known answers: a summary row for each run, and the claims that judge them."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import yaml

from activation_study.report.claims.rules import Claim
from activation_study.report.claims.verdict import Finding, Verdict

SEEDS = range(100, 110)
SCOPE = {"varied": "the arms", "fixed": "the rest", "would_flip": "elsewhere"}
COMMON = {"registered": "2026-01-01", "why": "Because.", "study": "toy", "scope": SCOPE}


@dataclass(frozen=True)
class ToyRuns:
    summary: pd.DataFrame
    confusion: pd.DataFrame = field(default_factory=pd.DataFrame)
    name: str | None = "toy"
    tier: str = "full"


def noise(seed, scale=0.0005):
    return scale * np.random.default_rng(seed).standard_normal(len(SEEDS))


def cell(hidden, head="softmax", rate="tuned", *, seeds=SEEDS, tuning=False, **metrics):
    """Return rows of one cell; a metric is one value for all seeds, or one for each."""
    frame = pd.DataFrame({"seed": list(seeds)}).assign(
        hidden=hidden,
        head=head,
        task="digits",
        epochs=10,
        diverged=False,
        is_tuning=tuning,
        is_tuned=rate == "tuned" and not tuning,
        is_default=rate == "default" and not tuning,
        **{"learning_rate": 0.001, "validation_accuracy": 0.9} | metrics,
    )
    return frame.assign(key=[f"{hidden}-{head}-{rate}-{tuning}-{seed}" for seed in frame["seed"]])


def toy(*cells, **fields):
    return ToyRuns(pd.concat(cells, ignore_index=True), **fields)


def contrast(name="one", predicted="arm_better", **changes):
    return {
        "name": name,
        "metric": "test_accuracy",
        "better": "higher",
        "arm": {"hidden": "tanh"},
        "reference": {"hidden": "sigmoid"},
        "fixed": {"head": "softmax"},
        "rate": "tuned",
        "predicted": predicted,
    } | changes


def contrast_rule(*contrasts, combine="all"):
    return COMMON | {"kind": "contrast", "combine": combine, "contrasts": list(contrasts)}


def document(**rules):
    """Return a file of claims with these rules, underscores in the names turned to hyphens."""
    return {
        "version": 1,
        "alpha": 0.05,
        "bootstrap": {"resamples": 200, "seed": 0},
        "minimum_pairs": {"full": 10, "quick": 2},
        "best_excludes": ["maxout"],
        "margins": {"test_accuracy": 0.002, "epochs_to_97": 0.5, "test_nll": 0.01},
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


def made_verdict(claim, verdict, *, assertion="Toy.", chapter="toys", study="toy", **found):
    """Return a verdict that no rule has given; of a demonstration where the study is None."""
    if verdict == "not tried yet":
        rule = None
    elif study is None:
        rule = {name: COMMON[name] for name in ("registered", "why", "scope")} | {
            "kind": "demonstration",
            "demonstration": "toy",
            "checks": {"one": {"relation": "<=", "bound": 1.0, "reason": "toy"}},
        }
    else:
        rule = contrast_rule(contrast()) | {"study": study}
    tier = found.pop("tier", "full")
    made = Claim(id=claim, assertion=assertion, chapter=chapter, rule=rule)
    return Verdict(made, Finding(verdict, **({"condition": ""} | found)), tier=tier)
