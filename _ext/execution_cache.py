"""Give executed chapters a cache that sees everything their outputs depend on.

Jupyter Book's execution cache compares a chapter's own cells and nothing else: after an edit of
the package that the chapter imports, or of the published record that it reads, it shows the old
outputs. This extension hashes those inputs and points the cache at a folder named by the hash. An
edit therefore executes every chapter again, and going back to an earlier state finds that state's
outputs where they were left.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

TIER_VARIABLE = "ACTIVATION_STUDY_TIER"
CACHE_FOLDER = Path("_build", ".jupyter_cache")
# Besides the package: the versions it runs on, the record it reads and the rules it judges by.
FILES = (
    "requirements.txt",
    "data/MANIFEST.json",
    "data/claims.yml",
    "data/audit.json",
    "benchmarks/results.json",
    "benchmarks/rounding_spread.json",
)
NOT_SOURCE = ("__pycache__", ".egg-info")


def tier() -> str:
    """Return the tier at which chapters run: "full" unless the environment says otherwise."""
    return os.environ.get(TIER_VARIABLE) or "full"


def inputs(root: Path) -> Iterator[Path]:
    """Yield, in a fixed order, the files below `root` that every chapter's outputs depend on."""
    for path in sorted((root / "src").rglob("*")):
        generated = any(part.endswith(NOT_SOURCE) for part in path.relative_to(root).parts)
        if path.is_file() and not generated:
            yield path
    for name in FILES:
        if (root / name).is_file():
            yield root / name


def digest(root: Path) -> str:
    """Return the hash of the tier and of the path and content of every input below `root`.

    Each part is preceded by its length, so that no two different sets of files give one stream.
    """
    state = hashlib.sha256()
    parts = [tier().encode()]
    for path in inputs(root):
        parts += [path.relative_to(root).as_posix().encode(), path.read_bytes()]
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.hexdigest()[:16]


def set_cache_path(app: Sphinx, config: Config) -> None:
    """Point MyST-NB at the cache folder of the present state of the book's source tree.

    The path is a configuration value of the environment, so a change of it also makes Sphinx read
    every page again.
    """
    root = Path(app.srcdir)
    config.nb_execution_cache_path = str(root / CACHE_FOLDER / digest(root))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    # Before the default priority of 500, at which others already read the path.
    app.connect("config-inited", set_cache_path, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
