"""What `pyproject.toml` cannot say: a wheel carries the published record and works alone."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

RECORD = Path(__file__).parent / "data"


class BuildWithRecord(build_py):
    """Copies the record into the package that is built, and into no source tree."""

    def run(self) -> None:
        """Build the package, then lay the record beside its modules."""
        super().run()
        if not self.editable_mode:
            # Where the sources are built again a file that is gone must not stay.
            carried = Path(self.build_lib, "activation_study", "data")
            shutil.rmtree(carried, ignore_errors=True)
            shutil.copytree(RECORD, carried)


setup(cmdclass={"build_py": BuildWithRecord})
