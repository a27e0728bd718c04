"""Figures show the data they are given, describe them in words, and say so when there are none."""

import dataclasses
import io
import math
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.stats
from bs4 import BeautifulSoup

from activation_study.catalogue.spelling import with_minus
from activation_study.report import figures, tables
from activation_study.report.analysis import chosen_rates
from activation_study.report.analysis.derived import with_derived
from activation_study.report.analysis.readings import head_effects
from activation_study.report.drawing import looks, parts
from activation_study.report.drawing.picture import Picture
from report.made_runs import with_tables

# The made runs have the founding columns alone.
AREA = "area_under_validation_accuracy"

OF_RUNS = {
    "convergence by hidden": figures.convergence,
    "convergence by head": lambda runs: figures.convergence(runs, "head", metric="validation_nll"),
    "convergence of long training": lambda runs: figures.convergence(
        runs, "head", metric="validation_nll", is_long=True
    ),
    "rate_curve": figures.rate_curve,
    "head_effect_by_rate": lambda runs: figures.head_effect_by_rate(
        runs, metric="validation_accuracy"
    ),
    "rate_differences": lambda runs: figures.rate_differences(runs, [("tanh", "relu")], AREA),
    "speed": figures.speed,
    "speed at one rate": lambda runs: figures.speed(runs, rate="default"),
    "ranking": figures.ranking,
    "default_against_tuned": figures.default_against_tuned,
    "early_training": figures.early_training,
    "output_sums": lambda runs: figures.output_sums(runs, reading="averaged"),
    "target_probability": figures.target_probability,
    "second_choices": figures.second_choices,
    "reliability": figures.reliability,
    "calibration_null": figures.calibration_null,
    "pairs": lambda runs: figures.pairs(
        runs, {"hidden": "tanh", "head": "softmax"}, {"hidden": "relu", "head": "softmax"}
    ),
}


def line(axes, label):
    return next(drawn for drawn in axes.get_lines() if drawn.get_label() == label)


def panel(picture, title):
    return next(axes for axes in picture.figure.axes if axes.get_title(loc="left") == title)


def rows(picture):
    """What stands beside the rows, from the top."""
    return [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]


def elements(shown):
    return BeautifulSoup(shown, "html.parser").find_all("svg")


class TestPicture:
    def test_is_a_figure_with_its_finding_and_its_escaped_description(self):
        figure, axes = plt.subplots()
        axes.plot([0, 1])
        shown = Picture(figure, 'a "rise" <b>', "It rises & falls.", "By 5 %.")._repr_html_()
        page = BeautifulSoup(shown, "html.parser")
        assert page.figure.figcaption.strong.text == "It rises & falls."
        assert page.figure.figcaption.text.endswith("By 5\u00a0%.")
        (drawn,) = elements(shown)
        assert drawn["role"] == "img"
        assert drawn["aria-label"] == 'a "rise" <b>'

    def test_takes_the_ink_of_its_page_and_keeps_its_words(self):
        with plt.rc_context(looks.PAGE):
            figure, axes = plt.subplots()
            axes.plot([0, 1], label="0.123456")
            axes.legend()
            svg = Picture(figure, "a line").svg()
        (drawn,) = elements(svg)
        assert "0.123456" in [text.text for text in drawn.find_all("text")]
        assert "currentColor" in svg
        assert not re.search("#(000000|ffffff|0a0b0c)", svg)

    def test_names_of_parts_are_used_and_those_of_one_picture(self):
        figures = []
        for name in ("one", "two"):
            figure, axes = plt.subplots()
            axes.plot([0, 1], "o")
            figures.append(Picture(figure, name).svg())
        names = [set(re.findall(' id="([^"]+)"', each)) for each in figures]
        assert names[0]
        assert not names[0] & names[1]
        assert all(f"#{name}" in figures[0] for name in names[0])

    def test_leaves_no_figure_open_for_the_notebook_to_show_again(self):
        Picture(plt.figure(), "nothing")
        assert not plt.get_fignums()

    def test_same_figure_same_bytes(self):
        picture = Picture(plt.figure(figsize=(1, 1)), "nothing", "A title.")
        assert picture.png() == picture.png()
        assert picture.svg() == picture.svg()
        pixels = plt.imread(io.BytesIO(picture.png()))
        assert (pixels[0, 0] == 1).all()

    def test_another_title_is_the_callers(self):
        picture = Picture(plt.figure(), "nothing", "Old.")
        assert "<strong>New.</strong>" in picture.titled("New.")._repr_html_()


