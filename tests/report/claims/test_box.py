"""The box of a verdict: what it says, what it draws, on a page and in a terminal."""

from __future__ import annotations

import dataclasses
import re

import pytest
from bs4 import BeautifulSoup, Tag

from activation_study.catalogue.spelling import with_hyphen
from activation_study.errors import ClaimsError
from activation_study.report.claims import box, claims_file
from activation_study.report.claims.box.answers import answer_of
from activation_study.report.claims.box.folded import learning_rate
from activation_study.report.claims.box.wording import Amounts, placeholders, setting_name
from activation_study.report.claims.past import first_round
from activation_study.report.claims.rules import ContrastRule
from activation_study.report.claims.verdict import Check, Verdict
from report.claims.claim_frames import contrast, document, write
from report.claims.made_verdicts import claim, demonstration, every_label, primary, row, verdict

VERDICTS = {made.claim.id: made for made in every_label()}


def parsed(made: Verdict) -> Tag:
    found = BeautifulSoup(made._repr_html_(), "html.parser").find(class_="verdict")
    assert isinstance(found, Tag)
    return found


def words(element: Tag | None) -> str:
    assert element is not None
    return " ".join(element.get_text(" ", strip=True).split())


@pytest.mark.parametrize(
    ("column", "effect", "level", "said"),
    [
        ("test_accuracy", 0.0024, None, "24 more of 10,000 test images are right"),
        ("test_accuracy", -0.0001, None, "1 fewer of 10,000 test images is right"),
        ("test_accuracy", 0.00004, None, "as many of 10,000 test images are right"),
        ("validation_accuracy", 0.5, None, "5,000 more of 10,000 validation images are right"),
        ("test_nll", -0.004, 0.08, "the negative log-likelihood is lower by 0.0040 nats (5 %)"),
        ("test_nll", 0.00001, None, "the negative log-likelihood is the same"),
        ("test_ece", 0.0012, None, "the expected calibration error is higher by 0.12 points"),
        ("epochs_to_97", -1.5, None, "1.50 fewer epochs to 97 % validation accuracy are needed"),
        ("test_nll", float("nan"), None, "the negative log-likelihood cannot be compared"),
    ],
)
def test_changes_are_said_in_plain_words(
    column: str, effect: float, level: float | None, said: str
) -> None:
    assert Amounts(column).change(effect, level) == said


def test_every_placeholder_that_a_rule_accepts_is_filled() -> None:
    for name in ("not-true", "many"):
        rule = VERDICTS[name].claim.rule
        assert set(placeholders(VERDICTS[name])) == set(rule.placeholders)
    said = placeholders(VERDICTS["not-true"])
    assert said["settings"] == "five hidden activations"
    assert (said["arm"], said["reference"]) == ("sigmoid outputs", "softmax outputs")
    assert (said["k"], said["n"], said["margin"]) == ("one", "five", "20 images")
    assert placeholders(VERDICTS["many"])["bound"] == "95.00 %"


def test_a_sentence_with_an_unknown_placeholder_is_refused(tmp_path) -> None:
    path = write(tmp_path, document(one=contrast(sentence="With tanh {chnage}.")))
    with pytest.raises(ClaimsError, match=r"'chnage'.*accepted: .*Did you mean 'change'"):
        claims_file.read(path)


@pytest.mark.parametrize("name", VERDICTS)
def test_a_box_says_its_label_its_claim_and_its_address(name: str) -> None:
    made, shown = VERDICTS[name], parsed(VERDICTS[name])
    assert shown["id"] == f"verdict-{name}"
    assert words(shown.select_one(".answer")).lower().startswith(made.label)
    assert words(shown.select_one(".claimed")) == f"“{made.claim.assertion}”"
    assert shown.select_one(".permalink")["href"] == f"#verdict-{name}"
    assert ("quiet" in shown["class"]) == (made.status in QUIET)


QUIET = ("not tried yet", "withdrawn", "incomplete record")


def test_six_kinds_of_answer_look_different() -> None:
    judged = [made for made in VERDICTS.values() if made.is_judgement]
    looks = {answer_of(made.label) for made in judged}
    assert len(looks) == len({look.colour for look in looks}) == 6
    assert len({look.path for look in looks}) == len({look.ascii for look in looks}) == 6


