"""Results kept as JSON beside the manifest: what came of an audit, or of a repetition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from activation_study.errors import RecordError


def write(path: Path, content: dict[str, Any]) -> Path:
    """Writes a result in place of the last one, whole or not at all; returns the path."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=1) + "\n")
    temporary.replace(path)
    return path


def read(path: Path, command: str) -> dict[str, Any] | None:
    """Reads the result that was last written.

    Args:
        path: The file.
        command: What writes it, for the error.

    Returns:
        None where none was written.

    Raises:
        RecordError: The file cannot be read.
    """
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise foreign(path, command, error) from error
    return content


def foreign(path: Path, command: str, error: Exception) -> RecordError:
    """The error of a file that holds something else than its command writes."""
    return RecordError(
        f"{path} is not what `{command}` writes ({error!r:.200}): repeat it, or delete the file"
    )