@pytest.mark.parametrize("name", OF_RUNS)
def test_every_figure_is_labelled_and_described(runs, name):
    picture = OF_RUNS[name](runs)
    assert len(picture.alt) > 60
    assert "nan" not in picture.alt
    assert picture.title.endswith(".")
    assert picture.caption.endswith(".")
    assert "nan" not in picture.title
    for each in (picture, picture.narrow()):
        seen = [axes for axes in each.figure.axes if axes.axison]
        assert each.figure.get_supxlabel() or any(axes.get_xlabel() for axes in seen)
        assert all(axes.has_data() for axes in seen)
        labels = [each.figure.get_supxlabel(), each.figure.get_supylabel()]
        labels += [label for axes in seen for label in (axes.get_xlabel(), axes.get_ylabel())]
        scales = {scale for axes in seen for scale in (axes.get_xscale(), axes.get_yscale())}
        assert ("log" in scales) == any("log scale" in label.replace("\n", " ") for label in labels)


@pytest.mark.parametrize("name", OF_RUNS)
def test_type_can_be_read_on_a_phone_and_nothing_is_cut_off(runs, name):
    picture = OF_RUNS[name](runs).narrow()
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", picture.svg())]
    pixels = 350 / (72 * picture.figure.get_figwidth())
    assert min(sizes) * pixels >= 11
    with plt.rc_context(looks.PAGE):
        drawn = picture.figure.get_tightbbox()
    width, height = picture.figure.get_size_inches()
    assert (drawn.p0 >= -0.02).all()
    assert (drawn.p1 <= [width + 0.02, height + 0.02]).all()


@pytest.mark.parametrize("name", OF_RUNS)
def test_every_figure_says_so_when_nothing_is_recorded(runs, name):
    assert "recorded yet" in OF_RUNS[name](runs.where(key=[])).alt


def test_convergence_draws_the_mean_error_of_the_tuned_runs(runs):
    picture = figures.convergence(runs, hidden=("tanh", "relu"), heads=("sigmoid",))
    summary = runs.summary
    keys = summary.loc[
        (summary["hidden"] == "tanh") & (summary["head"] == "sigmoid") & summary["is_tuned"], "key"
    ]
    history = runs.history[runs.history["key"].isin(keys) & (runs.history["epoch"] > 0)]
    expected = 100 * (1 - history.pivot(index="epoch", columns="key", values="validation_accuracy"))
    axes = panel(picture, "tanh")
    drawn = line(axes, "sigmoid")
    np.testing.assert_allclose(drawn.get_ydata(), expected.mean(axis=1), rtol=1e-9)
    np.testing.assert_array_equal(drawn.get_xdata(), expected.index)
    # Behind each, in grey, the others.
    assert len(axes.get_lines()) == len(picture.figure.axes) + 1


def test_long_training_is_marked_at_the_median_of_the_best_epochs(runs):
    tuned = runs.where(is_tuned=True, hidden="relu", head="softmax").summary["key"]
    history = runs.history.assign(validation_nll=lambda frame: 1.0 / (1 + frame["epoch"]))
    for key, best in zip(tuned, (2, 3, 5, 9), strict=True):
        history.loc[(history["key"] == key) & (history["epoch"] == best), "validation_nll"] = 0.01
    long = with_tables(runs, history=history)
    picture = figures.convergence(
        long, "head", hidden=("relu",), metric="validation_nll", is_long=True
    )
    axes = picture.figure.axes[0]
    mark = next(drawn for drawn in axes.get_lines() if drawn.get_marker() == "o")
    assert list(mark.get_xdata()) == [4.0]
    course = line(axes, "softmax")
    np.testing.assert_allclose(mark.get_ydata(), np.interp(4, *course.get_data()))


def test_each_column_of_long_curves_has_its_own_axis(runs):
    draw = {"metric": "validation_nll", "hidden": ("relu", "tanh")}
    left, right = figures.convergence(runs, "head", is_long=True, **draw).figure.axes
    assert left.get_ylim() != right.get_ylim()
    assert left.get_yscale() == right.get_yscale() == "log"


