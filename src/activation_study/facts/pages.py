"""What single pages say of the runs and the verdicts that they show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.facts.verdicts import NO_ANSWER, answer, primary_of, sides
from activation_study.registry import listed
from activation_study.report import claims
from activation_study.report.analysis.arms import curve_runs, with_head
from activation_study.report.analysis.derived.skills import TRIALS, skills
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import chosen_rates, rank
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.claims.box.wording import IMAGES, Amounts, number_in_words
from activation_study.report.claims.rules import ContrastRule
from activation_study.report.claims.verdict import Verdict
from activation_study.report.drawing.looks import USED, spelled


def convergence(runs: Runs, reading: str = "averaged") -> dict[str, str]:
    """How the activations that people use end with softmax outputs, in images of 10,000.

    They are set beside the one that was best in the tuning runs, as the figure of the ranking does.
    What a wrong learning rate costs is measured on the validation images: the median over the
    activations of what is lost at ten times, and at a tenth, of the chosen rate.
    """
    register = claims.read()
    found = rank(runs, reading=reading, excludes=register.best_excludes)
    ahead = IMAGES * found.rows.set_index("hidden")["effect"]
    ahead = ahead[ahead.index.isin(USED)].sort_values(ascending=False)
    margin = IMAGES * register.margins["test_accuracy"]
    is_near = ahead.abs() <= margin
    summary = at_reading(runs, reading).summary
    rates, curve = chosen_rates(summary), curve_runs(with_head(summary, "softmax"))
    validation = column_of(curve, "validation_accuracy", reading)
    curve = curve.assign(value=with_failures_counted(curve, validation))
    table = curve.pivot_table("value", "learning_rate", "hidden")

    def lost(factor: float) -> str:
        costs = []
        for name in ahead.index:
            own, rate = table[name].dropna(), rates[name, "softmax"]
            chosen, moved = own.index.get_indexer([rate, factor * rate], method="nearest")
            costs.append(IMAGES * (own.iloc[chosen] - own.iloc[moved]))
        return f"{np.median(costs):.0f}"

    return {
        "num_runs": f"{len(runs.summary):,}",
        "num_used": number_in_words(len(ahead)),
        "num_near": number_in_words(int(is_near.sum())),
        "reference": spelled(found.reference),
        "others": listed(
            [
                f"{spelled(str(name))} ({abs(gap):.0f} {'more' if gap > 0 else 'fewer'})"
                for name, gap in ahead[~is_near].items()
            ]
        )
        or "none",
        "relu": Amounts("test_accuracy").change(ahead["relu"] / IMAGES),
        "first": spelled(ahead.index[0]),
        "last": spelled(ahead.index[-1]),
        "spread": f"{ahead.max() - ahead.min():.0f}",
        "margin": f"{margin:.0f}",
        "margin_points": f"{100 * margin / IMAGES:g}",
        "lost_at_ten_times": lost(10),
        "lost_at_a_tenth": lost(0.1),
        "num_at_default": str(int((rates == DEFAULT_LEARNING_RATE).sum())),
        "num_arms": str(len(rates)),
    }


def prior_bias(start: Verdict, speed: Verdict, accuracy: Verdict) -> dict[str, str]:
    """What it is worth to start sigmoids at one in ten: first steps, learning curve, end."""
    sizes = {
        "matters": "By our margin that matters.",
        "too small to matter": "By our margin that is too small to matter.",
        "open": "Whether that reaches our margin, the runs cannot tell.",
    }
    found = {
        "start_half": f"{primary_of(start).reference:.0f}",
        "start_prior": f"{primary_of(start).reference + primary_of(start).effect:.0f}",
        "bias_steps": f"{np.log(9) / DEFAULT_LEARNING_RATE:,.0f}",
    }
    for name, verdict in {"accuracy": accuracy, "speed": speed}.items():
        found |= {name: _change(verdict), f"{name}_size": sizes[primary_of(verdict).size]}
    rows = sorted(accuracy.rows, key=lambda row: row.effect)
    for name, row in {"low": rows[0], "high": rows[-1]}.items():
        found[f"accuracy_{name}"] = f"{Amounts('test_accuracy').number(row.effect)} ({row.name})"
    return found


def softmax_or_sigmoid(
    accuracy: Verdict,
    lead: Verdict,
    noise: Verdict,
    decays: Verdict,
    start: Verdict,
    four: Verdict,
) -> dict[str, str]:
    """What ten sigmoids change: accuracy, lead, first steps, and what they give to a 4's likes."""
    at_last, at_start = primary_of(lead).effect, primary_of(start)
    at_decay = primary_of(decays)
    is_noise = at_last > 0 and primary_of(noise).direction == "as claimed"
    rule = four.claim.rule
    assert isinstance(rule, ContrastRule)
    assert isinstance(rule.reference, float)
    past = claims.first_round(accuracy.claim.id)
    found = {
        "accuracy": _change(accuracy),
        "lead": _change(lead),
        "lead_averaged": _change(lead, at_last - primary_of(noise).effect),
        "lead_is_noise": "The lead is noise of the last step."
        if is_noise
        else "Why they differ, we cannot say.",
        "decayed": _change(decays),
        "decayed_lead": "The lead is gone by this road, too."
        if at_decay.high < at_decay.margin
        else "A lead may be left.",
        "start_softmax": f"{at_start.reference:.0f}",
        "start_sigmoid": f"{at_start.reference + at_start.effect:.0f}",
        "share_even": f"{100 * rule.reference:.0f}",
        "first_lead": past.span if past else "",
    }
    for digit in ("9", "7"):
        shares = [row.effect for row in four.rows if f"{digit}'s" in row.name]
        found[f"share_{digit}"] = f"{100 * (rule.reference + np.mean(shares)):.0f}"
    return found


