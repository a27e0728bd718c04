"""A kernel that need not import: it is forked from a process that imported everything once.

TensorFlow and what else chapters import take seconds, and each chapter has a kernel of its own.
``fork.py serve SOCKET`` imports them as soon as the first kernel is asked for; ``fork.py -f FILE``
is what Jupyter starts, and lives as long as the kernel that it asked for.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
from typing import Any

DOOR_VARIABLE = "WARM_KERNELS"
STREAMS = (0, 1, 2)
# Chapters draw inline; what is imported before a kernel starts must know it already.
INLINE = "module://matplotlib_inline.backend_inline"


@functools.cache
def warm_up() -> None:
    """Import what chapters do; operations, which start threads, are left to the kernels."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    for name in ("ipykernel.kernelapp", "keras", "matplotlib.pyplot"):
        importlib.import_module(name)
    package = importlib.import_module("activation_study")
    for name in package.__all__:
        getattr(package, name)
    # What lives as long as a kernel is not looked through whenever it collects garbage, nor are
    # the pages copied on which it lies.
    gc.freeze()


def serve(listening: int) -> None:
    """Fork a kernel for whoever asks, until the process that holds the standard input ends.

    Args:
        listening: number of the open socket at which kernels are asked for.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=listening) as door:
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            asker, _ = door.accept()
            warm_up()
            if not os.fork():
                door.close()
                become_kernel(asker)
            asker.close()


def become_kernel(asker: socket.socket) -> None:
    """Run the kernel that was asked for, in the place and on the streams of the asker."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(asker, 8, len(STREAMS))
    with asker.makefile("rb") as file:
        order: dict[str, Any] = json.loads(file.read(int.from_bytes(size, "big")))
    for stream, usual in zip(streams, STREAMS, strict=True):
        os.dup2(stream, usual)
        os.close(stream)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    sys.argv, sys.path[0] = order["words"], ""

    def end_with_the_asker() -> None:
        asker.recv(1)
        os._exit(1)

    threading.Thread(target=end_with_the_asker, daemon=True).start()
    kernels: Any = importlib.import_module("ipykernel.kernelapp")
    # Fifteen lines on how others connect to it, where nobody is to.
    kernels.IPKernelApp.log_connection_info = lambda _: None
    kernels.launch_new_instance()
    os._exit(0)


def ask() -> None:
    """Ask for a kernel, and wait for its end."""
    order = json.dumps(
        {"words": sys.argv, "folder": os.getcwd(), "environment": dict(os.environ)}
    ).encode()
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(os.environ[DOOR_VARIABLE])
        socket.send_fds(door, [len(order).to_bytes(8, "big")], STREAMS)
        door.sendall(order)
        door.recv(1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        ask()
