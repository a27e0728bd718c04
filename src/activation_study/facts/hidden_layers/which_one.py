"""What the page on the choice of an activation says: what decides, who wins, and where it turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.facts.verdicts import answer, sides
from activation_study.report.analysis.hidden_layers import contests, variance
from activation_study.report.claims import claims_file
from activation_study.report.claims.box.wording import Amounts, number_in_words
from activation_study.report.claims.verdict import Verdict
from activation_study.report.drawing.looks import spelled
from activation_study.report.figures.hidden_layers.which_one import FACTORS

NO_ANSWER = "(no answer yet)"

ANSWERS = {
    name: {
        "as claimed": "GELU is ahead there, too.",
        "too small": "That is too small to matter there.",
        "contrary": "There ReLU is ahead.",
        "not shown": "The runs cannot tell who is ahead there.",
    }
    for name in ("little", "cnn")
}
"""Which sentence follows from how a claim came out."""

SHARES = {
    "rate": "learning_rate",
    "function": "hidden",
    "weights": "initializer",
    "together": "learning_rate x hidden",
    "seed": variance.SEED,
}
"""What the page calls a share of the variance, and the fields."""


def which_one(**verdicts: Verdict) -> dict[str, str]:
    """How the comparison of GELU and ReLU comes out elsewhere.

    Args:
        **verdicts: By the names of ``ANSWERS``.

    Returns:
        What ``sides`` says of them; with ``_said`` behind the name how each came out, and with
        ``_change`` the difference as a clause.
    """
    found = sides(**verdicts)
    for name, verdict in verdicts.items():
        found[f"{name}_said"] = answer(verdict, ANSWERS[name])
        change = Amounts("test_accuracy").change
        found[f"{name}_change"] = change(verdict.primary.effect) if verdict.primary else NO_ANSWER
    return found


def what_decides(reading: str = "averaged", **studies: Runs) -> dict[str, str]:
    """Return the shares of the variance, with their intervals, and how the rate's compare.

    Args:
        reading: ``"last"`` or ``"averaged"`` weights.
        **studies: What the page calls a study, and its runs of every combination.

    Returns:
        ``<study>_<part>`` in percent by ``SHARES``, with ``_low`` and ``_high``;
        ``<study>_times``: how many times the share of the function that of the rate, alone and
        together with the function, is.
    """
    found: dict[str, str] = {}
    for study, runs in studies.items():
        names = [f"{study}_{part}{end}" for part in SHARES for end in ("", "_low", "_high")]
        found |= dict.fromkeys([*names, f"{study}_times"], NO_ANSWER)
        try:
            shares = variance.shares(runs, FACTORS, reading=reading)
        except IncompleteRecordError:
            continue
        for part, fields in SHARES.items():
            row = 100 * shares.loc[fields]
            found[f"{study}_{part}"] = f"{row['share']:.0f} %"
            found |= {f"{study}_{part}_{end}": f"{row[end]:.0f}" for end in ("low", "high")}
        of_rate = shares["share"][["learning_rate", "learning_rate x hidden"]].sum()
        found[f"{study}_times"] = f"{of_rate / shares['share']['hidden']:.1f}"
    return found


def one_seed(runs: Runs, hidden: Sequence[str]) -> dict[str, str]:
    """Return who wins where each activation is trained once, and what a budget of runs buys.

    Args:
        runs: Runs of a study that has curves and the default rate.
        hidden: Hidden activations.
    """
    values = contests.by_seed(runs, hidden)
    places, chance = contests.ranks(values), contests.chances(values)
    wins = (places == 1).sum()
    best = str(values.mean().idxmax())
    spent = contests.budgets(runs, hidden)
    means = spent.mean()
    return {
        "num_functions": number_in_words(values.shape[1]),
        "num_seeds": number_in_words(len(values)),
        "num_winners": number_in_words(int((wins > 0).sum())),
        "best_mean": spelled(best),
        "best_wins": number_in_words(int(wins[best])),
        "gelu_over_relu": f"{100 * float(chance['relu']['gelu']):.0f}",
        "function_runs": str(spent.attrs["num_runs"]["functions"]),
        "rate_runs": str(spent.attrs["num_runs"]["rates"]),
        "all_runs": str(spent.attrs["num_runs"]["both"]),
        **{
            f"gained_by_{way}": Amounts("test_accuracy").change(means[way] - means["none"])
            for way in ("functions", "rates", "both")
        },
    }


def turning(
    settings: Mapping[str, contests.Setting], pairs: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Return how many comparisons turn from setting to setting, and which.

    Args:
        settings: What each setting is called, and its runs.
        pairs: Hidden activations, the first against the second.
    """
    table = contests.compare(settings, pairs, claims_file.read().margins["test_accuracy"])
    found = contests.turned(table)
    named = [
        f"{spelled(arm)} against {spelled(reference)}"
        for arm, reference in found.index[found].tolist()
    ]
    return {
        "num_pairs": number_in_words(len(found)),
        "num_turned": number_in_words(len(named)),
        "turned": "; ".join(named) or "none of them",
        "num_settings": number_in_words(table["setting"].nunique()),
    }
