"""What the page on dead units says: how many die, of what, what it costs, what brings them back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.facts.verdicts import answer, sides
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.hidden_layers import death
from activation_study.report.claims.box.wording import IMAGES, Amounts
from activation_study.report.claims.rules import ContrastRule
from activation_study.report.claims.verdict import Verdict

NO_ANSWER = "(no answer yet)"

ANSWERS = {
    "loss": {
        "as claimed": "So such a rate costs no more than dead units do.",
        "contrary": "So such a rate costs more than the units that it kills do.",
        "not shown": "Which is worse, the runs cannot tell.",
    },
    "leaky": {
        "as claimed": "That is a gain, in the mean over two high rates.",
        "too small": "That is too small to matter, in the mean over two high rates.",
        "contrary": "That is a loss, in the mean over two high rates.",
        "not shown": "Whether that is a gain, the runs cannot tell.",
    },
    "stay": {
        "as claimed": "Dead units stay dead.",
        "too small": "Dead units stay dead.",
        "contrary": "Not all dead units stay dead.",
        "not shown": "Whether dead units stay dead, the runs cannot tell.",
    },
    "keeps": {
        "as claimed": "Units of ELU keep their gradient.",
        "too small": "Units of ELU keep their gradient.",
        "contrary": "Units of ELU lose their gradient, too.",
        "not shown": "Whether units of ELU lose their gradient, the runs cannot tell.",
    },
    "forgives": {
        "as claimed": "With Adam the scale of the pixels does not matter.",
        "contrary": "Adam does not make good for the scale of the pixels.",
        "not shown": "Whether Adam makes good for the scale of the pixels, the runs cannot tell.",
    },
    "pytorch": {
        "as claimed": "So it is the first weights that kill them, and not ReLU.",
        "too small": "So the first weights make too little of a difference to matter.",
        "contrary": "So PyTorch's first weights kill fewer.",
        "not shown": "Whether it is the first weights, the runs cannot tell.",
    },
    "swish": {
        "as claimed": "So SiLU trains where ReLU does not, or less.",
        "too small": "So SiLU is no way out of PyTorch's weights.",
        "contrary": "So from PyTorch's weights SiLU does worse.",
        "not shown": "Which function does better from PyTorch's weights, the runs cannot tell.",
    },
    "weights": {
        "as claimed": "With He's weights in their place the networks learn more.",
        "too small": "He's weights in their place change too little to matter.",
        "contrary": "With He's weights in their place the networks learn less.",
        "not shown": "Whether He's weights help, the runs cannot tell.",
    },
    "lower": {
        "as claimed": "Lowering the rate helps.",
        "too small": "Lowering the rate changes too little to matter.",
        "contrary": "Lowering the rate harms.",
        "not shown": "Whether lowering the rate helps, the runs cannot tell.",
    },
    "redraw": {
        "as claimed": "Drawing dead units anew as well helps more.",
        "too small": "Drawing dead units anew as well adds too little to matter.",
        "contrary": "Drawing dead units anew as well harms.",
        "not shown": "Whether it helps more to draw dead units anew, the runs cannot tell.",
    },
    "swap": {
        "as claimed": "Swapping in leaky ReLU as well helps more.",
        "too small": "Swapping in leaky ReLU as well changes too little to matter.",
        "contrary": "Swapping in leaky ReLU as well takes much of that back.",
        "not shown": "Whether it helps more to swap in leaky ReLU, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""


def dead_units(record: Mapping[str, Runs], **verdicts: Verdict) -> dict[str, str]:
    """What is dead, what that costs, what kills and what heals, and what the claims answer.

    Args:
        record: Study -> its runs: ``dead-rate``, ``lesion``, ``revival``, ``dead-causes`` and
            ``dead-causes-sgd``.
        **verdicts: On the page's claims; those in ``ANSWERS`` have a sentence, ``<name>_said``.

    Returns:
        Also by the name of each verdict what ``sides`` says, and with ``_change`` behind it the
        difference as a clause. What is not recorded is ``NO_ANSWER``.
    """
    found = sides(**verdicts)
    for name, verdict in verdicts.items():
        rule, primary = verdict.claim.rule, verdict.primary
        assert isinstance(rule, ContrastRule)
        found[f"{name}_change"] = (
            NO_ANSWER if primary is None else Amounts(rule.metric).change(primary.effect)
        )
        if name in ANSWERS:
            found[f"{name}_said"] = answer(verdict, ANSWERS[name])
    found |= _counts(record["dead-rate"]) | _costs(record["dead-rate"], record["lesion"])
    return found | _rescues(record["revival"]) | _causes(record)


RATES = {"default": DEFAULT_LEARNING_RATE, "ten": 1e-2, "high": 3.16e-2, "highest": 1e-1}
NAMES = {rate: name for name, rate in RATES.items()}
"""What the page calls a rate."""


def percent(share: Any, digits: int = 0) -> str:
    """Write a share in percent; what is not finite is ``NO_ANSWER``."""
    # 57.5 is not always a little more than 57.4999 in binary.
    return f"{round(100 * share, 6):.{digits}f} %" if math.isfinite(share) else NO_ANSWER


def _counts(runs: Runs) -> dict[str, str]:
    """How many units of ReLU networks end dead in each layer, and come back, at some rates."""
    names = ("dead", "first", "last", "silent", "revived_first", "revived_last", "epoch_one",
             "relu", "leaky_relu", "elu", "leaky_change")  # fmt: skip
    found = {f"{rate}_{name}": NO_ANSWER for rate in RATES for name in names}
    try:
        rows = death.judged_runs(runs)
        layers = death.by_layer(runs)
    except IncompleteRecordError:
        return found
    columns = ["dead_end", "silent_end", "revived_first", "revived_last"]
    means = rows[rows["hidden"] == "relu"].groupby("learning_rate")[columns].mean()
    right = rows.pivot_table("accuracy", "hidden", "learning_rate").to_dict()
    for name, rate in RATES.items():
        if rate not in means.index:
            continue
        digits = 1 if rate == DEFAULT_LEARNING_RATE else 0
        own, of_layers = means.loc[rate], layers.loc[rate]
        lives = death.histories(runs, rate)
        deaths = lives[lives["died"] > 0]["died"]
        shares = {
            "dead": own["dead_end"],
            "first": of_layers.iloc[0],
            "last": of_layers.iloc[-1],
            "silent": own["silent_end"],
            "revived_first": own["revived_first"],
            "revived_last": own["revived_last"],
            "epoch_one": (deaths == 1).mean(),
        }
        own_right = right[rate]
        for function in own_right.keys() & {"relu", "leaky_relu", "elu"}:
            found[f"{name}_{function}"] = percent(own_right[function], 1)
        if "leaky_relu" in own_right:
            gap = own_right["leaky_relu"] - own_right["relu"]
            found[f"{name}_leaky_change"] = Amounts("test_accuracy").change(gap)
        whole = ("revived_first", "revived_last", "epoch_one")
        found |= {
            f"{name}_{each}": percent(share, 0 if each in whole else digits)
            for each, share in shares.items()
        }
    return found


def _costs(rates: Runs, lesion: Runs) -> dict[str, str]:
    """What a high rate costs, in images of 10,000, and what its dead units cost by themselves."""
    wanted = {name: RATES[name] for name in ("ten", "high")}
    names = ("right", "lost", "by_death", "by_rate")
    found = {f"{rate}_{name}": NO_ANSWER for rate in wanted for name in names}
    try:
        costs = death.costs(rates, lesion)
    except IncompleteRecordError:
        return found
    for name, rate in wanted.items():
        if rate in costs.index:
            own = costs.loc[rate]
            by_death = round(IMAGES * (own["unharmed"] - own["by_death"]))
            lost = round(IMAGES * (own["unharmed"] - own["accuracy"]))
            found |= {
                f"{name}_right": percent(own["accuracy"], 2),
                f"{name}_lost": f"{lost:,}",
                f"{name}_by_death": f"{by_death:,}",
                f"{name}_by_rate": f"{lost - by_death:,}",
            }
    return found


def _rescues(runs: Runs) -> dict[str, str]:
    """What networks reach, and how many units are dead, by what is done after a high rate."""
    phases = ("none", "lower_rate", "redraw_dead", "swap_leaky_relu")
    found = {
        f"{phase}_{name}_{end}": NO_ANSWER
        for phase in phases
        for name in ("ten", "high")
        for end in ("right", "averaged", "dead")
    }
    try:
        rows = death.judged_runs(runs)
    except IncompleteRecordError:
        return found
    for (phase, name), own in rows.groupby(["second_phase", rows["learning_rate"].map(NAMES)]):
        averaged = with_failures_counted(own, "averaged_test_accuracy")
        found[f"{phase}_{name}_right"] = percent(own["accuracy"].mean(), 2)
        found[f"{phase}_{name}_averaged"] = percent(averaged.mean(), 2)
        found[f"{phase}_{name}_dead"] = percent(own["dead_end"].mean())
    return found


def _causes(record: Mapping[str, Runs]) -> dict[str, str]:
    """How many units end dead of causes other than the rate, and what is then right."""
    causes = {
        "bias": "bias \N{MINUS SIGN}1",
        "deep_bias": "8 layers, bias \N{MINUS SIGN}1",
        "keras": "8 layers",
        "he": "8 layers, He's weights",
        "pytorch": "8 layers, PyTorch's weights",
        "raw": "pixels 0 to 255",
    }
    trained = {"adam": "dead-causes", "sgd": "dead-causes-sgd"}
    rows = death.causes({name: [record[study]] for name, study in trained.items()})
    found = {}
    for name, cause in causes.items():
        for by in trained:
            own = rows[(rows["trained"] == by) & (rows["cause"] == cause)]
            for end, column in (("born", "born"), ("dead", "dead"), ("right", "accuracy")):
                share = float(own[column].mean())
                found[f"{name}_{by}_{end}"] = percent(share, 2 if end == "right" else 0)
    return found
