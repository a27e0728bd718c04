"""Verdicts of a record beside those with repeated runs in it."""

import dataclasses
import json

import pytest

from activation_study.errors import RecordError
from activation_study.report import tables
from activation_study.report.reproduction import repetition
from report.claims.claim_frames import made_verdict
from report.made_runs import with_tables


def verdict(claim, found, effect=0.01, study="core"):
    return made_verdict(claim, found, study=study, effect=effect)


@pytest.fixture
def found(runs):
    keys = runs.where(is_tuned=True, head="sigmoid").summary["key"].tolist()[:3]
    keys += runs.where(is_tuning=True).summary["key"].tolist()[:4]
    summary = runs.summary.copy()
    summary.loc[summary["key"].isin(keys), "cpu"] = "Another CPU (1/2/3)"
    # One run has another value in its summary, one has lost its first epoch.
    summary.loc[summary["key"] == keys[0], "validation_nll"] *= 1 + 1e-9
    history = runs.history[(runs.history["key"] != keys[1]) | (runs.history["epoch"] > 1)]
    # In another order, as a cache may have them.
    after = with_tables(dataclasses.replace(runs, summary=summary), history=history[::-1])
    first = [
        verdict("kept", "came true"),
        verdict("moved", "cannot tell"),
        verdict("proved", "came true", study=None),
        verdict("waits", "incomplete record"),
    ]
    second = [verdict(each.claim.id, each.label, 0.02, each.study) for each in first]
    second[1] = verdict("moved", "opposite", 0.02)
    return repetition.compare({"core": runs}, {"core": after}, {"core": keys}, first, second)


def test_says_how_much_was_repeated_and_what_it_changed(runs, found):
    num_compared = int((runs.summary["is_tuned"] | runs.summary["is_default"]).sum())
    assert found.studies == {"core": (7, len(runs))}
    assert found.evaluation == {"core": (3, num_compared)}
    assert found.equal == {"core": 5}
    assert found.rates == {"core": {}}
    assert found.made_with["cpu"] == {"Another CPU (1/2/3)": 7}
    assert [claim["id"] for claim in found.claims] == ["kept", "moved"]
    assert found.claims[0]["effect"] == 0.01
    assert found.claims[0]["effect_again"] == 0.02
    lines = str(found).splitlines()
    assert lines[0] == (
        f"core: 7 of {len(runs)} runs repeated, 3 of {num_compared} of those that verdicts compare "
        "(5 of them equal in every recorded digit)"
    )
    assert lines[1:] == [
        "1 of 2 verdicts from runs are the same",
        "  moved: cannot tell -> opposite",
        "2 of 2 effects move by no more than half the width of their 95 % interval; kept moves "
        "the most, by 1 times that",
    ]


def test_table_shows_what_was_written(runs, found, tmp_path):
    for table in (tables.repetitions, tables.repeated_effects):
        assert str(table(tmp_path)) == "No repetition is recorded."
    path = found.write(tmp_path)
    assert json.loads(path.read_text())["repetitions"][0]["claims"] == found.claims
    table = tables.repetitions(tmp_path)
    num_compared = found.evaluation["core"][1]
    assert table.frame.drop(columns="until").to_dict("records") == [
        {
            "repeated on": "Another CPU (1/2/3)",
            "study": "core",
            "all runs": f"7 of {len(runs)}",
            "runs that verdicts compare": f"3 of {num_compared}",
            "equal in every digit": "5 of 7",
        }
    ]
    assert table.note == (
        "With the runs of Another CPU (1/2/3) in the place of the recorded ones 1 of 2 verdicts "
        "are the same; moved goes from cannot tell to opposite. 2 of 2 effects move by no more "
        "than half the width of their 95 % interval; kept moves the most, by 1 times that."
    )
    effects = tables.repeated_effects(tmp_path).frame.set_index("claim")
    assert effects.loc["moved"].to_dict() == {
        "measured": "test accuracy",
        "recorded": "1.00 (0.00 to 2.00)",
        "repeated": "2.00 (0.00 to 2.00)",
        "moved, of half its interval": "1.00",
        "answer": "opposite",
        "on": "Another CPU (1/2/3)",
    }
    assert effects.loc["kept", "answer"] == "the same"


def test_an_effect_that_moves_is_named_though_its_word_is_the_same():
    def claim(name, effect, again, interval=(0.001, 0.003)):
        said = {"verdict": "came true", "again": "came true", "interval": interval}
        return {"id": name, "effect": effect, "effect_again": again} | said

    claims = [
        claim("far", 0.002, 0.005),
        claim("near", 0.002, 0.0025),
        claim("counted", None, None, None),
        claim("without-an-interval", 0.1, 0.9, None),
        claim("certain", 0.0, 0.0, (0.0, 0.0)),
    ]
    assert repetition.effect_words(claims) == (
        "1 of 2 effects move by no more than half the width of their 95 % interval; far moves the "
        "most, by 3 times that"
    )
    assert repetition.effect_words(claims[2:]) == ""


def test_other_choices_of_a_rate_are_named(runs, found, tmp_path):
    chosen = runs.where(hidden="relu", head="softmax", is_tuned=True)
    rate = chosen.summary["learning_rate"].iloc[0]
    summary = runs.summary.copy()
    summary.loc[summary["key"].isin(chosen.summary["key"]), "learning_rate"] = 10 * rate
    after = dataclasses.replace(runs, summary=summary)
    assert repetition.moved_rates(runs, after) == {"relu with softmax": (rate, 10 * rate)}
    moved = dataclasses.replace(found, rates={"core": repetition.moved_rates(runs, after)})
    said = (
        f"In 'core' tuning chose another rate for relu with softmax ({rate:g}, now {10 * rate:g})"
    )
    assert said in str(moved).splitlines()
    moved.write(tmp_path)
    assert tables.repetitions(tmp_path).note.endswith(f" {said}.")


def test_each_type_of_cpu_keeps_its_last_repetition(found, tmp_path):
    third = dataclasses.replace(
        found,
        made_with={"cpu": {"Third CPU (4/5/6)": 7}},
        equal=None,
        rates=None,
        claims=found.claims[:1],
    )
    for each in (found, third, dataclasses.replace(found, equal={"core": 7})):
        each.write(tmp_path)
    kept = repetition.written(tmp_path)
    assert [(list(each["made_with"]["cpu"]), each["equal"]) for each in kept] == [
        (["Another CPU (1/2/3)"], {"core": 7}),
        (["Third CPU (4/5/6)"], None),
    ]
    shown = tables.repetitions(tmp_path).frame
    assert list(shown["repeated on"]) == ["Another CPU (1/2/3)", "Third CPU (4/5/6)"]
    assert list(shown["equal in every digit"]) == ["7 of 7", "not counted"]
    assert "1 of 1 verdicts are the same." in tables.repetitions(tmp_path).note


@pytest.mark.parametrize("content", ["{", "[]", '{"date": "2026-11-24"}'])
def test_foreign_file_is_named_and_kept(found, tmp_path, content):
    path = tmp_path / repetition.FILE
    path.write_text(content)
    for use in (tables.repetitions, found.write):
        with pytest.raises(RecordError, match="activation-study repetition FOLDER --write"):
            use(tmp_path)
    assert path.read_text() == content