MATCHED = {
    "as claimed": "Outputs that can say every target are better.",
    "too small": "The difference is too small to matter.",
    "contrary": "Outputs that end before the targets are better.",
    "not shown": "Which are better, the runs cannot tell.",
}
"""Which sentence follows from how the claim on matched outputs came out."""


def which_output(record: Mapping[str, Runs], match: Verdict, **many: Verdict) -> dict[str, str]:
    """How near the advised layers come to the best of their tasks, and how far softmax spreads.

    Args:
        record: Study -> its runs.
        match: On outputs that can say every target.
        **many: On sigmoids in the place of softmax for many classes: what each changes is said.
    """
    found = sides(match=match) | {"match_said": answer(match, MATCHED)}
    found |= {
        f"{name}_change": _change(each) if each.primary else NO_ANSWER
        for name, each in many.items()
    }
    try:
        rows = skills(record)
    except IncompleteRecordError:
        rows = None
    tried = [] if rows is None else list(dict.fromkeys(rows["trial"]))
    missing = [name for name in TRIALS if name not in tried]
    found |= {
        "num_tried": number_in_words(len(tried)),
        "not_recorded": f"Not recorded yet: {listed(missing)}." if missing else "",
        "advised": NO_ANSWER,
        "spread": NO_ANSWER,
    }
    if rows is not None:
        # Where the advised layer has no runs yet, its task says nothing of it.
        advised = rows[rows["is_advised"]].sort_values("mean")
        if len(advised):
            least = advised.iloc[0]
            found["advised"] = f"{least['mean']:.2f} ({least['trial']})"
        softmax = rows[rows["kind"] == "softmax"].sort_values("mean")
        if len(softmax):
            low, high = softmax.iloc[0], softmax.iloc[-1]
            found["spread"] = with_minus(
                f"from {low['mean']:.2f} ({spelled(low['head'])}, {low['trial']}) "
                f"to {high['mean']:.2f} ({spelled(high['head'])}, {high['trial']})"
            )
    return found


def _change(verdict: Verdict, effect: float | None = None) -> str:
    """Say a difference as boxes do: "24 more of 10,000 test images are right".

    Args:
        verdict: on a contrast.
        effect: in its metric; by default the verdict's own.
    """
    rule = verdict.claim.rule
    assert isinstance(rule, ContrastRule)
    return Amounts(rule.metric).change(primary_of(verdict).effect if effect is None else effect)
