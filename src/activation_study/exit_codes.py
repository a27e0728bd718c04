"""How a command ends: 0; 1 where something differs or failed; 2 with what is to be mended."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from typing import NoReturn

import typer

from activation_study.errors import RunsFailedError, StudyError

INTERRUPTED = 130
# Whatever ends a line or moves the cursor, the separators of Unicode among it.
_CONTROLS = {
    code: ascii(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)
}


def end(app: typer.Typer) -> NoReturn:
    """Does what the command line says, and leaves Python with the exit code."""
    # A name of a file may hold what the terminal's encoding does not.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    # Without the place in the code that it came from.
    warnings.formatwarning = lambda message, *_, **__: f"{_paragraph(str(message))}\n"
    try:
        code = _status(app)
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        # Whoever reads the output and has stopped is told nothing.
        code = 1 if isinstance(error, BrokenPipeError) else _say(_explain(error))
        if sys.stdout is not None:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
        # What could not be written stays in the buffer, and would fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)


def _status(app: typer.Typer) -> int:
    """Does what the command line says and returns the exit code.

    Raises:
        OSError: Something could not be read or written.
    """
    try:
        code = app(standalone_mode=False)
    except RunsFailedError as error:
        # Its message lists every failure and is longer than a paragraph on purpose.
        print(f"activation-study: {error}", file=sys.stderr)
        return 1
    except (ValueError, StudyError) as error:
        return _say(str(error))
    except typer.TyperException as error:
        message = error.format_message()
        # Without any word there is no message: the help has been shown.
        said = f"{message.removesuffix('.'):.1000}. See activation-study --help."
        return _say(said) if message else 2
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        _say("interrupted; what is recorded is kept, and the same command goes on")
    return code if isinstance(code, int) else 0


def _say(message: str) -> int:
    """Prints one paragraph and returns the exit code of an error."""
    print(_paragraph(message), file=sys.stderr)
    return 2


def _paragraph(message: str) -> str:
    """A message as this program says it, whatever a name in it holds."""
    return f"activation-study: {message.translate(_CONTROLS)}"


def _explain(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}; make room, or make it readable and writable"
