"""Tables hold what the record holds, escaped, and say so when there is nothing to hold."""

import dataclasses
import json

import pandas as pd
import pytest

from activation_study.catalogue.spelling import with_hyphen
from activation_study.errors import RecordError
from activation_study.report import tables
from activation_study.report.claims import load_claims
from activation_study.report.claims.claim import Claim
from activation_study.report.claims.verdict import Verdict
from activation_study.report.tables.verdicts import QUESTIONS
from report.claims import made_verdicts
from report.claims.claim_frames import made_verdict
from report.made_scenes import made

CONVERGENCE = QUESTIONS["convergence"]


@pytest.fixture
def verdicts():
    return [
        made_verdict(
            "one", "opposite", assertion="Tanh < ReLU.", chapter="convergence", tier="quick"
        ),
        made_verdict("two", "not tried yet", assertion="Nobody knows.", chapter="deep"),
        made_verdict("three", "incomplete record", chapter="softmax"),
    ]


def test_cells_are_escaped_unless_they_are_markup():
    table = tables.Table(pd.DataFrame({"a": ["<i>"], "b": ["<b>x</b>"]}), "x < y", markup=("b",))
    shown = table._repr_html_()
    assert "&lt;i&gt;" in shown
    assert "<b>x</b>" in shown
    assert "x &lt; y" in shown


def test_ranking_table_lists_every_activation_best_first(runs):
    table = tables.ranking_table(runs, head="sigmoid").frame.set_index("hidden activation")
    assert set(table.index) == {"relu", "tanh", "sigmoid", "exponential"}
    wanted = runs.where(is_tuned=True, head="sigmoid", hidden="tanh").summary
    assert table.loc["tanh", "test accuracy"] == f"{100 * wanted['test_accuracy'].mean():.2f} %"
    assert table.loc["tanh", "chosen rate"] == f"{wanted['learning_rate'].iloc[0]:g}"
    differences = table["difference in points"].map(with_hyphen).astype(float)
    assert differences.is_monotonic_decreasing


def test_heads_stand_beside_one_of_them_seed_by_seed():
    measures = {
        "half": "test_half_exact_match",
        "own": ("test_own_exact_match", "test_half_exact_match"),
        "precision": "test_mean_average_precision",
    }
    worse = {"powerset": {"averaged_test_mean_average_precision": 0.88}}
    table = tables.heads_table(made(**worse), measures, reference="sigmoid", reading="averaged")
    frame = table.frame.set_index("output layer").map(lambda cell: cell.replace("\u00a0", " "))
    assert list(frame.index[:2]) == ["sigmoid", "sigmoid prior"]
    assert list(frame.loc["sigmoid"]) == ["7,000", "7,000", "90.00 %"]
    assert frame.loc["softmax with a learned count", "half"].endswith("4,000 ± 0")
    assert frame.loc["linear, squared error", "own"] == ""
    assert frame.loc["a class for each set", "own"] == "+150 ± 0"
    # Differences of 0.01 less and 0.01 more: the t quantile of one degree of freedom.
    assert with_hyphen(frame.loc["a class for each set", "precision"]) == "-2.00 ± 12.71"


def test_heads_are_compared_within_each_setting(runs):
    table = tables.heads_table(runs, {"right": "test_accuracy"}, reference="softmax").frame
    assert list(table.groupby("hidden", sort=False)["output layer"].first()) == ["softmax"] * 4
    tuned = runs.where(is_tuned=True, hidden="tanh").summary
    mean = tuned.query("head == 'softmax'")["test_accuracy"].mean()
    assert table.query("hidden == 'tanh'")["right"].iloc[0] == f"{10_000 * mean:,.0f}"
    with pytest.raises(ValueError, match="softmax"):
        tables.heads_table(runs, {"right": "test_accuracy"}, reference="softmx")


