"""The errors of the engine; each says what was found and how to mend it."""

from __future__ import annotations


class EngineError(Exception):
    """Base of the engine's errors."""


class RecordError(EngineError):
    """The published record cannot be used as it is."""


class DamagedRecordError(RecordError):
    """A file of the published record is not what its manifest says."""


class ConflictingRunsError(RecordError):
    """Two runs of one key differ: publishing one would silently replace the other."""


class RunsFailedError(EngineError):
    """Some experiments could not be run; what was run is recorded."""


class RemovedStudyWarning(UserWarning):
    """A study that was published has been deleted: its runs count as not recorded."""
