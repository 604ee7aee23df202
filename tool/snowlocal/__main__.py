"""`python -m snowlocal DIR`: serve a local account in the foreground until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from snowlocal.account import DamagedFolder
from snowlocal.server import HOST, AccountBusy, LocalAccount


def main() -> int:
    """Run the command; exit code 1 where the account cannot be served."""
    parser = argparse.ArgumentParser(prog="python -m snowlocal", description=__doc__)
    parser.add_argument(
        "directory", type=Path, help="the account's folder; made when it is missing"
    )
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free port")
    parser.add_argument("--host", default=HOST, help="a loopback address")
    given = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    account = LocalAccount(given.directory, given.port, given.host)
    try:
        account.start()
    except (AccountBusy, DamagedFolder) as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"The local account in {given.directory} listens on {account.host}:{account.port}.",
        file=sys.stderr,
    )
    ended.wait()
    account.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