def test_provenance_tells_one_machine_from_several(runs, tmp_path):
    table = tables.provenance(runs, folder=tmp_path)
    assert table.note == "All runs were made with the same versions on the same type of machine."
    values = table.frame.set_index("what")["value"]
    assert values["CPU type"] == "Toy CPU (6/1/1)"
    assert values["core hours"] == f"{13 * len(runs) / 3600:.1f}"
    assert set(table.frame["runs"]) == {f"{len(runs):,}"}
    mixed = tables.provenance(with_three(runs, "keras", "3.0.0"), folder=tmp_path)
    assert mixed.note.startswith("Mixed: Keras (")
    assert "3.0.0: 3 runs" in mixed.note
    assert "Where versions differ" in mixed.note
    keras = mixed.frame[mixed.frame["what"] == "Keras"].set_index("value")["runs"]
    assert keras["3.0.0"] == "3"
    assert len(keras) == 2


def test_a_run_of_two_studies_counts_once(runs, tmp_path):
    some = dataclasses.replace(runs, summary=runs.summary.iloc[:5])
    assert tables.provenance(runs, some, folder=tmp_path).frame.equals(
        tables.provenance(runs, folder=tmp_path).frame
    )


def test_provenance_tells_commits_from_versions(runs, tmp_path):
    note = tables.provenance(with_three(runs, "commit", "beef"), folder=tmp_path).note
    assert note.startswith("Mixed: commit of the package (")
    assert "beef: 3 runs" in note
    assert "Where versions differ" not in note


def test_provenance_tells_what_an_audit_found_of_these_runs(runs, tmp_path):
    keys = list(runs.summary["key"][:4])
    (tmp_path / "audit.json").write_text(json.dumps(audit_of(keys)))
    note = tables.provenance(runs, folder=tmp_path).note
    assert f"Audit of 2031-02-03: 4 of {len(runs):,} runs, trained again on Toy CPU with" in note
    assert "TensorFlow 1.2, Keras 3.4, NumPy 5.6, commit cafe: " in note
    assert "2 equal bit for bit, 1 within tolerance and 1 different." in note
    some = dataclasses.replace(runs, summary=runs.summary[runs.summary["key"] == keys[0]])
    assert "1 of 1 runs, trained again" in tables.provenance(some, folder=tmp_path).note
    others = dataclasses.replace(runs, summary=runs.summary[~runs.summary["key"].isin(keys)])
    assert "Audit" not in tables.provenance(others, folder=tmp_path).note


def test_an_unreadable_audit_says_how_to_repeat_it(runs, tmp_path):
    (tmp_path / "audit.json").write_text("{")
    with pytest.raises(RecordError, match="activation-study audit --write"):
        tables.provenance(runs, folder=tmp_path)


def with_three(runs, column, value):
    summary = runs.summary.copy()
    summary.loc[summary.index[:3], column] = value
    return dataclasses.replace(runs, summary=summary)


def audit_of(keys):
    verdicts = ("equal bit for bit", "equal bit for bit", "within tolerance", "DIFFERENT")
    return {
        "date": "2031-02-03",
        "retrained_on": {
            "cpu": "Toy CPU", "tensorflow": "1.2", "keras": "3.4", "numpy": "5.6", "commit": "cafe"
        },
        "runs": [
            {"key": key, "commit": commit, "verdict": verdict}
            for key, commit, verdict in zip(keys, ("abba", "acdc") * 2, verdicts, strict=True)
        ],
    }  # fmt: skip


def test_record_lists_the_files_of_the_manifest(runs, record_folder):
    table = tables.record(record_folder / "data").frame.set_index("file")
    assert table.loc["core/runs.parquet", "rows"] == f"{len(runs):,}"
    size = (record_folder / "data" / "core" / "runs.parquet").stat().st_size
    assert table.loc["core/runs.parquet", "kilobytes"] == f"{size / 1000:,.0f}"


def test_record_without_a_manifest_says_how_to_make_one(tmp_path):
    assert "activation-study publish" in str(tables.record(tmp_path))


def test_verdicts_stand_by_question_and_are_linked_to_their_boxes(verdicts):
    proved = made_verdict("four", "holds", study=None, chapter="convergence")
    shown = tables.verdict_tables([proved, *verdicts])
    html = shown._repr_html_()
    assert '<a href="convergence.html#verdict-one">Tanh &lt; ReLU.</a>' in html
    assert "verdict-two" not in html
    assert "1 of 1 hold" in html
    assert "Built at the quick tier" in html
    # What was trained stands before what was computed.
    assert [verdict.claim.id for verdict in shown.groups[CONVERGENCE]] == ["one", "four"]
    assert str(shown).startswith(f"{CONVERGENCE}\n[x] one: opposite (100 more of 10,000 test")


