"""What the page on activations with a mean of 0 says of its verdicts and its runs."""

from __future__ import annotations

from collections.abc import Mapping

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.facts.verdicts import NO_ANSWER, answer, answers
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.hidden_layers.centring import (
    HEIGHT,
    by_function,
    learning,
    rank_correlations,
    steps,
)
from activation_study.report.claims.box.wording import Amounts
from activation_study.report.claims.verdict import Verdict
from activation_study.report.figures.hidden_layers.centring import CHANCE

_HELPS = {
    "as claimed": "That is faster.",
    "too small": "The difference is too small to matter.",
    "contrary": "That is slower.",
    "not shown": "Which is faster, the runs cannot tell.",
}

ANSWERS = {
    "signs": {
        "as claimed": "Where outputs are positive, signs agree more, in minibatches too.",
        "too small": "In minibatches the signs agree hardly more than with tanh.",
        "contrary": "In minibatches the signs agree less than with tanh.",
        "not shown": "Whether they agree more in minibatches, the runs cannot tell.",
    },
    "relu": _HELPS,
    "sigmoid": _HELPS,
    "elu": _HELPS,
    "mean": {
        "as claimed": "So the first half of the saying holds.",
        "too small": "So the mean of ELU is hardly nearer to 0.",
        "contrary": "So the mean of ELU is not nearer to 0.",
        "not shown": "Whose mean is nearer to 0, the runs cannot tell.",
    },
    "explode": {
        "as claimed": "They do: the largest gradient grows with depth.",
        "too small": "They do not: the largest gradient hardly changes with depth.",
        "contrary": "They do not: the largest gradient shrinks with depth.",
        "not shown": "Whether the largest gradient grows with depth, these networks do not show.",
    },
    "cause": {
        "as claimed": "Here a mean of 0 helps, by itself.",
        "too small": "So the agreement in sign is there, and does no harm that matters.",
        "contrary": "So a mean of 0 does not help by itself.",
        "not shown": "So it is not shown that a mean of 0 helps by itself.",
    },
    "use": {
        "as claimed": "By plain descent a ReLU less its mean may be worth a try.",
        "too small": "Do not leave ReLU for a mean of 0.",
        "contrary": "Do not leave ReLU for a mean of 0.",
        "not shown": "Do not count on a mean of 0 in the place of ReLU.",
    },
    "use_sigmoid": {
        "as claimed": "If you keep the sigmoid, subtract a half.",
        "too small": "To subtract a half from the sigmoid is not worth the trouble.",
        "contrary": "Do not subtract a half from the sigmoid.",
        "not shown": "What it brings to subtract a half from the sigmoid, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""


def centring(record: Mapping[str, Runs], **verdicts: Verdict) -> dict[str, str]:
    """How far signs agree, what a mean of 0 gains, and whether positive outputs explode.

    Args:
        record: Study -> its runs.
        **verdicts: ``signs`` (in minibatches), ``relu`` and ``sigmoid`` (less their means), ``elu``
            and ``mean`` (its speed, and its mean), ``explode`` (the largest gradient).

    Returns:
        By the name of a verdict what ``sides`` says, ``_change`` and ``_said``; with ``cause_said``
        and ``use_said`` what follows from the centred ReLU, ``use_sigmoid_said`` from the sigmoid.
    """
    found = answers(verdicts, ANSWERS)
    for name, of in (("cause", "relu"), ("use", "relu"), ("use_sigmoid", "sigmoid")):
        found[f"{name}_said"] = answer(verdicts[of], ANSWERS[name])
    return found | _of_runs(record)


MOMENTUM = {
    ("relu", "relu_centred"): "relu_momentum",
    ("sigmoid", "sigmoid_minus_half"): "sigmoid_momentum",
    ("relu", "elu"): "elu_momentum",
}
"""The steps that are looked at with momentum as well, where no claim is registered."""

_SHOWN = ("sigmoid", "relu", "tanh", "relu_centred")
_SHARES = {"one": "sign_one_image", "batch": "sign_minibatch"}
_RANKS = {"rank": "sign_minibatch", "offset_rank": "offset"}
_WAYS = {"plain descent": "descent", "momentum": "momentum"}


def _of_runs(record: Mapping[str, Runs]) -> dict[str, str]:
    """Agreement in percent, heights, rank correlations, and the same steps with momentum."""
    names = [f"{name}_{what}" for name in _SHOWN for what in (*_SHARES, "height")]
    names += [f"{rank}_{way}" for rank in _RANKS for way in _WAYS.values()]
    found = dict.fromkeys((*names, *MOMENTUM.values()), NO_ANSWER)
    found["chance"] = f"{CHANCE:.0f} %"
    try:
        frame = learning(record)
    except IncompleteRecordError:
        return found
    for own in by_function(frame).reset_index().to_dict("records"):
        name = own["hidden"]
        if own["way"] == "plain descent" and name in _SHOWN:
            found |= {f"{name}_{what}": f"{100 * own[of]:.0f} %" for what, of in _SHARES.items()}
            found[f"{name}_height"] = metric_of(HEIGHT).shown(own["height"])
    for rank, measure in _RANKS.items():
        for way, value in rank_correlations(frame, measure).items():
            found[f"{rank}_{_WAYS[str(way)]}"] = with_minus(f"{value:+.2f}")
    for step in steps(frame).to_dict("records"):
        glued = MOMENTUM.get((step["before"], step["after"]))
        if glued and step["way"] == "momentum":
            found[glued] = Amounts(HEIGHT).change(step["mean"])
    return found
