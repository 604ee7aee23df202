"""Files on internal stages, and stages whose folder the tests can write on the local account."""

from __future__ import annotations

from pathlib import Path

from conformance.room import Room


def put(room: Room, folder: Path, name: str, content: str, stage: str) -> None:
    """Upload a file to an internal stage as it is."""
    path = folder / name
    path.write_text(content)
    room.given(f"PUT 'file://{path}' {stage} AUTO_COMPRESS = FALSE OVERWRITE = TRUE")