def test_a_verdict_whose_chapter_is_not_in_the_book_is_not_linked(verdicts, monkeypatch):
    monkeypatch.setattr("activation_study.report.tables.verdicts._pages", lambda: {"softmax"})
    html = tables.verdict_tables(verdicts)._repr_html_()
    assert "Tanh &lt; ReLU." in html
    assert "convergence.html" not in html


def test_a_claim_whose_runs_are_to_come_waits_and_says_that_its_rule_is_registered():
    lacking = made_verdict("gelu-beats-relu", "incomplete record", chapter="convergence")
    assert not tables.verdict_tables([lacking]).groups
    assert "The rule is registered (20" in str(tables.untried_table([lacking]).frame.iloc[0, 1])


def test_untried_claims_are_listed_apart_by_question(verdicts):
    why = {"kind": "withdrawn", "registered": "2026-11-26", "why": "Too vague."}
    gone = Claim(id="gone", assertion="All < one.", chapter="vanishing", rule=why)
    gone = Verdict(gone, "withdrawn", "withdrawn", reason="Too vague.")
    frame = tables.untried_table([gone, *verdicts]).frame
    assert frame.to_numpy().tolist() == [
        [QUESTIONS["softmax"], "<p>Toy. The rule is registered (2026-01-01).</p>"],
        [QUESTIONS["vanishing"], "<p>All &lt; one. Withdrawn: Too vague.</p>"],
        ["deep", "<p>Nobody knows.</p>"],
    ]
    assert "Every claim" in str(tables.untried_table(verdicts[:1]))


def test_rounds_stand_side_by_side():
    now = {claim.id: claim for claim in load_claims()}
    found = [
        dataclasses.replace(made_verdict("x", label, effect=effect), claim=now[name])
        for name, label, effect in [
            ("gelu-beats-relu", "came true, but too small to matter", 0.0007),
            ("sigmoid-lead", "came true", 0.0012),
        ]
    ]
    kept = made_verdict("linear-collapse", "holds", study=None)
    kept = dataclasses.replace(kept, claim=now["linear-collapse"])
    table = tables.rounds_table([*found, kept])
    # Of the four effects that stand in first_round.json.
    assert table.frame["first round"].tolist() == [
        "depends, \N{MINUS SIGN}0.01 to +0.12 points",
        "was not asked",
    ]
    second = table.frame["second round"]
    assert second[0].endswith("<p>7 more of 10,000 test images are right (averaged weights)</p>")
    assert table.frame["what changed"][0].startswith("Mended. Tuning had chosen")
    assert table.note.endswith("keep their rules: 1.")


@pytest.mark.parametrize(
    ("direction", "size", "expects", "answer"),
    [
        ("as claimed", "matters", "as claimed", "replicates"),
        ("contrary", "open", "contrary", "replicates"),
        ("as claimed", "too small to matter", "as claimed", "replicates, but too small to matter"),
        ("contrary", "matters", "as claimed", "does not"),
        ("not shown", "too small to matter", "contrary", "does not"),
        ("not shown", "open", "as claimed", "cannot be told"),
        ("as claimed", "too small to matter", "too small to matter", "replicates"),
        ("as claimed", "open", "too small to matter", "cannot be told"),
    ],
)
def test_a_finding_stands_beside_ours_with_its_answer(direction, size, expects, answer) -> None:
    finding = {"source": "A <B>", "link": "https://a.org", "found": "So.", "expects": expects}
    own = made_verdicts.claim("mine", made_verdicts.contrast(), published=[finding])
    primary = made_verdicts.primary(-0.0013, direction, size)
    judged = made_verdicts.verdict(own, primary=primary)
    table = tables.findings_table([judged, made_verdicts.verdict(own)])
    first, waiting = table.frame.to_dict("records")
    assert (first["answer"], waiting["answer"]) == (answer, "not tried yet")
    assert first["ours"].startswith("\N{MINUS SIGN}0.13 (")
    assert 'href="https://a.org">A &lt;B&gt;</a>' in first["found elsewhere"]
    assert "href" in first["tried here"]


