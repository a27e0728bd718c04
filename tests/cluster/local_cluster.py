"""A scheduler and workers as separate processes on loopback, with no disk in common."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from machine import wait_for


class LocalCluster:
    """Processes that know of one another by TCP alone.

    Args:
        folder: Each process gets a home and working folder of its own in it.
        environment: Variables of the scheduler's environment.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.scheduler_file = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self._start("scheduler", "scheduler", *options, **environment)
        log = folder / "scheduler.log"
        wait_for(lambda: "Scheduler at:" in log.read_text(), "the scheduler")
        (line,) = (line for line in log.read_text().splitlines() if "Scheduler at:" in line)
        self.address = line.split()[-1]

    def add_worker(
        self, name: str, *, threads: int = 1, nanny: bool = False, **environment: str
    ) -> None:
        """Starts a worker of that name; it joins when it is up."""
        options = ["--nanny" if nanny else "--no-nanny", "--nthreads", str(threads)]
        options += ["--name", name, "--host", "127.0.0.1", "--no-dashboard"]
        self._start(name, "worker", self.address, *options, **environment)

    def workers(self) -> dict[str, str]:
        """Name -> address of the workers that have joined."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            known = client.scheduler_info(n_workers=-1)["workers"]
        return {str(about["name"]): address for address, about in known.items()}

    def wait_for_workers(self, number: int) -> dict[str, str]:
        """Waits until so many have joined."""
        wait_for(lambda: len(self.workers()) >= number, f"{number} workers")
        return self.workers()

    def kill(self, name: str) -> None:
        """Ends a process as a power cut would."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def close(self) -> None:
        """Ends every process that was started, and whatever it has started itself."""
        for process in self.processes.values():
            # Each is the head of a session of its own; a nanny's worker is in it too.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for process in self.processes.values():
            process.wait()

    def _start(self, name: str, command: str, *options: str, **environment: str) -> None:
        home = self.folder / name
        home.mkdir()
        kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + command, *options],
                cwd=home,
                env=kept
                | {"HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
                | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
