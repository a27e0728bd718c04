"""Whatever the command line and the environment say: a known exit code, and one line of reason."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import soak
from activation_study import cli, studies
from fuzz.rights import as_nobody
from fuzz.wild import EXAMPLES

CODES = {0, 1, 2, 130}
COMMANDS = (
    "run",
    "publish",
    "claims",
    "register",
    "verify",
    "audit",
    "bench",
    "repetition",
    "picture",
)
VARIABLES = tuple(f"ACTIVATION_STUDY_{name}" for name in ("RECORDS", "DATA", "DATASETS", "CACHE"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with records and cache of its own."""
    for name in VARIABLES:
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("ACTIVATION_STUDY_TIER", raising=False)
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "empty").mkdir()
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@contextlib.contextmanager
def environment(changes: dict[str, str]) -> Iterator[None]:
    """The environment with some variables of the project changed."""
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def call(*words: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command line, in this process and in strict UTF-8."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    before, sys.argv = sys.argv, ["activation-study", *words]
    code: object = None
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            err.reconfigure(errors="backslashreplace")
            cli.main()
    except SystemExit as stop:
        code = stop.code
    finally:
        sys.argv = before
    assert isinstance(code, int)
    printed = []
    for stream in (out, err):
        stream.flush()
        printed.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return code, *printed


def assert_explained(code: int, errors: str) -> None:
    """A known code; where it says that something is wrong, one line that says what."""
    assert code in CODES
    assert "Traceback" not in errors
    if code == 2:
        lines = errors.splitlines()
        assert lines[-1].startswith("activation-study: "), errors
        assert len(lines) == 1, errors
        assert len(errors) > 30
        assert len(errors) < 8_000


def left_behind(folder: Path) -> list[Path]:
    """Files that were being written."""
    return [path for path in folder.rglob("*") if ".tmp" in path.name]


# What a process can be given: no NUL; bytes that are no UTF-8 as lone surrogates.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x00") | st.sampled_from(
    "\udc80\udcff"
)
WORDS = st.one_of(
    st.text(CHARACTERS, max_size=8),
    st.sampled_from(COMMANDS),
    st.sampled_from(
        [
            *("--json", "--workers", "--workers=0", "--workers=x", "--sample=-1", "--seed"),
            *(
                "--write",
                "--short",
                "--help",
                "-h",
                "-",
                "--",
                "--=",
                "--bogus",
                "--install-completion",
            ),
            *("--show-completion", "@file", "%s", "*", "core ", "Core", "cor", "1", "-1", "1e9"),
            *("x" * 5_000, ""),
        ]
    ),
)


def trains_nothing(words: list[str]) -> bool:
    """Whether the words begin no work of seconds: no study is run, audited, judged or drawn."""
    first = next((word for word in words if word != "--"), "")
    # Hypothesis also draws words that it finds in the source, the studies' names among them.
    if first in ("run", "audit", "repetition", "picture"):
        return set(studies.STUDIES).isdisjoint(words) and (first == "run" or "--help" in words)
    if first == "bench":
        # That needs a file with --short, and takes the next word for one, whatever it is.
        is_output = any(word.startswith("--output") for word in words)
        return not is_output and ("--help" in words or "--short" in words)
    # The name of no claim ends it before it begins.
    return first != "claims" or any(not word.startswith("-") for word in words[1:])


@EXAMPLES
@given(words=st.lists(WORDS, min_size=1, max_size=4).filter(trains_nothing))
def test_any_words(here: Path, words: list[str]) -> None:
    code, printed, errors = call(*words)
    assert_explained(code, errors)
    assert code != 0 or printed
    assert left_behind(here.parent) == []


NAMES = st.text(CHARACTERS, max_size=8).filter(lambda name: "/" not in name and name[:1] != ".")
FOLDERS = st.one_of(
    NAMES,
    NAMES.map(lambda name: f"../{name}"),
    st.sampled_from(
        [
            *("../file", "../file/below", "../empty", "../nowhere", "/dev/null", "/proc/1/nowhere"),
            *(
                "~nobody-of-this-name/x",
                "x" * 300,
                "y" * 5_000,
                "a\n\nb",
                "a\x85b\u2028c",
                "é",
                "😀",
                "\udcff",
            ),
            " ",
        ]
    ),
)


