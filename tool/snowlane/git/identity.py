"""Who makes merges and tags: git's own settings, or in CI the person who started the run."""

import os

from snowlane.errors import ConfigurationError
from snowlane.git.command import Git


def identity(git: Git) -> dict[str, str]:
    """The variables that name the author where git itself knows none, else nothing.

    Raises ConfigurationError when nobody is known. Source of the address:
    docs.github.com/en/account-and-profile/reference/email-addresses-reference
    """
    asked = git.ask("var", "GIT_COMMITTER_IDENT"), git.ask("var", "GIT_AUTHOR_IDENT")
    if all(each.is_ok for each in asked):
        return {}
    actor = os.environ.get("GITHUB_ACTOR")
    if not actor:
        raise ConfigurationError(
            "git does not know who you are",
            why="a merge and a tag say who made them",
            next='git config user.name "Your Name", and git config user.email you@example.com',
        )
    number = os.environ.get("GITHUB_ACTOR_ID")
    address = f"{number}+{actor}" if number else actor
    names = {"NAME": actor, "EMAIL": f"{address}@users.noreply.github.com"}
    return {f"GIT_{who}_{key}": names[key] for who in ("AUTHOR", "COMMITTER") for key in names}