@pytest.mark.parametrize(
    ("name", "sure"),
    [
        ("all-true", "This is shown, and it is more than 20 images, the least that matters here."),
        ("true-but-small", "This is shown, but it is less than 20 images"),
        ("true-size-open", "This is shown; whether it reaches 0.0131 nats"),
        ("not-true", "A difference of 20 images, the least that matters here, is ruled out."),
        ("nobody-knows", "The runs cannot tell: chance may do this"),
        ("it-depends", "depends on the hidden activation, from \N{MINUS SIGN}61 for ReLU to +37"),
        ("many", "Their means go from 94.39 % for function 19 to 98.00 % for function 0."),
        ("computed-holds", "the outputs' sum differs from 1 by at most 6.0e-16."),
        ("computed-does-not-hold", "max sum error: 0.03, outside of its bound."),
    ],
)
def test_a_sentence_says_how_sure_and_how_large(name: str, sure: str) -> None:
    assert sure in words(parsed(VERDICTS[name]))
    assert with_hyphen(sure) in " ".join(str(VERDICTS[name]).split())


def test_a_setting_of_none_is_all_that_there_is() -> None:
    assert setting_name({"train_size": None, "head": "softmax"}) == (
        "softmax outputs, training images all"
    )


def test_a_mean_that_would_hide_its_levels_is_said_with_the_lowest_and_the_highest() -> None:
    over = {"metric": ["wrong_share_4_9", "wrong_share_4_7"], "head": ["softmax", "sigmoid"]}
    rule = contrast(metric="wrong_share_4_9", arm={}, reference=0.1, over=over)
    made = claim("levels", rule | {"sentence": "They get {arm_value}."})
    parts = {"9's": (0.3, 0.4), "7's": (0.0, 0.02)}
    rows = tuple(
        row(f"{head} outputs, {other} part of the wrong probability of a 4", effect)
        for other, effects in parts.items()
        for head, effect in zip(("softmax", "sigmoid"), effects, strict=True)
    )
    shown = primary(0.18, "as claimed", "matters", reference=0.1)
    said = str(verdict(made, primary=shown, rows=rows, depends_on=("metric",)))
    assert (
        "They get 28.00 % (from 11.00 % for 7's part of the wrong probability of a 4 to 45.00 % "
        "for 9's part of the wrong probability of a 4)."
    ) in " ".join(said.split())
    assert "How large it is depends on the measure." in " ".join(said.split())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "of each arm its own, the best for validation accuracy"),
        ({"rate": "default", "criterion": None}, "Keras's default, 0.001, for all"),
        ({"rate": 0.003, "criterion": None}, "0.003 for all"),
        (
            {"rate": None, "criterion": None, "over": {"learning_rate": [0.001, 0.01]}},
            "as named in the rows",
        ),
        (
            {"metric": "working_range", "rate": "default", "criterion": None},
            "the range is counted over all 7 from 0.0001 to 0.1",
        ),
    ],
)
def test_the_scope_says_at_which_rates_the_runs_are_read(
    changes: dict[str, object], said: str
) -> None:
    rule = claim("rates", contrast(**changes)).rule
    assert isinstance(rule, ContrastRule)
    assert learning_rate(rule) == said


def test_an_identity_holds_to_the_last_digit_or_with_an_error() -> None:
    found = "the output is 1 {error}"
    checks = [Check("one", value, "<=", 1e-9, "", True, found) for value in (0.0, 2e-16)]
    made = verdict(claim("exact", demonstration()), "demonstrated", "holds", checks=tuple(checks))
    assert box.sentence(made) == (
        "Computed: the output is 1 to the last digit; the output is 1 with an error of 2.0e-16."
    )


def test_of_a_claim_of_equality_the_interval_says_whether_a_difference_is_shown() -> None:
    same = claim("same", contrast(expected="same", margin=0.002, over={}))
    shown = primary(0.0009, "as claimed", "too small to matter")
    assert "This is shown, but" in str(verdict(same, label="came true", primary=shown))
    none = dataclasses.replace(shown, low=-0.0003)
    assert "is ruled out" in str(verdict(same, label="came true", primary=none))


def percent(element: Tag, name: str) -> float:
    return float(str(element[name]).removesuffix("%")) / 100


def test_rows_stand_where_their_numbers_say() -> None:
    made = VERDICTS["not-true"]
    lines = [made.primary, *made.rows]
    drawings = parsed(made).select("li > svg")
    assert len(drawings) == len(lines)
    for line, drawing in zip(lines, drawings, strict=True):
        region, origin, interval = drawing.find_all(["rect", "line"])
        # The region is two margins wide: that is the scale.
        unit = percent(region, "width") / (2 * made.primary.margin)
        zero = percent(origin, "x1")
        assert percent(region, "x") == pytest.approx(zero - made.primary.margin * unit, abs=2e-4)
        place = drawing.select_one("svg > svg")
        for value, at in [
            (line.effect, percent(place, "x")),
            (line.low, percent(interval, "x1")),
            (line.high, percent(interval, "x2")),
        ]:
            assert at == pytest.approx(zero + value * unit, abs=2e-4)
            assert 0 < at < 1
        is_contrary = line.direction == "contrary"
        assert (place.find("path") is not None) == is_contrary