@settings(EXAMPLES, max_examples=soak.repetitions(25, 500))
@given(
    folders=st.dictionaries(st.sampled_from(VARIABLES), FOLDERS, max_size=4),
    tier=st.sampled_from(["full", "quick", "", "FULL", "\udcff", "x" * 1_000]),
    words=st.sampled_from(
        [("verify",), ("publish", "core"), ("register",), ("run", "cores"), ("audit", "cores")]
    ),
)
def test_any_environment(
    here: Path, folders: dict[str, str], tier: str, words: tuple[str, ...]
) -> None:
    with environment(folders | {"ACTIVATION_STUDY_TIER": tier}):
        code, _, errors = call(*words)
    assert_explained(code, errors)
    assert left_behind(here.parent) == []
    # Where nothing is recorded, nothing can be published, and no folder of it comes to be.
    assert list(here.parent.rglob("*.parquet")) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("picture", "/nowhere/x.png"), "expected a file in a folder that exists"),
        (("verify",), "nothing is published in"),
        (("claims", "x"), "Unknown claim: received 'x'"),
        (("juge",), "No such command 'juge'"),
        (("run",), "Missing argument"),
        (("run", "cores"), "Did you mean 'core'?"),
        (("run", "core", "--workers", "0"), "--workers"),
        (("publish", "corr"), "Did you mean 'core'?"),
        (("bench", "--short"), "expected --output FILE"),
        (("run", "a\nb"), r"received 'a\nb'"),
        (("run", "", "x" * 5_000, "x" * 5_000), "xxx. See activation-study --help"),
    ],
)
def test_what_is_said(here: Path, words: tuple[str, ...], said: str) -> None:
    code, printed, errors = call(*words)
    assert code == 2
    assert said in errors
    assert printed == ""
    assert_explained(code, errors)


@pytest.mark.parametrize("name", ["a\nb", "a\x85b", "a\u2028b", "a\u2029b"])
def test_a_folder_whose_name_ends_a_line_is_said_in_one(here: Path, name: str) -> None:
    with environment({"ACTIVATION_STUDY_DATA": name}):
        code, _, errors = call("verify")
    assert code == 2
    assert_explained(code, errors)
    assert ascii(name)[1:-1] in errors


@pytest.mark.parametrize("words", [("verify",), ("publish", "core")])
@pytest.mark.parametrize("variable", ["RECORDS", "DATA"])
def test_a_folder_that_may_not_be_read_is_named(
    here: Path, words: tuple[str, ...], variable: str
) -> None:
    locked = here.parent / "locked"
    locked.mkdir(mode=0)
    with environment({f"ACTIVATION_STUDY_{variable}": str(locked)}), as_nobody(here):
        code, _, errors = call(*words)
    assert_explained(code, errors)
    # Nobody's runs are looked up to verify what is published.
    if variable == "DATA" or words[0] == "publish":
        assert code == 2
        assert str(locked) in errors
        assert "Permission denied" in errors


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, PermissionError(13, "Permission denied", "x")]
)
def test_what_stops_a_command_is_said(
    here: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stop(name: str) -> None:
        raise error

    monkeypatch.setattr("activation_study.studies.get", stop)
    code, _, errors = call("run", "core")
    assert code == (130 if error is KeyboardInterrupt else 2)
    assert ("interrupted; what is recorded is kept" in errors) == (code == 130)
    assert ("x: Permission denied" in errors) == (code == 2)
    assert errors.count("\n") == 1


def process(here: Path, *words: str | bytes, **changes: object) -> subprocess.Popen[bytes]:
    """The command line as a process of its own."""
    settings: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [sys.executable, "-m", "activation_study.cli", *words], cwd=here, **(settings | changes)
    )  # type: ignore[call-overload, no-any-return]


def test_a_reader_that_stops_is_no_error_of_ours(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACTIVATION_STUDY_DATA")
    started = process(here, "verify")
    assert started.stdout is not None
    assert started.stderr is not None
    # Gone before the first line is written.
    started.stdout.close()
    errors = started.stderr.read()
    started.stderr.close()
    assert started.wait(60) == 1
    assert errors == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_the_output_is_said(
    here: Path, unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A write fails at once, or when the buffer is written and once more when Python ends.
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with Path("/dev/full").open("wb") as full:
        started = process(here, "--help", stdout=full)
        _, errors = started.communicate(timeout=60)
    assert started.returncode == 2
    assert errors.startswith(b"activation-study: No space left on device")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("run", b"\xff"), b"x"),
        (("verify",), b"\xff\xfe"),
        (("publish", "core"), b"../file"),
    ],
    ids=str,
)
def test_real_processes_end_in_one_line(
    here: Path, words: tuple[str | bytes, ...], variable: bytes
) -> None:
    surroundings = {
        **os.environb,
        b"ACTIVATION_STUDY_DATA": variable,
        b"PYTHONIOENCODING": b"ascii",
    }
    started = process(here, *words, env=surroundings)
    printed, errors = started.communicate(timeout=60)
    assert started.returncode == 2
    assert printed == b""
    assert_explained(2, errors.decode())
