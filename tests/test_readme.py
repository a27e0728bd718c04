"""What the README shows does what it says, at the quick tier."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.slow
def test_an_activation_of_ones_own_as_the_readme_shows_it(tmp_path: Path) -> None:
    section = README.read_text().split("## Try your own activation")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 2
    script = tmp_path / "own.py"
    script.write_text("".join(blocks) + '\nprint(trial.where(hidden="bent"))\n')
    environment = {
        "ACTIVATION_STUDY_TIER": "quick",
        "ACTIVATION_STUDY_RECORDS": str(tmp_path / "cache"),
        "ACTIVATION_STUDY_DATA": str(tmp_path / "data"),
    }
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # Nothing but what was asked for.
    assert done.stderr == ""
    assert "9 in all, 0 loaded, 9 trained" in done.stdout
    assert re.search(r"hidden +bent@\w+ +relu +tanh\nseed", done.stdout)
    # Three arms, each at one rate on a tuning and two evaluation seeds, and at the default rate.
    assert "15 in all, 0 loaded, 15 trained" in done.stdout
    assert "<Runs: 5 runs, tier quick>" in done.stdout
    assert (tmp_path / "bent.png").stat().st_size > 10_000
