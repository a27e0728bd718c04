"""The house stays one in which things are found: small rooms, and files of a few screens."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
MOST_FILES = 12
MOST_LINES = 300


def test_no_room_is_crowded() -> None:
    rooms = {path.parent for path in SOURCE.rglob("*.py")}
    crowded = {room: len(list(room.glob("*.py"))) for room in rooms}
    assert {str(room): n for room, n in crowded.items() if n > MOST_FILES} == {}


def test_no_file_is_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCE.rglob("*.py")}
    assert {str(path): n for path, n in lengths.items() if n > MOST_LINES} == {}
