"""Which addresses statements give to stages, and that none of them is another environment's. Pure."""

from collections.abc import Iterable

from snowlane.config.environment import Environment
from snowlane.environments.addresses import addresses_of_others, overlapping
from snowlane.errors import RefusedError
from snowlane.sql.context import stage_of_url
from snowlane.sql.lineage_blocks import statements_in
from snowlane.sql.literals import value
from snowlane.sql.names import qualified
from snowlane.sql.tokens import Kind, tokenize


def refuse_foreign_addresses(
    environment: Environment,
    others: Iterable[Environment],
    texts: Iterable[tuple[str, str]],
) -> None:
    """Raise RefusedError where a statement gives a stage an address that another environment loads.

    `texts` are physical statements, each with what a message calls the place where it stands.
    """
    stages = [(where, stage, url) for where, text in texts for stage, url in _addresses(text)]
    theirs = addresses_of_others(environment, others) if stages else {}
    logical = {there: name for name, there in environment.databases.items()}
    found: list[str] = []
    missing: list[str] = []
    for where, stage, url in stages:
        place = overlapping(url, theirs)
        if place is not None:
            found.append(
                f"{where}: {qualified(*stage)} at {url} would load what {theirs[place]} loads from "
                f"{place}: its files and notifications would be shared"
            )
            missing.append(qualified(logical.get(stage[0], stage[0]), *stage[1:]))
    if found:
        raise RefusedError(
            f"{len(found)} stage(s) of {environment.name} would have no address of their own",
            why="\n".join(found),
            next=_remedy(environment, missing),
        )


def _addresses(text: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The stages that a statement makes or alters, by their paths, and the URLs it gives them."""
    found = []
    for piece in statements_in(text).pieces:
        tokens = tokenize(piece.text)
        for at, token in enumerate(tokens):
            stage = stage_of_url(tokens, at) if token.kind is Kind.STRING else None
            if stage:
                found.append((stage, value(token.raw)))
    return tuple(found)


def _remedy(environment: Environment, stages: Iterable[str]) -> str:
    if environment.is_ad_hoc:
        return "give the stage another address, or none: then it is an internal one"
    named = ", ".join(f'"{each}"' for each in dict.fromkeys(stages))
    return (
        f"give each its own in [stages] of envs/{environment.name}.toml, which takes the place of "
        f"what the revision or object says: {named} = …"
    )
