"""GitHub's workflow commands, which put a message beside a run, a file or a line. Pure.

docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""


def annotation(
    severity: str, message: str, *, title: str = "", file: str = "", line: int | None = None
) -> str:
    """The command for one message; `severity` is `error`, `warning` or `notice`.

    Whatever the texts hold, it is one line and no other command.
    """
    properties = [("file", file), ("line", str(line) if line else ""), ("title", title)]
    written = ",".join(f"{name}={_property(value)}" for name, value in properties if value)
    return f"::{severity}{' ' if written else ''}{written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
