"""Import once, for all chapters, what takes seconds to import.

Each chapter is executed in a kernel of its own, and most import TensorFlow. While a book is built,
kernels are therefore forked from one process that has imported it (``kernels/python3/fork.py``).
Forking after an import is sound on Linux alone; elsewhere kernels start as they always do.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = Path(__file__).parent
FORK = FOLDER / "kernels" / "python3" / "fork.py"
DOOR_VARIABLE = "WARM_KERNELS"
LIMITS = (
    *("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "LOKY_MAX_CPU_COUNT",
)
"""Threads of a kernel, and the cores for which it thinks it starts workers of its own."""


def start(app: Sphinx) -> None:
    """Start the process that kernels are forked from, and let Jupyter find them there."""
    if sys.platform != "linux":
        return
    # Chapters side by side have a core each, at most.
    os.environ |= {name: os.environ.get(name, "1") for name in LIMITS}
    place = tempfile.TemporaryDirectory(prefix="kernels-")
    path = os.environ[DOOR_VARIABLE] = str(Path(place.name, "door"))
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        server = subprocess.Popen(
            [sys.executable, FORK, "serve", str(door.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[door.fileno()],
        )
    paths = [str(FOLDER), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)

    def stop(app: Sphinx, exception: Exception | None) -> None:
        assert server.stdin is not None
        server.stdin.close()  # which ends it, as the end of this process does
        server.wait()
        place.cleanup()

    app.connect("build-finished", stop)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("builder-inited", start)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
