"""Arms beside each other and measures over a field, with the means of the runs themselves."""

import dataclasses

import numpy as np
import pytest

from activation_study.report import figures


def drawn(axes, colour=None):
    """The heights and values of the markers that are no strokes, from the top."""
    points = [
        (line.get_ydata()[0], line.get_xdata()[0])
        for line in axes.get_lines()
        if len(line.get_xdata()) == 1 and (colour is None or line.get_color() == colour)
    ]
    return [value for _, value in sorted(points)]


def test_arms_stand_beside_each_other_from_the_best_to_the_worst(runs):
    picture = figures.compared(runs, ["test_accuracy", ("test_ece", "test_nll")])
    tuned = runs.where(is_tuned=True).summary
    means = tuned.groupby(["hidden", "head"])[["test_accuracy", "test_nll", "test_ece"]].mean()
    means = means.sort_values("test_accuracy", ascending=False)
    errors, others = picture.figure.axes
    np.testing.assert_allclose(drawn(errors), 100 * (1 - means["test_accuracy"]))
    np.testing.assert_allclose(drawn(others, "#808080"), 100 * means["test_ece"])
    first = errors.get_yticklabels()[0].get_text()
    assert first.split(" with ")[1] == means.index[0][1]
    assert picture.title.startswith(f"By test error, {first} comes first")
    assert "Grey: test expected calibration error" in picture.caption


def test_what_chance_would_show_is_shaded_and_the_runs_within_are_counted(runs):
    summary = runs.summary.assign(test_ece_null_low=0.002, test_ece_null_high=0.003)
    picture = figures.compared(dataclasses.replace(runs, summary=summary), ["test_ece"])
    tuned = summary[summary["is_tuned"]]
    num_inside = tuned["test_ece"].between(0.002, 0.003).sum()
    assert 0 < num_inside < len(tuned)
    assert picture.title.startswith(f"{num_inside} of {len(tuned)} runs lie within")
    (shading,) = picture.figure.axes[0].collections
    ends = np.array([path.vertices[:, 0] for path in shading.get_paths()])
    np.testing.assert_allclose(ends, [(0.2, 0.3)] * tuned.groupby(["hidden", "head"]).ngroups)
    assert "shaded" not in figures.compared(runs, [("test_nll", "test_ece")]).caption.lower()


def test_a_measure_is_drawn_over_a_field_with_none_last(runs):
    sizes = {"relu": 1000.0, "tanh": None}
    kept = runs.summary[runs.summary["hidden"].isin(sizes)]
    kept = kept.assign(train_size=kept["hidden"].map(sizes), hidden="relu")
    picture = figures.over(dataclasses.replace(runs, summary=kept), "train_size", "test_nll")
    axes = picture.figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1000", "all"]
    (line,) = (one for one in axes.get_lines() if one.get_label() == "softmax")
    own = kept[kept["is_tuned"] & (kept["head"] == "softmax")]
    means = [own.loc[own["train_size"].isna() == last, "test_nll"].mean() for last in (False, True)]
    np.testing.assert_allclose(line.get_ydata(), means)


def test_a_field_can_have_panels_of_its_own_epoch_by_epoch(depth_runs):
    picture = figures.by_epoch(depth_runs, ["validation_accuracy"], panels="depth", rate="default")
    depths = sorted(depth_runs.summary["depth"].unique())
    tested = depth_runs.summary.query("is_default and not is_tuning")
    history = depth_runs.history.merge(tested[["key", "depth"]], on="key").query("epoch > 0")
    for axes, depth in zip(picture.figure.axes, depths, strict=True):
        assert axes.get_title(loc="left").startswith(f"depth {depth}\n")
        own = history[history["depth"] == depth].groupby("epoch")["validation_accuracy"].mean()
        (line,) = axes.get_lines()
        np.testing.assert_allclose(line.get_ydata(), 100 * (1 - own))
    assert "the default rate" in picture.caption


@pytest.mark.parametrize("draw", [figures.compared, figures.over])
def test_nothing_recorded_is_said(runs, draw):
    empty = dataclasses.replace(runs, summary=runs.summary[:0])
    what = (["test_nll"],) if draw is figures.compared else ("depth", "test_nll")
    assert "recorded yet" in draw(empty, *what).alt
