"""Give executed chapters a cache that sees everything their outputs depend on.

Jupyter Book's execution cache compares a chapter's own cells and nothing else: after an edit of
the package that the chapter imports, or of the published record that it reads, it shows the old
outputs. This extension hashes those inputs and points the cache at a folder named by the hash. An
edit therefore executes every chapter again, and going back to an earlier state finds that state's
outputs where they were left. Chapters that are to be executed are executed side by side.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from jupyter_cache.cache.db import create_db
from jupyter_cache.cache.main import JupyterCacheBase
from sphinx import builders
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from activation_study.files import sha256
from activation_study.settings import published, tier

CACHE_FOLDER = Path("_build", ".jupyter_cache")
# The package, the versions it runs on, the record with its rules, and what benchmarks measured.
INPUTS = ("src/**/*", "requirements.txt", "data/**/*", "benchmarks/*.json")
GENERATED = ("__pycache__", ".egg-info")
READ_NOTHING = {"sphinx_multitoc_numbering", "sphinx-mathjax-offline"}
"""One numbers sections when all pages are read, the other copies files when all are written."""
SPARE_READERS = 1
"""More than cores. Each holds a gigabyte, and at the quick tier starts workers of its own."""


def inputs(root: Path) -> Iterator[Path]:
    """Yield, in a fixed order, the files that the outputs of the book in `root` depend on."""
    files = {path for pattern in INPUTS for path in root.glob(pattern)}
    # Another folder's record, where the environment names one.
    files.update(published().rglob("*"))
    for path in sorted(files):
        generated = any(part.endswith(GENERATED) for part in path.parts)
        if path.is_file() and not generated:
            yield path


def digest(root: Path) -> str:
    """Return the hash of the tier and of the path and content of every input below `root`.

    Each part is preceded by its length, so that no two different sets of files give one stream.
    """
    parts = [tier().encode()]
    for path in inputs(root):
        parts += [os.path.relpath(path, root).encode(), path.read_bytes()]
    return sha256(*(len(part).to_bytes(8, "big") + part for part in parts))[:16]


def set_cache_path(app: Sphinx, config: Config) -> None:
    """Point MyST-NB at the cache folder of the present state of the book's source tree.

    The path is a configuration value of the environment, so a change of it also makes Sphinx read
    every page again.
    """
    root = Path(app.srcdir)
    config.nb_execution_cache_path = str(root / CACHE_FOLDER / digest(root))


def read_side_by_side(app: Sphinx) -> None:
    """Let chapters be executed side by side, as many as there are cores and one more.

    What a chapter waits for, another can use. A process reads one page: by default it is handed ten
    neighbours, and the others end long before it. Jupyter Book hands Sphinx no number of processes,
    and two extensions do not say that they leave the reading of pages alone.
    """
    app.parallel = max(app.parallel, SPARE_READERS + (os.cpu_count() or 1))
    builders.make_chunks = lambda names, *_: [[name] for name in names]
    for name in READ_NOTHING & app.extensions.keys():
        app.extensions[name].parallel_read_safe = True
    # Made here, once: two processes that find none would both make its tables, and one would fail.
    cache = Path(app.config.nb_execution_cache_path)
    cache.mkdir(parents=True, exist_ok=True)
    create_db(cache).dispose()
    # Which notebooks to keep and which to drop are two questions to the cache: what another process
    # puts in between them would be dropped, and the build fail. A folder holds one build's alone.
    JupyterCacheBase.truncate_caches = lambda _: None


def longest_first(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Order the pages to be read such that no process is left alone with a long one at the end.

    The short ones come last: many list all verdicts, which are judged by then. Of those that must
    wait for a process Sphinx takes the last.
    """
    names.sort(key=lambda name: Path(env.doc2path(name)).stat().st_size, reverse=True)
    names[app.parallel :] = names[: app.parallel - 1 : -1]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    # Before the default priority of 500, at which others already read the path.
    app.connect("config-inited", set_cache_path, priority=400)
    app.connect("builder-inited", read_side_by_side)
    app.connect("env-before-read-docs", longest_first)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
