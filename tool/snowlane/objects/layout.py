"""Where the file of an object usually lies below migrations/objects."""


def usual_file(kind: str, path: tuple[str, ...]) -> str:
    """The path in the project for an object of a kind by its logical path."""
    database, schema, name = (part.lower() for part in path)
    folder = kind.lower().replace(" ", "_")
    plural = f"{folder[:-1]}ies" if folder.endswith("y") else f"{folder}s"
    return f"migrations/objects/{database}/{schema}/{plural}/{name}.sql"
