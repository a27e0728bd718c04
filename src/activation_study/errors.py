"""The project's own errors; each says what was found, what was expected and how to mend it.

A wrong argument is a plain `ValueError`, as everywhere in Python.
"""

from __future__ import annotations


class StudyError(Exception):
    """Base of the project's errors: what a user can mend, told in one paragraph."""


class EngineError(StudyError):
    """Runs cannot be trained or recorded here."""


class RunsFailedError(EngineError):
    """Some experiments could not be run; what was run is recorded."""


class RecordError(StudyError):
    """The published record cannot be used as it is."""


class DamagedRecordError(RecordError):
    """A file of the published record is not what its manifest says."""


class ConflictingRunsError(RecordError):
    """Two runs of one key differ: publishing one would silently replace the other."""


class IncompleteRecordError(StudyError, ValueError):
    """The runs that a rule, a table or a figure needs are not all there."""


class ClaimsError(StudyError, ValueError):
    """The file of claims is not what is registered, or breaks its form."""


class DatasetError(StudyError):
    """A dataset could not be had; the message names the file and the remedy."""


class MissingFileError(DatasetError):
    """A file or folder that should be there is not."""


class ChecksumError(DatasetError):
    """A file does not hold the published bytes."""


class DownloadError(DatasetError):
    """No mirror gave the file."""


class RemovedStudyWarning(UserWarning):
    """A study that was published has been deleted: its runs count as not recorded."""


class DeadUnitsWarning(UserWarning):
    """A layer of a network that trains has lost many of its units."""
