"""The numbers in the prose of pages are those of the record, computed another way."""

import numpy as np

from activation_study import facts, load, studies
from activation_study.report.figures.looks import USED


def test_convergence_counts_images_behind_the_best_and_what_a_wrong_rate_costs():
    runs = load(studies.core())
    said = facts.convergence(runs)
    frame = runs.summary.query("head == 'softmax' and hidden in @USED", local_dict={"USED": USED})
    # The common seeds of all arms: those with more seeds count on these alone.
    seeds = frame[frame["is_tuned"] & (frame["hidden"] == "mish")]["seed"]
    tuned = frame[frame["is_tuned"] & frame["seed"].isin(seeds)]
    means = tuned.groupby("hidden")["test_accuracy"].mean()
    assert said["reference"] == "hard SiLU"
    reference = runs.summary.query("head == 'softmax' and hidden == 'hard_silu' and is_tuned")
    ahead = 10_000 * (means - reference["test_accuracy"].mean())
    assert said["relu"] == f"{-ahead['relu']:.0f} fewer of 10,000 test images are right"
    assert said["spread"] == f"{ahead.max() - ahead.min():.0f}"
    assert (said["num_near"], (ahead.abs() <= 20).sum()) == ("nine", 9)
    assert said["others"] == f"SELU ({-ahead['selu']:.0f} fewer)"
    tuning = frame[frame["is_tuning"]].assign(
        place=lambda rows: rows["learning_rate"].rank(method="dense")
    )
    means = tuning.groupby(["hidden", "place"])["validation_accuracy"].mean().unstack()
    chosen = tuned.groupby("hidden")["learning_rate"].first()
    place = np.searchsorted(np.sort(tuning["learning_rate"].unique()), chosen * 0.999) + 1
    # Two steps of the grid are a factor of ten.
    for key, step in (("lost_at_ten_times", 2), ("lost_at_a_tenth", -2)):
        lost = [
            means.loc[n, p] - means.loc[n, p + step]
            for n, p in zip(chosen.index, place, strict=True)
        ]
        assert said[key] == f"{10_000 * np.median(lost):.0f}"