def test_long_names_of_rows_take_lines_and_room():
    short, long = (
        parts.rows([name] * 4)[0] for name in ("ReLU", "softmax, 3000 images, share of labels 0.2")
    )
    (label, *_) = long.axes[0].get_yticklabels()
    assert label.get_text().count("\n") == 1
    assert long.get_figheight() > short.get_figheight()


@pytest.mark.parametrize(
    "draw",
    [
        figures.rate_curve,
        figures.convergence,
        figures.speed,
        figures.default_against_tuned,
        figures.ranking,
    ],
)
def test_figures_draw_arms_of_any_fields(depth_runs, draw):
    assert len(draw(depth_runs).alt) > 60


def test_arms_that_differ_in_depth_are_drawn_apart(depth_runs):
    axes = figures.rate_curve(depth_runs, hidden=("tanh",)).figure.axes[0]
    assert axes.get_title(loc="left").startswith("tanh")
    tuning = depth_runs.where(is_tuning=True, hidden="tanh", depth=8).summary
    means = 100 * (1 - tuning.groupby("learning_rate")["validation_accuracy"].mean())
    np.testing.assert_allclose(line(axes, "depth 8").get_ydata(), means)
    panels = figures.convergence(depth_runs, "depth").figure.axes
    assert [axes.get_title(loc="left") for axes in panels] == ["ReLU", "tanh", "sigmoid"]
    ranked = {label.partition(" (")[0] for label in rows(figures.ranking(depth_runs))}
    assert ranked == {looks.spelled(arm) for arm in depth_runs.summary["arm"]}


def test_rates_are_drawn_by_the_measure_that_chooses_them(runs):
    summary = runs.summary.assign(
        task="balance", validation_rmse=10 * (1 - runs.summary["validation_accuracy"])
    )
    picture = figures.rate_curve(
        dataclasses.replace(runs, summary=summary), heads=("softmax", "sigmoid")
    )
    axes = picture.figure.axes[0]
    tuning = summary.query("is_tuning and hidden == 'relu' and head == 'softmax'")
    means = tuning.groupby("learning_rate")["validation_rmse"].mean()
    np.testing.assert_allclose(line(axes, "softmax").get_ydata(), means)
    assert "root mean squared error" in picture.figure.get_supylabel().replace("\n", " ")


def test_gains_are_those_of_the_measure_that_chooses_rates(runs):
    precisions = {
        f"{part}_mean_average_precision": runs.summary[f"{part}_accuracy"]
        for part in ("validation", "test")
    }
    other = dataclasses.replace(runs, summary=runs.summary.assign(task="scenes", **precisions))
    own, same = (figures.default_against_tuned(each) for each in (runs, other))
    assert own.title == same.title
    assert rows(own) == rows(same)
    label = same.figure.axes[0].get_xlabel()
    assert label == "test mean average precision (%), better\u00a0→"
    ranked = tables.ranking_table(other).frame
    assert list(ranked["test mean average precision"]) == list(
        tables.ranking_table(runs).frame["test accuracy"]
    )


def test_convergence_refuses_what_it_does_not_know(runs):
    with pytest.raises(ValueError, match="hidden, head"):
        figures.convergence(runs, "depth")
    with pytest.raises(ValueError, match="tanh"):
        figures.convergence(runs, hidden=("nothing",))


def test_rate_curve_rings_the_chosen_rate_and_crosses_what_diverged(runs):
    axes = figures.rate_curve(runs, hidden=("exponential",), heads=("softmax",)).figure.axes[0]
    rings = [drawn for drawn in axes.get_lines() if drawn.get_markerfacecolor() == "none"]
    chosen = chosen_rates(runs.summary)["exponential", "softmax"]
    assert [ring.get_xdata()[0] for ring in rings] == pytest.approx([chosen])
    tuning = runs.where(hidden="exponential", head="softmax", is_tuning=True).summary
    points, crosses = (len(drawn.get_offsets()) for drawn in axes.collections)
    assert crosses == tuning["diverged"].sum() > 0
    assert points + crosses == len(tuning)


