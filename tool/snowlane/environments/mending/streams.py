"""Streams: made anew, whatever they say. A copied one reads what the source's did, and knows it by number.

Rule: docs.snowflake.com/en/user-guide/object-clone (cloned streams cannot reach unconsumed rows).
"""

from snowlane.environments.contents import Item
from snowlane.environments.mending.model import Copy, Mended, unresolved
from snowlane.environments.mending.replaced import as_statement, comment


def made_anew(item: Item, copy: Copy) -> Mended:
    """The stream again, on the copy's own table or view; it begins with what is written from now on."""
    found = copy.repointed(item.text, item.kind)
    statements = (as_statement(found.text), *comment(item, found.text))
    return Mended(item, statements, unresolved(item, found.unresolved))
