"""The whole of a trial: find, train what is missing, judge, write."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from pathlib import Path

from activation_study.catalogue import quiet_tensorflow
from activation_study.engine.records.records import Records, Runs
from activation_study.engine.sweeps.sweep import run
from activation_study.errors import DatasetError
from activation_study.report import claims
from activation_study.settings import TIER_VARIABLE
from activation_study.trial import findings, plan, timing
from activation_study.trial.shown import document, page
from activation_study.trial.subject import relatives, source


def put_on_trial(
    what: str,
    *,
    name: str | None = None,
    output: Path | None = None,
    is_short: bool = False,
    num_workers: int | None = None,
    say: Callable[[str], None] = print,
) -> tuple[document.Document, Path]:
    """Put an activation on trial and write the page about it.

    Args:
        what: formula, ``file.py:function`` or ``module:function``; see ``source.find``.
        name: what to call it.
        output: file to write; by default ``trial-NAME.html`` here.
        is_short: whether to leave out the other settings.
        num_workers: processes that train; by default one for each core.
        say: is told how it goes on.

    Returns:
        The document, and where the page is.

    Raises:
        ValueError: what was given is no activation, or the page cannot be written there.
        DatasetError: MNIST cannot be had; says what needs none.
    """
    quiet_tensorflow.load()
    from activation_study.engine.training.train import use_one_thread

    # Before anything is computed here: steps are timed on one thread, as runs are trained.
    use_one_thread()
    subject = source.find(what, name)
    path = _checked(output or Path(f"trial-{subject.name}.html"))
    records, wanted = Records(), plan.plan_of(subject.name, is_short=is_short)
    runs = _train(wanted, records, num_workers, say)
    say("Timing a step beside ReLU's ...")
    cost = timing.time_steps(subject.name)
    found = findings.find(
        subject, relatives.find(subject.entry), cost, runs, _recorded_beside(wanted, runs)
    )
    made = document.of(found)
    path.write_text(page.as_html(made), encoding="utf-8")
    return made, path


def _checked(path: Path) -> Path:
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(
            f"the page cannot be written to {str(path)!r}: expected a file in a folder that "
            "exists; name such a file with --output"
        )
    return path


def _train(
    wanted: plan.Plan, records: Records, num_workers: int | None, say: Callable[[str], None]
) -> dict[str, Runs]:
    """Train what is missing and return all of it, by setting."""
    missing = wanted.most_missing(records)
    if missing:
        say(
            f"About {missing:,} runs to train; the bar counts those that can be "
            "planned yet. Interrupt at will: the same command goes on."
        )
    start = time.perf_counter()
    told = io.StringIO()
    try:
        # What a sweep says of fields is of no use to who wants a verdict.
        with contextlib.redirect_stdout(told):
            run(wanted, num_workers=num_workers, records=records)
    except DatasetError as error:
        raise DatasetError(
            f"{error} Or take a first look without MNIST, on images that ship with a dependency: "
            f"{TIER_VARIABLE}=quick activation-study trial ..."
        ) from error
    if missing:
        say(f"Trained in {(time.perf_counter() - start) / 60:.1f} minutes.")
    return wanted.load(records)


def _recorded_beside(wanted: plan.Plan, runs: dict[str, Runs]) -> Runs | None:
    """Return the recorded runs of the rest of the catalogue, on the same network and seeds."""
    if wanted.tier != "full":
        return None
    others = claims.recorded("catalogue-2")
    if not len(others):
        return None
    known = set(runs[plan.MAIN].summary["key"])
    others = others.where(head="softmax")
    return others if len(others) and not known & set(others.summary["key"]) else None