def test_rate_curve_marks_the_optimizers_default_and_its_own_decades(runs):
    faster = runs.summary.assign(optimizer="sgd", learning_rate=10 * runs.summary["learning_rate"])
    own = dataclasses.replace(runs, summary=faster)
    for each, default, ticks in ((runs, 0.001, (0.001, 0.01, 0.1)), (own, 0.01, (0.01, 0.1, 1))):
        picture = figures.rate_curve(each, hidden=("relu",), heads=("softmax", "sigmoid"))
        axes = picture.figure.axes[0]
        assert set(line(axes, "default rate").get_xdata()) == {default}
        np.testing.assert_allclose(axes.get_xticks(), ticks)
    # Of one activation the lines are set against each other.
    decades = axes.get_title(loc="left").split("\n")[1].split(", ")
    assert picture.title.startswith(f"The rates that work span, in decades, {decades[0]} with soft")


def test_rate_curve_counts_and_shades_the_rates_that_work(runs):
    axes = figures.rate_curve(runs, hidden=("relu",)).figure.axes[0]
    tuning = runs.where(hidden="relu", head="softmax", is_tuning=True).summary
    table = tuning.pivot(index="seed", columns="learning_rate", values="validation_accuracy")
    works = table >= 0.97
    title = axes.get_title(loc="left")
    assert title == f"ReLU\n{0.5 * works.sum(axis=1).mean():.2f} decades"
    shares = works.mean()[works.any()]
    places = [patch.get_extents().transformed(axes.transData.inverted()).intervalx
              for patch in axes.patches]  # fmt: skip
    np.testing.assert_allclose(places, [(r / 10**0.25, r * 10**0.25) for r in shares.index])
    np.testing.assert_allclose([patch.get_alpha() for patch in axes.patches], 0.12 * shares)


def test_rate_curve_counts_as_the_claims_do_where_there_are_fresh_seeds(runs):
    """The box of a claim about the range has the mean of this column."""
    summary = runs.summary.assign(
        is_curve=runs.summary["is_tuning"],
        test_accuracy=runs.summary["validation_accuracy"] - 0.004,
    )
    own = dataclasses.replace(runs, summary=summary)
    counted = with_derived(own).summary.query(
        "hidden == 'tanh' and head == 'softmax' and is_curve"
    )["working_range"]
    drawn = figures.rate_curve(own, hidden=("tanh",))
    assert drawn.figure.axes[0].get_title(loc="left") == f"tanh\n{counted.mean():.2f} decades"
    assert "% test accuracy" in drawn.caption


def test_rate_differences_are_those_of_the_seeds_at_each_rate(runs):
    picture = figures.rate_differences(runs, [("tanh", "relu")], AREA, heads=("softmax",))
    tuning = runs.where(head="softmax", is_tuning=True, diverged=False).summary
    means = tuning.pivot_table(AREA, "learning_rate", "hidden", aggfunc="mean").dropna(
        subset=["tanh", "relu"]
    )
    gaps = 100 * (means["tanh"] - means["relu"])
    drawn = line(picture.figure.axes[0], "softmax outputs")
    np.testing.assert_allclose(drawn.get_ydata(), gaps)
    turns = int(gaps.min() < -0.2 and gaps.max() > 0.2)
    assert picture.title.startswith(f"In {turns} of 1 comparisons")


def test_ranking_tells_how_many_runs_diverged(runs):
    summary = runs.summary.copy()
    hit = summary["is_tuned"] & (summary["hidden"] == "tanh") & (summary["head"] == "softmax")
    summary.loc[hit & (summary["seed"] == 100), "diverged"] = True
    picture = figures.ranking(dataclasses.replace(runs, summary=summary))
    assert "tanh (1 of 4 diverged)" in rows(picture)


def test_speed_tells_which_runs_never_arrived(runs):
    summary = runs.summary.copy()
    hit = summary["is_tuned"] & (summary["hidden"] == "relu")
    summary.loc[hit & (summary["seed"] < 102), "epochs_to_97"] = math.inf
    assert "ReLU (2 of 4 never)" in rows(figures.speed(dataclasses.replace(runs, summary=summary)))


