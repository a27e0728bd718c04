"""Where a run happened: kept beside the run and outside its key."""

from __future__ import annotations

import functools
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from activation_study import settings

PACKAGES = ("tensorflow", "keras", "numpy")


@functools.cache
def of_this_process() -> dict[str, str]:
    """Returns versions, CPU type and source commit; read once, when the process starts to work."""
    versions = {package: metadata.version(package) for package in PACKAGES}
    return versions | {
        "python": platform.python_version(),
        "cpu": _cpu_type(),
        "commit": source_commit(),
    }


def _cpu_type() -> str:
    """Model name, family, model and stepping where Linux tells them: weights depend on these."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}".strip()
    fields = {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}
    name = fields.get("model name", platform.machine())
    numbers = (fields.get(key, "?") for key in ("cpu family", "model", "stepping"))
    return f"{name} ({'/'.join(numbers)})"


def source_commit() -> str:
    """Commit of the source tree, with ``+changes`` where src/ differs from it, or ``unknown``."""
    package = str(settings.package())

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", package, *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        changes = git("status", "--porcelain", "--untracked-files=no", "--", package)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit[:12]}+changes" if changes else commit[:12]
