"""Figures of what decides: shares of the variance, and where a comparison turns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt

from activation_study.catalogue.spelling import MINUS, with_minus
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.registry import listed
from activation_study.report.analysis.hidden_layers import contests, variance
from activation_study.report.claims import claims_file
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.drawing import parts, tiles
from activation_study.report.drawing.looks import GROUND, INK, QUIET, SERIES, spelled
from activation_study.report.drawing.picture import Picture

FACTORS = ("learning_rate", "hidden", "initializer")
PARTS = {
    "learning rate": (("learning_rate",), SERIES[0].colour),
    "function and rate together": (("learning_rate x hidden",), SERIES[1].colour),
    "function": (("hidden",), SERIES[2].colour),
    "first weights, alone or with others": (
        (
            "initializer",
            "learning_rate x initializer",
            "hidden x initializer",
            "learning_rate x hidden x initializer",
        ),
        SERIES[3].colour,
    ),
    "seed": ((variance.SEED,), QUIET),
}
"""What is drawn as one piece of a bar, the combinations of factors in it, and its colour."""


@parts.of_page
def variance_shares(
    studies: Mapping[str, Runs], metric: str = "test_accuracy", reading: str = "averaged"
) -> Picture:
    """Draw how much of the variance between runs each factor has: a bar a study and a scale.

    Args:
        studies: What each study is called, and its runs of every combination of ``FACTORS``.
        metric: Column of the last reading; a share.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        IncompleteRecordError: Of no study all combinations are recorded.
    """
    found = {}
    for name, runs in studies.items():
        for scale, is_logit in (("accuracy", False), ("log odds", True)):
            try:
                of_all = variance.shares(runs, FACTORS, metric, reading, is_logit=is_logit, draws=0)
            except IncompleteRecordError:
                continue
            found[f"{name}, {scale}"] = {
                part: 100 * float(of_all["share"][list(members)].sum())
                for part, (members, _) in PARTS.items()
            }
    if not found:
        raise IncompleteRecordError(
            "of no study all combinations of rate, function and first weights are recorded yet"
        )
    figure, (axes,) = parts.rows(list(found), height=0.42)
    for place, shares in enumerate(found.values()):
        left = 0.0
        for part, share in shares.items():
            axes.barh(place, share, left=left, height=0.6, color=PARTS[part][1], lw=0.6,
                      edgecolor=GROUND, label=part if place == 0 else "")  # fmt: skip
            if share >= (12 if parts.is_narrow() else 6):
                axes.text(left + share / 2, place, f"{share:.0f}", ha="center", va="center",
                          color="#ffffff", fontweight="bold")  # fmt: skip
            left += share
    axes.set_xlim(0, 100)
    parts.label_x(axes, "share of the variance between runs (%)")
    parts.legend(figure, axes)
    said = [
        f"{name}: {listed([f'{part} {share:.1f} %' for part, share in shares.items()])}"
        for name, shares in found.items()
    ]
    first, shares = next(iter(found.items()))
    return Picture(
        figure,
        f"Shares of the variance. {'; '.join(said)}.",
        f"{first}: the learning rate has {shares['learning rate']:.0f} % of the variance, the "
        f"function {shares['function']:.0f} %, both together "
        f"{shares['function and rate together']:.0f} %.",
        "Every combination of function, rate and first weights was run alike. On the log odds, "
        "runs that fail weigh less. The shares depend on which rates were tried.",
    )


ANSWERS = {
    "ahead": (SERIES[0].colour, 0.55),
    "behind": (SERIES[1].colour, 0.55),
    "same": (INK, 0.10),
    "open": (INK, 0.0),
}
"""Colour of a tile and how strong it is."""


@parts.of_page
def settings_matrix(
    settings: Mapping[str, contests.Setting], pairs: Sequence[tuple[str, str]]
) -> Picture:
    """Draw how far one activation is ahead of another, a row a pair, a column a setting.

    Args:
        settings: What each setting is called, and its runs.
        pairs: Hidden activations, the first against the second.

    Raises:
        IncompleteRecordError: No setting has both of a pair.
    """
    margin = claims_file.read().margins["test_accuracy"]
    table = contests.compare(settings, pairs, margin)
    names = list(dict.fromkeys(table["setting"]))
    labels = [f"{spelled(arm)} {MINUS} {spelled(reference)}" for arm, reference in pairs]
    side = plt.rcParams["figure.figsize"][0]
    figure, axes = plt.subplots(figsize=(side, 0.9 + 0.34 * len(pairs)))
    size = 7.0 if parts.is_narrow() else 8.5
    for _, cell in table.iterrows():
        column = names.index(cell["setting"])
        row = pairs.index((cell["arm"], cell["reference"]))
        tiles.tile(axes, column, row, *ANSWERS[cell["answer"]])
        axes.text(column, row, _images(cell["effect"]), ha="center", va="center", fontsize=size)
    fitting = 8 if parts.is_narrow() else 14
    tiles.frame(axes, [textwrap.fill(name, fitting) for name in names], labels, size)
    is_turned = contests.turned(table)
    said = []
    for arm, reference in pairs:
        own = table[(table["arm"] == arm) & (table["reference"] == reference)]
        cells = [
            f"{cell['setting']} {_images(cell['effect'])} ({cell['answer']})"
            for _, cell in own.iterrows()
        ]
        said.append(f"{spelled(arm)} against {spelled(reference)}: {listed(cells)}")
    return Picture(
        figure,
        f"Difference in images of 10,000. {'; '.join(said)}.",
        f"{int(is_turned.sum())} of {len(is_turned)} comparisons come out one way in one setting "
        "and the other way in another.",
        "How many of 10,000 test images the first gets right more than the second, mean over "
        "paired seeds. Blue: ahead, orange: behind (95 % interval). Grey: less than "
        f"{IMAGES * margin:.0f} images, too small to matter. White: open. Not adjusted for their "
        "number.",
    )


def _images(effect: float) -> str:
    images = round(IMAGES * effect)
    return with_minus(f"{images:+,}") if images else "0"
