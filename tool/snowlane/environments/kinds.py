"""The kinds of objects that a database holds, and what cloning does to each: the one list of them.

How a kind is read, how its references are put right, in which state it arrives, how it is handed
over and what of it is compared. Rules: docs.snowflake.com/en/user-guide/object-clone,
sql-reference/sql/grant-ownership (ALL … IN DATABASE takes no pipes) and each kind's ALTER page.
"""

from dataclasses import dataclass
from enum import Enum


class Reading(Enum):
    """Where owner, comment and facts come from; the statement that makes it comes from GET_DDL."""

    TABLES = "INFORMATION_SCHEMA.TABLES, all databases at once"
    LISTED = "a view of INFORMATION_SCHEMA, all databases at once"
    SHOWN = "SHOW … IN DATABASE"


class Mending(Enum):
    """How the references of a copy are taken from the source's databases to its own."""

    NONE = "it refers to nothing"
    REPLACED = "replaced from its own definition"
    REPLACED_PARKED = "replaced from its own definition and suspended"
    MADE_ANEW = "made anew on the copy's own tables, whatever it says"
    ON_OWN_STAGE = "made anew on the copy's own stage, and paused"
    ALTERED = "altered in place, so that tags, graph and parameters stay"
    BODY_SET = "its body set in place, so that it stays where it is attached"
    LOCATED = "given its own URL, or made internal"
    KEYS_AND_POLICIES = "foreign keys, default sequences, policies and tags set anew"


class Arrival(Enum):
    """In which state a copy arrives."""

    AS_IT_WAS = "as it was"
    SUSPENDED = "suspended"
    STOPPED = "paused, with auto-ingest STOPPED_CLONED"
    DRAINED = "without the rows that waited"
    MISSING = "not at all"
    EXTERNAL_ONLY = "only where it is external"


class HandOver(Enum):
    """How a copy is given to the environment's role."""

    ALL = "GRANT OWNERSHIP ON ALL … IN DATABASE"
    EACH = "GRANT OWNERSHIP one by one"
    NONE = "it is not there"


class Compared(Enum):
    """What of a copy is compared with the source."""

    COLUMNS = "its columns, in order"
    DEFINITION = "what its statement says"
    NAME = "that it is there"


@dataclass(frozen=True)
class Kind:
    """One kind: its words in SQL, its plural for SHOW and for GRANT … ON ALL.

    `ddl_word` is what GET_DDL calls it, "" where GET_DDL does not know it.
    """

    name: str
    plural: str
    reading: Reading
    mending: Mending
    arrival: Arrival
    hand_over: HandOver
    compared: Compared
    ddl_word: str = ""

    @property
    def is_told_by_its_statement(self) -> bool:
        """Whether what it refers to stands in its statement, and not in what SHOW tells."""
        return self.mending not in (Mending.NONE, Mending.ALTERED, Mending.LOCATED)

    @property
    def has_arguments(self) -> bool:
        """Whether argument types are part of its identity."""
        return self.name in ("PROCEDURE", "FUNCTION")


def _kind(
    name: str,
    reading: Reading,
    mending: Mending,
    compared: Compared,
    *,
    arrival: Arrival = Arrival.AS_IT_WAS,
    hand_over: HandOver = HandOver.ALL,
    plural: str = "",
    ddl_word: str | None = None,
) -> Kind:
    word = name.replace(" ", "_") if ddl_word is None else ddl_word
    plural = plural or f"{name}S"
    return Kind(name, plural, reading, mending, arrival, hand_over, compared, word)


# In the order in which kinds build on one another, where the texts say nothing else.
KINDS = (
    _kind("SCHEMA", Reading.LISTED, Mending.NONE, Compared.NAME, ddl_word=""),
    _kind("SEQUENCE", Reading.SHOWN, Mending.NONE, Compared.DEFINITION),
    _kind("FILE FORMAT", Reading.SHOWN, Mending.NONE, Compared.DEFINITION),
    _kind(
        "STAGE",
        Reading.SHOWN,
        Mending.LOCATED,
        Compared.NAME,
        arrival=Arrival.EXTERNAL_ONLY,
        ddl_word="",
    ),
    _kind("TAG", Reading.SHOWN, Mending.NONE, Compared.NAME),
    _kind(
        "MASKING POLICY",
        Reading.SHOWN,
        Mending.BODY_SET,
        Compared.DEFINITION,
        plural="MASKING POLICIES",
        ddl_word="POLICY",
    ),
    _kind(
        "ROW ACCESS POLICY",
        Reading.SHOWN,
        Mending.BODY_SET,
        Compared.DEFINITION,
        plural="ROW ACCESS POLICIES",
        ddl_word="POLICY",
    ),
    _kind("TABLE", Reading.TABLES, Mending.KEYS_AND_POLICIES, Compared.COLUMNS),
    _kind(
        "EXTERNAL TABLE",
        Reading.TABLES,
        Mending.NONE,
        Compared.NAME,
        arrival=Arrival.MISSING,
        hand_over=HandOver.NONE,
        ddl_word="TABLE",
    ),
    _kind("FUNCTION", Reading.LISTED, Mending.REPLACED, Compared.DEFINITION),
    _kind("VIEW", Reading.TABLES, Mending.REPLACED, Compared.DEFINITION),
    _kind(
        "MATERIALIZED VIEW", Reading.TABLES, Mending.REPLACED, Compared.DEFINITION, ddl_word="VIEW"
    ),
    _kind(
        "DYNAMIC TABLE",
        Reading.TABLES,
        Mending.REPLACED_PARKED,
        Compared.DEFINITION,
        arrival=Arrival.SUSPENDED,
    ),
    _kind("PROCEDURE", Reading.LISTED, Mending.REPLACED, Compared.DEFINITION),
    _kind(
        "STREAM",
        Reading.SHOWN,
        Mending.MADE_ANEW,
        Compared.DEFINITION,
        arrival=Arrival.DRAINED,
    ),
    _kind(
        "PIPE",
        Reading.SHOWN,
        Mending.ON_OWN_STAGE,
        Compared.DEFINITION,
        arrival=Arrival.STOPPED,
        hand_over=HandOver.EACH,
    ),
    _kind(
        "TASK",
        Reading.SHOWN,
        Mending.ALTERED,
        Compared.DEFINITION,
        arrival=Arrival.SUSPENDED,
    ),
    _kind(
        "ALERT",
        Reading.SHOWN,
        Mending.ALTERED,
        Compared.DEFINITION,
        arrival=Arrival.SUSPENDED,
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}
# What GET_DDL tells of and this list does not name: it is looked through for references all the same.
OTHER = "OTHER OBJECT"


def rank(name: str) -> int:
    """The place of a kind in the list; what is not in it comes last."""
    return next((at for at, kind in enumerate(KINDS) if kind.name == name), len(KINDS))
