"""Definitions as GET_DDL gives them, made ready to be applied again.

Pure. Rules: docs.snowflake.com/en/sql-reference/functions/get_ddl (adds OR REPLACE, leaves out COPY
GRANTS).
"""

from collections.abc import Callable, Mapping

from snowlane.objects.copy_grants import with_copy_grants
from snowlane.restore.point import Grant, KeptObject
from snowlane.restore.touched import ORDER, Path
from snowlane.sql.names import quote
from snowlane.sql.references import Vocabulary, find, paths
from snowlane.sql.statements import single_statement
from snowlane.sql.tokens import tokenize

# What cannot be replaced while it is in use, or would begin anew: it is only made where it is gone.
ONLY_WHERE_MISSING = frozenset({"SEQUENCE", "TAG", "MASKING POLICY", "ROW ACCESS POLICY"})


def ready(text: str, kind: str) -> str:
    """The statement without its semicolon, with COPY GRANTS where the kind has that clause."""
    return with_copy_grants(single_statement(text, tokenize(text)) or text, kind)


def regrants(kind: str, name: str, grants: tuple[Grant, ...], owner: str, role: str) -> list[str]:
    """Give back what replacing or dropping took: grants, and the owner where it is another role."""
    statements = [
        f"GRANT {grant.privilege} ON {kind} {name} TO {grant.grantee_kind} "
        f"{_role_name(grant)}{' WITH GRANT OPTION' if grant.with_option else ''}"
        for grant in grants
    ]
    return statements + hand_over(kind, name, owner, role)


def hand_over(kind: str, name: str, owner: str, role: str) -> list[str]:
    """Give what `role` has made to its former owner, where that is another role."""
    if owner in ("", role):
        return []
    return [f"GRANT OWNERSHIP ON {kind} {name} TO ROLE {quote(owner)} COPY CURRENT GRANTS"]


def _role_name(grant: Grant) -> str:
    # SHOW GRANTS gives a database role by its full name, ready to be written.
    return grant.grantee if grant.grantee_kind != "ROLE" else quote(grant.grantee)


def in_order(
    texts: Mapping[KeptObject, str], more: Callable[[KeptObject], tuple[Path, ...]]
) -> list[KeptObject]:
    """Objects so that each comes after those its text refers to; `more` adds to what it needs.

    Of objects that refer to each other in a circle each comes once, by kind.
    """
    databases = {each.path[0] for each in texts}
    ranked = sorted(texts, key=lambda each: (ORDER.index(each.kind), each.full_name))
    by_path: dict[Path, list[KeptObject]] = {}
    for each in ranked:
        by_path.setdefault(each.path, []).append(each)
    ordered: list[KeptObject] = []
    seen: set[KeptObject] = set()

    def visit(each: KeptObject) -> None:
        if each in seen:
            return
        seen.add(each)
        needed = (*paths(find(texts[each], Vocabulary(databases))), *more(each))
        for path in needed:
            for other in by_path.get(path, ()):
                visit(other)
        ordered.append(each)

    for each in ranked:
        visit(each)
    return ordered
