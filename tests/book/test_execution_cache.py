"""The execution cache and the page notes in real, small Sphinx builds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from execution_cache import digest, inputs, longest_first

EXTENSIONS = Path(__file__).parents[2] / "_ext"

CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(EXTENSIONS)!r})
extensions = ["myst_nb", "execution_cache", "page_notes"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
exclude_patterns = ["_build"]
"""

# Processes that read pages must find the cache, and not make it.
LOOK = """
from pathlib import Path

def setup(app):
    def look(app, env, names):
        assert Path(app.config.nb_execution_cache_path, "global.db").exists()
    app.connect("env-before-read-docs", look)
"""

PAGE = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# A chapter

```{code-cell} ipython3
import sys
sys.path.insert(0, "src")
import helper
open("executions.txt", "a").write("x")
print("the helper says", helper.VALUE)
```
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The sources of a book of one chapter that imports a package of its own."""
    (tmp_path / "src" / "helper").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    set_helper(tmp_path, "VALUE = 1")
    (tmp_path / "requirements.txt").write_text("numpy==2.4.6\n")
    (tmp_path / "data" / "MANIFEST.json").write_text("{}\n")
    (tmp_path / "data" / "claims.yml").write_text("[]\n")
    (tmp_path / "conf.py").write_text(CONFIGURATION)
    (tmp_path / "index.md").write_text(PAGE)
    return tmp_path


def set_helper(book: Path, source: str) -> None:
    """Replace the package that the chapter imports."""
    (book / "src" / "helper" / "__init__.py").write_text(f"{source}\n")


def build(book: Path, tier: str = "full") -> subprocess.CompletedProcess[str]:
    """Build the book as `make book` does, with warnings as errors."""
    command = [sys.executable, "-m", "sphinx", "-T", "-n", "-W", "--keep-going", ".", "_build/html"]
    # Python tells a stale bytecode by its time stamp in seconds: do without bytecode.
    environment = os.environ | {"ACTIVATION_STUDY_TIER": tier, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True)


def page(book: Path) -> str:
    """Return the built page without its tags."""
    return re.sub(r"<[^>]+>", "", (book / "_build" / "html" / "index.html").read_text())


def executions(book: Path) -> int:
    """Return how many times the chapter's cell has run."""
    return len((book / "executions.txt").read_text())


@pytest.mark.slow
def test_edit_of_the_package_executes_again_and_its_revert_is_a_hit(book: Path) -> None:
    assert build(book).returncode == 0
    assert (executions(book), "the helper says 1" in page(book)) == (1, True)
    assert build(book).returncode == 0
    assert executions(book) == 1

    set_helper(book, "VALUE = 2")
    assert build(book).returncode == 0
    assert (executions(book), "the helper says 2" in page(book)) == (2, True)

    set_helper(book, "VALUE = 1")
    assert build(book).returncode == 0
    assert (executions(book), "the helper says 1" in page(book)) == (2, True)


@pytest.mark.slow
def test_failing_cell_stops_the_build_with_its_traceback(book: Path) -> None:
    set_helper(book, "raise RuntimeError('no such luck')")
    built = build(book)
    assert built.returncode != 0
    assert "no such luck" in built.stderr


@pytest.mark.slow
def test_quick_tier_is_announced_and_the_executed_notebook_offered(book: Path) -> None:
    assert build(book, tier="quick").returncode == 0
    assert "No verdict on this page is evidence" in page(book)
    html = (book / "_build" / "html" / "index.html").read_text()
    notebook = book / "_build" / "html" / "_sources" / "index.ipynb"
    assert 'href="_sources/index.ipynb"' in html
    assert "the helper says 1" in notebook.read_text()

    assert build(book, tier="full").returncode == 0
    assert "evidence" not in page(book)
    assert executions(book) == 2


@pytest.fixture
def many(book: Path) -> Path:
    """The same with so many chapters that Sphinx reads them in several processes."""
    names = [f"chapter{number}" for number in range(8)]
    for name in names:
        # Of equal cells one execution would serve all.
        (book / f"{name}.md").write_text(PAGE.replace("print(", f"{name} = 1\nprint("))
    (book / "conf.py").write_text(CONFIGURATION + LOOK)
    listed = "\n".join(["```{toctree}", *names, "```"])
    (book / "index.md").write_text(f"# The book\n\n{listed}\n")
    return book


@pytest.mark.slow
def test_chapters_are_executed_side_by_side_each_once_and_cached(many: Path) -> None:
    built = build(many)
    assert built.returncode == 0, built.stderr[-2000:]
    assert "serial read" not in built.stderr
    assert executions(many) == 8
    shutil.rmtree(many / "_build" / "html")
    assert build(many).returncode == 0
    assert executions(many) == 8
    html = (many / "_build" / "html" / "chapter7.html").read_text()
    assert "the helper says 1" in re.sub(r"<[^>]+>", "", html)


