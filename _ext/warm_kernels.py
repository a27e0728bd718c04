"""Import once, for all chapters, what takes seconds to import.

Each chapter is executed in a kernel of its own, and most import TensorFlow. While a book is built,
kernels are therefore forked from one process that has imported it (``kernels/python3/fork.py``).
They are spoken to over sockets that are files: a port is chosen before its kernel binds it, and in
the seconds that the imports take another process may be given the same.
Forking after an import is sound on Linux alone; elsewhere kernels start as they always do.
"""

from __future__ import annotations

import functools
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbclient
from jupyter_cache.executors import utils
from jupyter_client.manager import AsyncKernelManager
from sphinx.application import Sphinx

FOLDER = Path(__file__).parent
FORK = FOLDER / "kernels" / "python3" / "fork.py"
DOOR_VARIABLE = "WARM_KERNELS"
LIMITS = (
    *("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "LOKY_MAX_CPU_COUNT",
)
"""Threads of a kernel, and the cores for which it thinks it starts workers of its own."""


class FileKernelManager(AsyncKernelManager):
    """Starts a kernel that listens at files beside its connection file, not at ports."""

    def __init__(self, **options: Any) -> None:
        """Name the files, which lie beside the door; `options` are the base class's."""
        name = Path(os.environ[DOOR_VARIABLE]).with_name(secrets.token_hex(4))
        super().__init__(
            **options, transport="ipc", ip=str(name), connection_file=str(name.with_suffix(".json"))
        )


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
    utils.executenb = functools.partial(nbclient.execute, kernel_manager_class=FileKernelManager)

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