def test_a_drawing_is_an_image_with_a_name_and_a_description() -> None:
    drawing = parsed(VERDICTS["not-true"]).select("li > svg")[1]
    assert drawing["role"] == "img"
    assert words(drawing.title) == "ReLU: +12"
    assert words(drawing.desc) == "95 % interval +5 to +19, contrary"


@pytest.mark.parametrize(
    ("expected", "said"), [("higher", "not shown"), ("no_worse", "cannot tell if worse")]
)
def test_a_mark_says_what_it_means_for_the_claim(expected: str, said: str) -> None:
    made = verdict(
        claim("no-harm", contrast(expected=expected)), primary=primary(0.001, "not shown", "open")
    )
    key = words(parsed(made).select_one(".key"))
    assert f"\N{WHITE CIRCLE} {said}" in key


def test_the_box_says_what_is_special_about_its_rows() -> None:
    said = words(parsed(VERDICTS["not-true"]).select_one(".key"))
    rates = "ELU (sigmoid outputs: 0.00316; softmax outputs: 0.001)"
    assert f"* the two ran at different learning rates: {rates}" in said
    assert "GELU and GELU, default rate are the same runs, counted once" in said
    assert "Numbers: test images of 10,000, averaged weights" in said
    several = row("ReLU", 0.001, arm_rate=float("nan"), reference_rate=float("nan"))
    assert not several.is_at_unequal_rates


def test_a_minus_is_one_on_the_page_and_a_hyphen_in_the_terminal() -> None:
    made = VERDICTS["true-but-small"]
    assert "\N{MINUS SIGN}9" in words(parsed(made))
    assert " -9\n" in str(made)
    assert "2026-11-26" in words(parsed(made))


def test_rows_that_are_measures_are_said_to_be_so_in_their_unit() -> None:
    shares = ["wrong_share_4_9", "wrong_share_4_7"]
    areas = ["auroc_kmnist_own", "auroc_noise_own", "auroc_rotated_own"]
    for names, reference, said in [
        (
            shares,
            0.1,
            "Numbers: the rows are of two measures, in points, counted from 10.00 %, last",
        ),
        (areas, {"head": "softmax"}, "Numbers: the rows are of three measures, on a scale from 0"),
    ]:
        over, arm = {"metric": names}, {"head": "sigmoid"} if names is areas else {}
        rule = contrast(metric=names[0], over=over, arm=arm, reference=reference, margin=0.01)
        shown = primary(0.18, "as claimed", "matters", reference=0.1)
        assert said in " ".join(str(verdict(claim("rows", rule), primary=shown)).split())


def test_a_power_of_ten_is_said_as_the_number_that_it_stands_for() -> None:
    rule = contrast(metric="first_gradient", margin=0.5) | {
        "sentence": "The gradient is {arm_value}, else {reference_value}."
    }
    shown = primary(-5.0, "as claimed", "matters", reference=0.0, margin=0.5)
    made = verdict(claim("gradient", rule), label="came true", primary=shown)
    small = "1.0\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}10⁻⁵"
    assert made.sentence.startswith(f"The gradient is {small}, else 1.0.")
    assert "it is more than a factor of 3.2," in made.sentence
    assert "The gradient is 1.0e-5, else 1.0." in str(made)
    assert "Numbers: first layer's gradient at birth, powers of ten" in str(made)
    assert with_hyphen(box.short(made)) == (
        "first layer's gradient at birth lower by a factor of 1.0e5"
    )


def test_a_loss_is_in_nats_where_every_output_layer_is_trained_on_cross_entropy() -> None:
    for study, said in (("gelu-paper", "0.96 nats"), ("loss-pairs", "0.96")):
        rule = contrast(study=study, metric="train_loss", margin=0.01)
        rule["sentence"] = "It is {arm_value} here."
        made = verdict(claim("loss", rule), primary=primary(-0.01, "as claimed", "open"))
        assert made.sentence.startswith(f"It is {said} here.")


def test_sayings_about_the_same_two_sides_say_in_what_they_differ() -> None:
    changes = (
        {"reading": "averaged"},
        {"reading": "last", "fixed": {"rate_decay": "linear"}},
        {"reading": "averaged", "reference": {"head": "sigmoid_prior"}},
    )
    made = [
        verdict(claim(f"at-{place}", contrast(**each)), primary=primary(0.001, "not shown", "open"))
        for place, each in enumerate(changes)
    ]
    assert [box.among(each, made) for each in made] == [
        "10 more right, at the averaged weights",
        "10 more right, at the last weights, linear decay of the rate",
        "10 more right",
    ]


