"""Cloning the schema of a test."""

from __future__ import annotations

from conformance.room import Room


def cloned_schema(room: Room, options: str = "") -> str:
    """A clone of the test's schema, beside it."""
    name = f"{room.schema}_CLONE"
    room.given(f"CREATE SCHEMA {name} CLONE {room.schema} {options}", f"USE SCHEMA {room.schema}")
    return name