FORKED = """
import os
import sys
from ipykernel.connect import get_connection_info
transport = get_connection_info(unpack=True)["transport"]
open("parents.txt", "a").write(f"{os.getppid()} {'keras' in sys.modules} {transport}\\n")
"""


@pytest.fixture
def forked(many: Path) -> Path:
    """The same with kernels that are forked."""
    with (many / "conf.py").open("a") as file:
        file.write('extensions.append("warm_kernels")\n')
    helper = many / "src" / "helper" / "__init__.py"
    helper.write_text(FORKED + helper.read_text())
    return many


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
def test_kernels_are_forked_from_one_process_that_has_imported_and_ends(forked: Path) -> None:
    built = build(forked)
    assert built.returncode == 0, built.stderr[-2000:]
    assert "the helper says 1" in (forked / "_build" / "html" / "chapter7.html").read_text()
    assert "To connect another client" not in built.stdout + built.stderr
    said = (forked / "parents.txt").read_text().split("\n")[:-1]
    assert len(said) == 8
    assert len(set(said)) == 1
    parent, has_keras, transport = said[0].split()
    assert has_keras == "True"
    # A port may be taken between its choice and its use.
    assert transport == "ipc"
    assert not Path("/proc", parent).exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("many", "raise RuntimeError('no such luck')", "no such luck"),
        ("forked", "import os; os._exit(3)", "Kernel died"),
    ],
)
def test_what_fails_side_by_side_stops_the_build(
    kind: str, line: str, said: str, request: pytest.FixtureRequest
) -> None:
    book: Path = request.getfixturevalue(kind)
    (book / "chapter3.md").write_text(PAGE.replace("import helper", line))
    built = build(book)
    assert built.returncode != 0
    assert said in built.stdout + built.stderr


@pytest.mark.parametrize(
    "changed",
    [
        "src/helper/__init__.py",
        "src/helper/new.py",
        "requirements.txt",
        "data/MANIFEST.json",
        "data/claims.yml",
    ],
)
def test_digest_sees_every_input(book: Path, changed: str) -> None:
    before = digest(book)
    with (book / changed).open("a") as file:
        file.write("# changed\n")
    assert digest(book) != before


def test_digest_sees_the_record_that_the_environment_names(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("ACTIVATION_STUDY_DATA", str(own))
    before = digest(book)
    (own / "MANIFEST.json").write_text("{}")
    assert digest(book) != before


@pytest.mark.parametrize(
    "generated", ["src/helper/__pycache__/x.pyc", "src/helper.egg-info/PKG-INFO", "index.md"]
)
def test_digest_overlooks_what_no_output_depends_on(book: Path, generated: str) -> None:
    before = digest(book)
    (book / generated).parent.mkdir(exist_ok=True)
    (book / generated).write_text("changed")
    assert digest(book) == before


def test_digest_sees_a_renamed_file_and_the_tier(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = digest(book)
    monkeypatch.setenv("ACTIVATION_STUDY_TIER", "quick")
    quick = digest(book)
    (book / "src" / "helper" / "__init__.py").rename(book / "src" / "helper" / "other.py")
    assert len({first, quick, digest(book)}) == 3


@pytest.mark.parametrize("word", ["quik", ""])
def test_no_page_is_built_at_a_tier_that_no_study_has(
    book: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("ACTIVATION_STUDY_TIER", word)
    with pytest.raises(ValueError, match="accepted: full, quick"):
        digest(book)


READS = """
import sys
from pathlib import Path

opened = []

def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.append(str(Path(arguments[0]).absolute()))

from activation_study import load, studies, judge_all
from activation_study.report.analysis import costs
from activation_study.report.reproduction import audit, repetition, tolerances

sys.addaudithook(note)
load(studies.core())
judge_all({})
costs.read(), tolerances.spread(), audit.last_written(), repetition.written()
print("\\n".join(list(opened)))
"""


def test_digest_sees_all_that_chapters_read(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READS],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"ACTIVATION_STUDY_RECORDS": str(tmp_path)},
    )
    root = EXTENSIONS.parent
    opened = {Path(line) for line in done.stdout.splitlines()}
    read = {
        path
        for path in opened
        if path.is_relative_to(root)
        and not path.relative_to(root).parts[0].startswith(".")
        and "__pycache__" not in path.parts
    }
    assert {path.name for path in read} >= {"claims.yml", "repetition.json", "results.json"}
    assert read - set(inputs(root)) == set()


def test_long_pages_are_read_first(tmp_path: Path) -> None:
    lengths = {f"page{number}": 10 * (number % 3) + number for number in range(9)}
    for name, length in lengths.items():
        (tmp_path / name).write_text("x" * length)
    names = list(lengths)
    env = SimpleNamespace(doc2path=lambda name: str(tmp_path / name))
    longest_first(SimpleNamespace(parallel=2), env, names)
    # Two are read at once; of those that wait Sphinx takes the last.
    in_turn = [*names[:2], *reversed(names[2:])]
    assert [lengths[name] for name in in_turn] == sorted(lengths.values(), reverse=True)
