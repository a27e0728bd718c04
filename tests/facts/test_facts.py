"""The numbers in the prose of pages are those of the record, computed another way."""

import numpy as np

from activation_study import facts, load, studies
from activation_study.report.drawing.looks import USED
from report import made_scenes
from report.claims.made_verdicts import claim, contrast, every_label, primary, row, verdict


def test_convergence_counts_images_behind_the_best_and_what_a_wrong_rate_costs():
    runs = load(studies.core())
    said = facts.convergence(runs, "last")
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


def test_claims_are_counted_by_how_they_stand():
    said = facts.rounds(every_label())
    assert (said["num_claims"], said["num_ruled"], said["num_answered"]) == ("16", "15", "13")
    assert (said["num_waiting"], said["num_untried"], said["num_withdrawn"]) == ("1", "1", "1")
    assert said["done"] == "is being done a second time"
    judged = [each for each in every_label() if each.is_judgement]
    assert facts.rounds(judged)["done"] == "was done twice"


def made(name, effect, rows=(), level=0.97, direction="as claimed", **rule):
    shown = primary(effect, direction, "too small to matter", reference=level)
    return verdict(claim(name, contrast(**rule)), primary=shown, rows=rows)


def test_a_head_start_is_said_in_steps_points_and_images():
    start = made("start", -40.0, level=147.0, metric="steps_to_90", margin=14.7)
    rows = (row("ReLU", 0.0024), row("ELU", -0.0004))
    said = facts.prior_bias(start, made("speed", 0.0011), made("accuracy", 0.0013, rows))
    assert (said["start_half"], said["start_prior"]) == ("147", "107")
    assert said["accuracy"] == "13 more of 10,000 test images are right"
    assert said["accuracy_low"] == "\N{MINUS SIGN}4 (ELU)"
    assert said["accuracy_high"] == "+24 (ReLU)"
    assert said["speed_size"] == "By our margin that is too small to matter."
    assert said["bias_steps"] == "2,197"


def test_a_lead_at_the_last_weights_is_noise_where_averaging_takes_it():
    shares = {"metric": "wrong_share_4_9", "arm": {}, "reference": 0.1}
    rows = [row(f"{n}, {d}'s part", e) for d, e in (("9", 0.3), ("7", 0.0)) for n in ("a", "b")]
    four = made("four-seven-nine", 0.15, tuple(rows), **shares)
    start = made("start", 30.0, level=100.0, metric="steps_to_90", margin=10.0)
    lead, noise = made("lead", 0.0028), made("noise", 0.0039)
    accuracy, decays = made("sigmoid-single-label", -0.0011), made("decays", -0.0012)
    said = facts.softmax_or_sigmoid(accuracy, lead, noise, decays, start, four)
    assert said["lead"] == "28 more of 10,000 test images are right"
    assert said["lead_averaged"] == "11 fewer of 10,000 test images are right"
    assert said["lead_is_noise"] == "The lead is noise of the last step."
    assert (said["share_9"], said["share_7"], said["share_even"]) == ("40", "10", "10")
    assert (said["start_softmax"], said["start_sigmoid"]) == ("100", "130")
    assert said["decayed"] == "12 fewer of 10,000 test images are right"
    assert said["decayed_lead"] == "The lead is gone by this road, too."
    unsure = made("noise", 0.0039, direction="not shown")
    said = facts.softmax_or_sigmoid(accuracy, lead, unsure, lead, start, four)
    assert said["decayed_lead"] == "A lead may be left."
    assert said["lead_is_noise"] == "Why they differ, we cannot say."


def test_both_sides_of_a_contrast_are_said_as_its_box_says_them():
    ranking = made("ranking", 0.02, level=0.92, metric="test_mean_average_precision")
    said = facts.sides(ranking=ranking, later=verdict(claim("later", contrast())))
    assert (said["ranking"], said["ranking_reference"]) == ("94.00 %", "92.00 %")
    assert said["ranking_difference"] == "+2.00 points"
    assert said["later"] == said["later_difference"] == "(no answer yet)"


def multi_label(size, effect=0.01):
    """What is said of made scenes, where a threshold's effect on F1 is of this size."""
    f1 = claim("threshold-half", contrast(metric="test_global_micro_f1"))
    said = {
        name: made(name, -0.01, metric="test_ranking_precision", margin=0.005)
        for name in ("softmax-multi-label-ranking", "linear-square-loss-probabilities")
    }
    said["threshold-half"] = verdict(f1, primary=primary(effect, "not shown", size))
    record = {"scenes": made_scenes.made(), "scenes-pairs": made_scenes.made("scenes_pairs")}
    return facts.multi_label(record, said)


def test_what_other_heads_cost_is_said_in_scenes():
    said = multi_label("too small to matter")
    assert (said["sigmoids_right"], said["none_at_half"]) == ("7,000", "3,000 fewer")
    assert (said["none_at_threshold"], said["at_threshold"]) == ("200 fewer", "100 more")
    assert (said["count"], said["powerset"]) == ("400 fewer", "150 more")
    assert said["without_prior"] == "50 fewer"
    assert (said["squares"], said["powerset_pairs"]) == ("300 more", "150 more")
    # Of ten sets of scenes one is empty; a label holds in 15 % of them.
    assert (said["nothing_right"], said["nothing_labels"]) == ("1,000", "85.00 %")
    assert (said["khot_right"], said["khot_failed"]) == ("200", "2 of 2")
    assert (said["alarms_sigmoid"], said["alarms_unlearned"]) == ("0 of 2", "2 of 2")
    # By its own rule a class for each set leads by 150, at a threshold squared error by 300.
    assert said["ahead"] == (
        "Of the seven others, ahead by more than 100 scenes: linear, squared error (+300); "
        "a class for each set (+150)."
    )


def test_the_threshold_to_take_is_that_of_the_verdict():
    best = "the best threshold of validation data"
    assert multi_label("too small to matter")["threshold"] == "a half"
    assert multi_label("matters")["threshold"] == best
    assert multi_label("open")["threshold"] == f"a half, or {best}"
    assert multi_label("matters", -0.01)["threshold"] == f"a half, or {best}"
