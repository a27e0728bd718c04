"""The figure of a verdict: each comparison with its interval, against the margin or the bound."""

from __future__ import annotations

import matplotlib.pyplot as plt

from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.claims.verdict import UNTRIED, Verdict
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

LOOKS = {
    "equivalent": (parts.COLOURS[7], "s"),
    "better": (parts.COLOURS[2], "^"),
    "worse": (parts.COLOURS[3], "v"),
    "inconclusive": (parts.COLOURS[0], "o"),
    "holds": (parts.COLOURS[2], "^"),
    "fails": (parts.COLOURS[3], "v"),
    "undecided": (parts.COLOURS[0], "o"),
}


@parts.of_page
def forest(verdict: Verdict) -> Picture:
    """Draw every comparison of a verdict: effect and 95 % interval, with margin or bound.

    Comparisons in different measures have panels of their own. Colour and marker tell the outcome.

    Raises:
        ValueError: The verdict does not rest on comparisons that have intervals.
    """
    title = f"Claim {verdict.claim.id}: {verdict.verdict}"
    if verdict.verdict in UNTRIED:
        raise IncompleteRecordError(f"{title}: {verdict.finding.condition}")
    rows = verdict.rows
    value = "effect" if "effect" in rows else "value"
    if not {value, "low", "high", "metric"} <= set(rows):
        raise ValueError(
            f"verdict: received that of {verdict.claim.id!r}, whose rule has no comparisons with "
            "intervals; accepted are verdicts of rules of the kinds contrast and threshold"
        )
    sizes = rows.groupby("metric", sort=False).size()
    height = 0.5 + (0.95 + 0.23 * sizes).sum()
    figure, all_axes = plt.subplots(
        len(sizes), 1, figsize=(7.2, height), height_ratios=list(2 + sizes), squeeze=False
    )
    said = []
    for axes, (name, part) in zip(all_axes.flat, rows.groupby("metric", sort=False), strict=True):
        metric, label = metric_of(str(name)), label_of(str(name))
        drawn = part.iloc[::-1].assign(**metric.factor * part[[value, "low", "high"]])
        limit = metric.factor * part["margin" if value == "effect" else "bound"].iloc[0]
        if value == "effect":
            axes.axvspan(-limit, limit, color="0.9", lw=0)
            axes.axvline(0, color="0.3", lw=1)
            unit = metric.difference_unit or "difference"
            axes.set_xlabel(f"{unit} (grey: within the margin of {limit:g})")
        else:
            axes.axvline(limit, color="0.3", lw=1, ls="--")
            axes.set_xlabel(f"{metric.unit or 'value'} (dashed: the bound, {limit:g})")
        axes.set_title(f"difference in {label}" if value == "effect" else label)
        labels = (drawn["name"] + ": " + drawn["outcome"]).tolist()
        parts.draw_intervals(axes, drawn, value, drawn["outcome"].map(LOOKS), labels)
        for row in part.to_dict("records"):
            mean, low, high = (
                metric.number(row[end], signed=value == "effect") for end in (value, "low", "high")
            )
            unit = metric.difference_unit if value == "effect" else metric.unit
            said.append(f"{row['name']} {mean} {unit} ({low} to {high}), {row['outcome']}")
    figure.suptitle(title)
    return Picture(figure, f"{title}. {'; '.join(said)}.")
