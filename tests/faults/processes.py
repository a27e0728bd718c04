"""A sweep in processes of its own, which a test ends as it likes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from faults import sweep_driver
from machine import PATIENCE_SECONDS, wait_for


class Sweep:
    """A driver, started, with its workers.

    Args:
        plan: Name in ``sweep_driver.PLANS``.
        folder: The sweep's own: ``cache`` in it is the working cache, unless another is given.
        cache: Folder of the working cache.
        num_workers: Processes that train.
    """

    def __init__(
        self, plan: str, folder: Path, cache: Path | None = None, num_workers: int = 2
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.cache = cache or folder / "cache"
        self.notes = folder / f"notes-{time.monotonic_ns()}"
        self.notes.touch()
        self._output = self.notes.with_name(self.notes.name.replace("notes", "output"))
        self.scratch = folder / "scratch"
        self.scratch.mkdir(exist_ok=True)
        self.start = time.time()
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, sweep_driver.__file__, plan, str(num_workers)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | self._environment(folder),
                # Ctrl-C in a terminal reaches the whole group: it must not be the tests' own.
                start_new_session=True,
            )

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            "ACTIVATION_STUDY_RECORDS": str(self.cache),
            "ACTIVATION_STUDY_DATA": str(folder / "data"),
            "ACTIVATION_STUDY_TIER": "full",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TMPDIR": str(self.scratch),
            # A long soak may outlast a commit, and runs tell the commit that they were made with.
            "GIT_DIR": str(folder / "no repository"),
            sweep_driver.NOTES: str(self.notes),
            sweep_driver.MARKER: str(folder / "marker"),
        }

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def told(self) -> str:
        """What the driver and its workers have printed."""
        return self._output.read_text(errors="replace")

    def noted(self) -> list[str]:
        """Keys of the runs that this driver has recorded, in their order."""
        return self.notes.read_text().split()

    def wait(self) -> int:
        """Waits for the driver's end and returns its exit code."""
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def kill(self) -> None:
        """Kills the driver alone."""
        self.process.kill()
        self.process.wait()

    def press_ctrl_c(self) -> None:
        """Interrupts driver and workers at once, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def processes(self) -> list[psutil.Process]:
        """The living processes of the sweep, whether or not the driver is among them."""
        return [process for process in psutil.process_iter() if self._is_own(process)]

    def _is_own(self, process: psutil.Process) -> bool:
        try:
            return (
                os.getsid(process.pid) == self.process.pid
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except (ProcessLookupError, psutil.NoSuchProcess):
            return False

    def workers(self) -> list[psutil.Process]:
        """The processes that work for the driver."""
        found = []
        for process in self.processes():
            try:
                if "sweeps.worker" in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def wait_for_the_end_of_workers(self, seconds: float) -> float:
        """Returns the seconds that it took; raises where a process is left then."""
        start = time.monotonic()
        wait_for(lambda: not self.processes(), f"the end of {self.processes()}", seconds)
        return time.monotonic() - start

    def end(self) -> None:
        """Ends whatever a failed test has left."""
        for process in self.processes():
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()
