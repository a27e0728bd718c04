"""Unknown images: what is drawn of each kind is what was recorded of it."""

import dataclasses

import numpy as np
import pytest

from activation_study.catalogue import datasets
from activation_study.report import figures
from report.unknown_runs import unknown_runs

SEEN = "softmax_shared + scrambled"


def marks(axes, colour):
    """Return where the means of a colour stand: row from the top -> value."""
    return {
        round(line.get_ydata()[0]): line.get_xdata()[0]
        for line in axes.get_lines()
        if len(line.get_xdata()) == 1 and line.get_color() == colour
    }


def test_kinds_are_drawn_by_the_networks_own_score():
    picture = figures.unknowns(unknown_runs(), ["softmax", "sigmoid", SEEN])
    (axes,) = picture.figure.axes
    rows = [tick.get_text() for tick in axes.get_yticklabels()]
    # Left out digits have networks of their own, and what is known is no kind of the unknown.
    assert rows == ["digits on their side", "Japanese letters", "digits that were left out"]
    by_name = {line.get_label(): line.get_color() for line in axes.get_lines()}
    softmax = marks(axes, by_name["softmax"])
    np.testing.assert_allclose([softmax[place] for place in range(3)], [0.91, 0.81, 0.71])
    # By the largest sigmoid, which tells letters less well, and by the largest softmax output.
    assert marks(axes, by_name["sigmoid"])[1] == pytest.approx(0.66)
    assert marks(axes, by_name["softmax on equal shares + scrambled"])[1] == pytest.approx(0.91)
    assert "of 2 kinds of images each network tells best" in picture.title
    assert "softmax 0, sigmoid 0 and softmax on equal shares + scrambled 2." in picture.title
    assert "softmax by the network's own output: digits on their side 0.910" in picture.alt


def test_what_passes_a_half_stands_beside_the_known():
    panels = [("share_accepted", "softmax"), ("auroc", "softmax")]
    picture = figures.unknowns(unknown_runs(), ["softmax"], panels)
    accepted, auroc = picture.figure.axes
    rows = [tick.get_text() for tick in accepted.get_yticklabels()]
    assert rows[0] == "digits it knows"
    colour = next(
        line.get_color() for line in accepted.get_lines() if line.get_label() == "softmax"
    )
    found = marks(accepted, colour)
    assert found[0] == pytest.approx(100)
    assert found[rows.index("Japanese letters")] == pytest.approx(40)
    assert marks(auroc, colour)[rows.index("Japanese letters")] == pytest.approx(0.81)


def test_what_is_not_recorded_is_refused_or_said():
    runs = unknown_runs()
    with pytest.raises(ValueError, match="softmax_none"):
        figures.unknowns(runs, ["softmax_none"])
    with pytest.raises(ValueError, match="energie"):
        figures.unknowns(runs, ["softmax"], [("auroc", "energie")])
    with pytest.raises(ValueError, match="accuracy"):
        figures.unknowns(runs, ["softmax"], [("accuracy", "own")])
    assert "recorded yet" in figures.unknowns(dataclasses.replace(runs, tables={}), ["softmax"]).alt


def test_the_examples_are_made_of_the_first_one():
    picture = figures.unknown_gallery()
    images = {
        axes.get_title(loc="left").replace("\n", " "): np.asarray(axes.images[0].get_array())
        for axes in picture.figure.axes
    }
    known = images["digits it knows"]
    assert known.tobytes() in {image.tobytes() for image in datasets.load("mnist-5k").test.images}
    np.testing.assert_array_equal(images["inverted digits"], 255 - known)
    np.testing.assert_array_equal(images["digits on their side"], np.rot90(known))
    assert (images["two digits at once"] >= known).all()
    assert not images["blank images"].any()
    assert ("KMNIST, by" in picture.caption) == ("Japanese letters" in images)