def test_arms_stand_from_the_best_to_the_worst_at_their_means(runs):
    summary = runs.where(is_tuned=True, head="softmax").summary
    summary = summary[summary["hidden"] != "exponential"]
    errors = 100 * (1 - summary.groupby("hidden")["test_accuracy"].mean()).sort_values()
    picture = figures.default_against_tuned(runs)
    assert rows(picture) == [looks.spelled(name) for name in errors.index]
    axes = picture.figure.axes[0]
    # Between the two means of each arm.
    joined = next(drawn for drawn in axes.collections if len(drawn.get_paths()) == len(errors))
    ends = np.array([path.vertices[:, 0] for path in joined.get_paths()])
    np.testing.assert_allclose(ends[:, 1], errors)
    heights = summary.groupby("hidden")["area_under_validation_accuracy"].mean()
    order = [looks.spelled(name) for name in heights.sort_values(ascending=False).index]
    assert [label.partition(" (")[0] for label in rows(figures.speed(runs))] == order


@pytest.mark.parametrize("draw", [figures.speed, figures.default_against_tuned, figures.ranking])
def test_what_few_people_use_is_folded(runs, draw):
    picture = draw(runs)
    assert "exponential" not in " ".join(rows(picture))
    what, rest = picture.more
    assert what == "The other 1 activations"
    assert rows(rest())[0].startswith("exponential")


def test_head_effect_draws_the_paired_differences_of_each_reading(read_twice):
    found = head_effects(read_twice, read_twice, "sigmoid", "softmax")
    picture = figures.head_effect(read_twice, read_twice)
    drawn = [mark.get_xdata()[0] for mark in picture.figure.axes[0].get_lines()
             if mark.get_marker() != "None" and len(mark.get_xdata())]  # fmt: skip
    np.testing.assert_allclose(sorted(drawn), sorted(100 * found["mean"]))
    assert "softmax better" in picture.figure.axes[0].get_xlabel()


def test_averaging_draws_both_readings_of_the_same_runs(read_twice):
    picture = figures.averaging(read_twice)
    assert picture.title.startswith("Averaging improves 3 of 3 in the mean")
    assert "1.00 points" in picture.title


def test_a_worked_example_draws_every_pair_and_gives_both_answers(read_twice):
    sides = ({"hidden": "tanh", "head": head} for head in ("sigmoid", "softmax"))
    picture = figures.pairs(read_twice, *sides, reading="averaged")
    tuned = read_twice.summary.query("is_tuned and hidden == 'tanh'")
    values = tuned.pivot(index="seed", columns="head", values="averaged_test_accuracy")
    gaps = (100 * (values["sigmoid"] - values["softmax"])).to_numpy()
    drawn = [float(line.get_xdata()[0]) for line in picture.figure.axes[0].get_lines()[2::2]]
    np.testing.assert_allclose(drawn[: len(gaps)], gaps)
    interval = scipy.stats.t.interval(0.95, len(gaps) - 1, gaps.mean(), scipy.stats.sem(gaps))
    assert with_minus(f"95 % interval {interval[0]:+.2f} to {interval[1]:+.2f}") in picture.alt
    mean = with_minus(f"{gaps.mean():+.2f}")
    assert picture.title.startswith(f"Sigmoid minus softmax (both with tanh), {mean}")
    is_shown = interval[0] > 0 or interval[1] < 0
    assert f"direction {'shown' if is_shown else 'not shown'}, size" in picture.title


def test_what_was_not_read_is_said(read_once):
    assert "averaged weights is recorded yet" in figures.averaging(read_once).alt
    assert "averaged weights is recorded yet" in figures.head_effect(read_once, read_once).alt
    assert (
        "averaged weights is recorded yet"
        in figures.calibration_null(read_once, reading="averaged").alt
    )


@pytest.mark.parametrize("figure", [figures.ranking, figures.convergence, figures.rate_curve])
def test_a_reading_that_nobody_knows_is_refused(runs, figure):
    with pytest.raises(ValueError, match="last, averaged"):
        figure(runs, reading="best")


def test_calibration_null_counts_the_runs_above_their_own_interval(runs):
    shown = runs.where(is_tuned=True, head="sigmoid", hidden=["relu", "tanh", "sigmoid"]).summary
    above = (shown["test_ece"] > shown["test_ece_null_high"]).sum()
    alt = figures.calibration_null(runs).alt
    assert f"{above} of {len(shown)} runs with sigmoid" in alt
