"""What the page of questions answers: a sentence that follows from a verdict, and its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from activation_study.facts.verdicts import NO_ANSWER, answer
from activation_study.report.claims.asking import OUTCOMES
from activation_study.report.claims.box.wording import fill, placeholders
from activation_study.report.claims.rules import ContrastRule, CountRule
from activation_study.report.claims.verdict import Verdict

LEADS = {
    "sigmoid-single-label": (
        "Softmax: ten sigmoids cost accuracy.",
        "Softmax, if you want one distribution over the classes. The accuracy does not decide.",
        "Softmax, if you want one distribution over the classes. By accuracy, ten sigmoids.",
        "Softmax, if you want one distribution over the classes. Which is more accurate, the runs "
        "cannot tell.",
    ),
    "two-units-or-one": (
        "Either. The two are one function, and train equally well.",
        "Either. The two are one function, and train equally well.",
        "The two are one function, but they did not train equally well.",
        "The two are one function. Whether they train equally well, the runs cannot tell.",
    ),
    "sigmoid-multi-label": (
        "It takes what you name. Name one sigmoid a label, with binary cross-entropy.",
        "It takes what you name. By the order of the labels it hardly matters what.",
        "It takes what you name. Softmax on equal shares put the labels in a better order here.",
        "It takes what you name. Which puts the labels in a better order, the runs cannot tell.",
    ),
    "threshold-half": (
        "Where labels are not rare, a half will do.",
        "Where labels are not rare, a half will do.",
        "It matters whether you keep a half or learn the threshold.",
        "Whether a learned threshold is better than a half, the runs cannot tell.",
    ),
    "pos-weight-moves-the-threshold": (
        "For rare labels a weight does as well as a threshold.",
        "For rare labels a weight does as well as a threshold.",
        "For rare labels, leave out the weight.",
        "For rare labels the runs cannot tell a weight from a threshold.",
    ),
    "softmax-over-division": (
        "Any positive function can be divided by its sum. In the mean, that cost accuracy.",
        "Any positive function can be divided by its sum, and it hardly matters which.",
        "Any positive function can be divided by its sum. In the mean, that was even better.",
        "Any positive function can be divided by its sum. What it costs, the runs cannot tell.",
    ),
    "sigmoid-rejects-unknown": (
        "Sigmoids and a bar, as the thread advises, do help.",
        "Sigmoids, as the thread advises, hardly help.",
        "Sigmoids, as the thread advises, make it worse.",
        "Whether sigmoids help, as the thread advises, the runs cannot tell.",
    ),
    "outputs-are-probabilities": (
        "As often as asked for, its calibration error was within what chance would show.",
        "About as often as asked for, its calibration error was within what chance would show.",
        "After long training, its calibration error was more than chance would show.",
        "Whether its calibration error is more than chance would show, the runs cannot tell.",
    ),
    "temperature-mends": (
        "One fitted number, the temperature, mends most of that.",
        "A fitted temperature hardly changes that.",
        "A fitted temperature makes that worse.",
        "Whether a fitted temperature mends that, the runs cannot tell.",
    ),
    "double-softmax-harms": (
        "One softmax is enough: in the model or in the loss. Two cost accuracy.",
        "One softmax is enough: in the model or in the loss. Two hardly cost accuracy.",
        "One softmax is enough: in the model or in the loss. Two cost no accuracy here.",
        "One softmax is enough: in the model or in the loss. What two cost, the runs cannot tell.",
    ),
    "mse-can-classify": (
        "By accuracy it hardly matters.",
        "By accuracy it hardly matters.",
        "By accuracy, too, cross-entropy is better.",
        "Whether it matters for the accuracy, the runs cannot tell.",
    ),
    "linear-collapse-trained": (
        "Without one, all layers are one linear layer together, and trained they end as one.",
        "Without one, all layers are one linear layer together, and trained they end as one.",
        "Without one, all layers are one linear layer together, but trained they end elsewhere.",
        "Without one, all layers are one linear layer together.",
    ),
    "gelu-beats-relu": (
        "GELU, and a learning rate chosen for it.",
        "ReLU will do. What newer ones gain is too small to matter here; look for the rate first.",
        "ReLU, and a learning rate chosen for it.",
        "ReLU will do. Whether newer ones are better, the runs cannot tell.",
    ),
    "relu-no-squeeze": (
        "In deep networks of ReLU Keras's default keeps the gradient.",
        "In deep networks of ReLU Keras's default keeps the gradient.",
        "In deep networks of ReLU Keras's default loses the gradient.",
        "Whether Keras's default keeps the gradient in deep networks, the runs cannot tell.",
    ),
    "tanh-eases": (
        "It is, also with a learning rate chosen for each.",
        "It is not, once each has its own learning rate: what is left is too small to matter.",
        "It is not: with a learning rate chosen for each, the sigmoid learns faster.",
        "With a learning rate chosen for each, the runs cannot tell which is better.",
    ),
    "sigmoid-vanishes": (
        "In deep networks the sigmoid squeezes the error on its way back.",
        "In deep networks the sigmoid hardly squeezes the error.",
        "In deep networks the sigmoid squeezes the error less than tanh does.",
        "Whether the sigmoid squeezes the error in deep networks, the runs cannot tell.",
    ),
    "zigzag": (
        "The first step is true: with positive outputs the gradients of a unit's weights agree.",
        "The gradients of a unit's weights agree hardly more where outputs are positive.",
        "The gradients of a unit's weights agree less where outputs are positive.",
        "Whether the gradients of a unit's weights agree more, the runs cannot tell.",
    ),
    "dying-relu": (
        "A unit that is 0 for every image gets no gradient. A high learning rate does that.",
        "A unit that is 0 for every image gets no gradient. Few came to that here.",
        "A unit that is 0 for every image gets no gradient. A high rate did not do that here.",
        "A unit that is 0 for every image gets no gradient. What does it, the runs cannot tell.",
    ),
    "leaky-cures-death": (
        "Leaky ReLU is a cure.",
        "Leaky ReLU hardly changes the accuracy.",
        "Leaky ReLU is no cure.",
        "Whether leaky ReLU is a cure, the runs cannot tell.",
    ),
    "softmax-hidden": (
        "Because it costs accuracy.",
        "Little speaks against it: what it costs is too small to matter.",
        "Nothing speaks against it: it is more accurate.",
        "What it costs in hidden layers, the runs cannot tell.",
    ),
    "softmax-scale-mends": (
        "Its small outputs are why: times the width, most comes back.",
        "Its small outputs are not why: times the width, little changes.",
        "Its small outputs are not why: times the width, it is worse.",
        "Whether its small outputs are why, the runs cannot tell.",
    ),
    "regression-unbounded": (
        "For a target of either sign leave the output linear.",
        "What an output does whose range ends is too small to matter here.",
        "Outputs whose range ends were better here.",
        "Whether an output may end before the targets, the runs cannot tell.",
    ),
}
"""Claim -> the sentence that begins an answer, in the order of ``OUTCOMES``."""


def desk(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Return what the page of questions says of each claim.

    Returns:
        By the claim, the number that answers it, as the first sentence of its box; with ``_said``
        behind it, of the claims in ``LEADS``, the sentence to begin with. What has no answer yet is
        said to have none, and why.
    """
    found = {}
    for verdict in verdicts:
        name = verdict.claim.id
        found[name] = _number(verdict)
        if name in LEADS:
            found[f"{name}_said"] = _lead(verdict, dict(zip(OUTCOMES, LEADS[name], strict=True)))
    return found


def _lead(verdict: Verdict, sentences: Mapping[str, str]) -> str:
    said = answer(verdict, sentences)
    return "This has no answer yet." if said == NO_ANSWER else said


def _number(verdict: Verdict) -> str:
    """Return the first sentence of a verdict's box, which has the number."""
    rule = verdict.claim.rule
    if verdict.status == "incomplete record":
        return (
            f"“{verdict.claim.assertion}” is not tried yet: its rule is registered "
            f"({rule and rule.registered}), and its runs are being made."
        )
    if not verdict.is_judgement:
        return f"“{verdict.claim.assertion}” is {verdict.status}."
    if isinstance(rule, ContrastRule | CountRule):
        return fill(rule.sentence, placeholders(verdict))
    return verdict.sentence