def test_a_finding_of_one_setting_is_held_against_ours_in_that_setting() -> None:
    finding = {"source": "A", "link": "https://a.org", "found": "So.", "expects": "as claimed"}
    rows = (made_verdicts.row("softmax", 0.0002), made_verdicts.row("linear", -0.0037, "contrary"))
    primary = made_verdicts.primary(-0.0013, "not shown", "open")
    answers = []
    for row in ("", "linear"):
        own = made_verdicts.claim(
            "mine", made_verdicts.contrast(), published=[finding | {"row": row}]
        )
        judged = made_verdicts.verdict(own, primary=primary, rows=rows)
        (found,) = tables.findings_table([judged]).frame.to_dict("records")
        answers.append((found["ours"][:5], found["answer"]))
    assert answers == [("\N{MINUS SIGN}0.13", "cannot be told"), ("\N{MINUS SIGN}0.37", "does not")]
    own = made_verdicts.claim(
        "mine", made_verdicts.contrast(), published=[finding | {"row": "linaer"}]
    )
    misspelt = made_verdicts.verdict(own, primary=primary, rows=rows)
    with pytest.raises(ValueError, match=r"row of 'mine'.*received 'linaer'.*'linear'"):
        tables.findings_table([misspelt])


@pytest.mark.parametrize(
    ("label", "expects", "answer"),
    [
        ("holds", "as claimed", "replicates"),
        ("does not hold", "as claimed", "does not"),
        ("does not hold", "contrary", "replicates"),
    ],
)
def test_a_computation_repeats_a_finding_where_it_answers_alike(label, expects, answer) -> None:
    finding = {"source": "A", "link": "https://a.org", "found": "So.", "expects": expects}
    own = made_verdicts.claim("sum", made_verdicts.demonstration(), published=[finding])
    judged = made_verdicts.verdict(own, "demonstrated", label)
    (row,) = tables.findings_table([judged]).frame.to_dict("records")
    assert (row["ours"], row["answer"]) == ("computed", answer)


@pytest.mark.parametrize(
    ("sentence", "reference", "said"),
    [
        ("{change}.", {"head": "softmax"}, "about the same, 10 fewer of 10,000 right"),
        (
            "{arm_value} and {reference_value}.",
            {"head": "softmax"},
            "about the same, 10 fewer of 10,000 right",
        ),
        ("{arm_value} are right.", 0.97, "accuracy 96.90 %"),
        (
            "It is larger by {effect}.",
            {"head": "softmax"},
            "about the same, a difference of 10 images",
        ),
    ],
)
def test_a_number_says_what_its_sentence_is_about(sentence, reference, said):
    rule = made_verdicts.contrast(sentence=sentence, reference=reference)
    shown = made_verdicts.primary(-0.00101, "as claimed", "too small to matter", reference=0.97)
    of = made_verdicts.verdict(made_verdicts.claim("one", rule), label="came true", primary=shown)
    assert str(tables.verdict_number(of)) == said
    html = tables.verdict_number(of)._repr_html_()
    assert html.startswith('<a href="../verdicts/one.html">')
    waits = made_verdicts.verdict(made_verdicts.claim("one", rule), "incomplete record", "to come")
    assert str(tables.verdict_number(waits)) == "to come"


@pytest.mark.parametrize(
    ("effect", "direction", "size", "said", "turned"),
    [
        (-0.02, "contrary", "matters", "worse, 200 fewer", "better, 200 more"),
        (0.02, "as claimed", "open", "better, 200 more", "worse, 200 fewer"),
        (0.0002, "not shown", "open", "unclear, 2 more", "unclear, 2 fewer"),
    ],
)
def test_a_number_says_who_does_better(effect, direction, size, said, turned):
    rule = made_verdicts.contrast(expected="higher", sentence="{change}.")
    shown = made_verdicts.primary(effect, direction, size)
    of = made_verdicts.verdict(made_verdicts.claim("one", rule), primary=shown)
    assert str(tables.verdict_number(of)) == f"{said} of 10,000 right"
    assert str(tables.verdict_number(of, turned=True)) == f"{turned} of 10,000 right"