def test_more_than_a_dozen_rows_are_folded() -> None:
    folded = parsed(VERDICTS["many"]).find("details")
    assert words(folded.summary) == "All 20 rows"
    assert len(folded.select("li > svg")) == 20
    assert "17 of 20" in words(parsed(VERDICTS["many"]).select_one(".answer"))


def test_what_is_folded_holds_the_statistics_and_the_history() -> None:
    more = parsed(VERDICTS["not-true"]).find("details")
    facts = {words(name): words(name.find_next("dd")) for name in more.find_all("dt")}
    assert words(more.summary) == "Statistics, forecast, runs, scope, first round, notes"
    assert facts["95 % interval"] == "\N{MINUS SIGN}0.04 to +0.04 points"
    assert facts["Least that matters"] == "0.20 points"
    assert facts["Size"] == "forecast: open; came: too small to matter; the forecast held"
    assert facts["Difference"] == (
        "forecast: \N{MINUS SIGN}0.10 to +0.10 points; came: +0.00 points; "
        "the forecast did not hold"
    )
    assert "p, corrected for 5 rows (Holm)" in words(more.table.thead)
    assert facts["2026-11-26"] == "Mended. Its word hid the result."
    assert facts["2026-12-01"].startswith("The scope named tuned rates")
    assert next(words(cell) for cell in more.table.find_all("th", scope="col")) == "row"
    assert len(more.table.tbody.find_all("tr")) == 5


def test_a_claim_says_what_the_first_round_had_said() -> None:
    made = verdict(claim("gelu-beats-relu", None), "not tried yet", "not tried yet")
    assert f"It said {first_round('gelu-beats-relu')}" in words(parsed(made))


def test_what_has_no_answer_says_why_in_the_open_and_what_was_said_before() -> None:
    history = {"fate": "mended", "date": "2026-11-26", "reason": "It compared rates."}
    made = claim("tanh-eases", contrast(registered="2026-11-26"), first_round=history)
    waiting = dataclasses.replace(VERDICTS["lacking"], claim=made)
    box_of = parsed(waiting)
    more = box_of.find("details").extract()
    for said in (words(box_of), " ".join(str(waiting).split())):
        assert "The rule was registered on 2026-11-26, before its runs." in said
        assert "still being made" in said
        assert 'The first round of the study said "depends".' in said
        assert "Its rule has been mended since (2026-11-26): It compared rates." in said
    assert "Not recorded yet needs runs of the study 'core-2'" in words(more)
    assert "It compared rates" not in words(more)
    assert words(parsed(VERDICTS["gone"])).endswith("It was vague.")


def test_of_a_claim_of_dependence_no_row_alone_comes_true() -> None:
    rule = contrast(expected=None, asks="dependence", over={"head": ["softmax", "sigmoid"]})
    made = verdict(
        claim("varies", rule),
        label="came true",
        primary=primary(0.004, "as claimed", "matters"),
        rows=(row("softmax", 0.001), row("sigmoid", 0.005, "as claimed")),
    )
    assert isinstance(made.claim.rule, ContrastRule)
    assert str(made).startswith("[+] varies: came true\n")
    assert "largest difference" in str(made)


@pytest.mark.parametrize("name", VERDICTS)
def test_a_terminal_shows_it_in_80_columns_of_ascii(name: str) -> None:
    text = str(VERDICTS[name])
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert box.as_line(VERDICTS[name]).startswith(f"[{answer_of(VERDICTS[name].label).ascii}] ")


def test_a_terminal_draws_region_origin_interval_and_point() -> None:
    line = next(line for line in str(VERDICTS["nobody-knows"]).splitlines() if "ReLU" in line)
    assert re.fullmatch(r" +ReLU +\[-+\|-+o-+\]-+ +\+11", line)


def test_what_is_not_finite_is_said_and_not_drawn() -> None:
    nothing = dict.fromkeys(("effect", "low", "high"), float("nan"))
    rows = (row("ReLU", 0.001), dataclasses.replace(row("tanh", 0.0), **nothing))
    made = dataclasses.replace(VERDICTS["nobody-knows"], rows=rows)
    drawing = parsed(made).select("li > svg")[2]
    assert words(drawing.title) == "tanh: not defined"
    assert drawing.select_one("svg > svg") is None
    assert "not defined" in str(made)


def test_the_quick_tier_is_no_evidence() -> None:
    assert box.QUICK in words(parsed(VERDICTS["thinned"]))
    assert box.QUICK in str(VERDICTS["thinned"])


def test_text_is_escaped() -> None:
    made = verdict(claim("one", None, assertion="a < b"), "not tried yet", "not tried yet")
    assert "a &lt; b" in made._repr_html_()
