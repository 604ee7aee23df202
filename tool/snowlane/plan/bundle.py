"""The bundle: one hash that names what the repository's revisions and objects say."""

import hashlib
from collections.abc import Mapping


def bundle_hash(sources: Mapping[str, str]) -> str:
    """Hash source texts by their path in the project; the order of the mapping does not count."""
    total = hashlib.sha256()
    for path in sorted(sources):
        total.update(f"{path}\0{hashlib.sha256(sources[path].encode()).hexdigest()}\n".encode())
    return total.hexdigest()


def revision_hash(source: str) -> str:
    """Hash the source of one revision; blank lines and lines that are comments do not count."""
    lines = (line.rstrip() for line in source.splitlines())
    told = [line for line in lines if line and not line.lstrip().startswith("#")]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
