"""What a trial says in words, of numbers made by hand."""

from activation_study.trial.findings import DEFAULT, TUNED, Against, Findings
from activation_study.trial.plan import DEEP
from activation_study.trial.shown import wording


def against(images: float, half: float, answer: str) -> Against:
    ends = ((images + side * half) / 1e4 for side in (-1, 1))
    return Against(images / 1e4, *ends, 10, answer, 0.97, 0.97, 0, 0)


def test_a_setting_that_turns_by_less_than_matters_says_so() -> None:
    found = Findings.__new__(Findings)
    vars(found).update(
        margin=0.002,
        settings={
            TUNED: against(-60, 10, "behind"),
            DEFAULT: against(70, 10, "ahead"),
            DEEP: against(9, 4, "ahead"),
        },
        by_rate={"0.01": against(7, 2, "ahead"), "0.1": against(400, 20, "ahead")},
    )
    assert wording.turns(found) == (
        f"It turns: {DEFAULT} (ahead by 70) and {DEEP} (ahead by 9, less than matters), of 10,000 "
        "test images. With one learning rate for both: at rate 0.01 (ahead by 7, less than "
        "matters) and 0.1 (ahead by 400)."
    )
