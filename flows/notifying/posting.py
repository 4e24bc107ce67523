"""Post one message to one address, in a process that can be killed: ``python -m flows.notifying.posting``."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys

from flows.notifying.message import Message
from oracles.contained.endings import die_with_parent

POST_SECONDS = 30.0
"""Time after which an address that does not answer is given up."""

SECRET = 6
"""Characters from which on a piece of an address is taken for a secret."""


def post(address: str, message: Message) -> str | None:
    """Post a message; returns why that failed, without secrets, or ``None`` if it was taken."""
    # Not an argument: those are seen by everybody on the machine.
    content = json.dumps({"address": address, "title": message.title, "text": message.text})
    command = [sys.executable, "-m", "flows.notifying.posting", str(os.getpid())]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, no shell
            command, input=content, capture_output=True, text=True, check=False, timeout=POST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {POST_SECONDS:.0f} s"
    except OSError as error:
        return f"no process can be started: {error.strerror}"
    return None if done.returncode == 0 else done.stdout.strip() or f"status {done.returncode}"


def main(parent: int) -> int:
    """Post what standard input holds, and print what is wrong if it is not taken."""
    import apprise  # noqa: PLC0415 - the program that sends does not need it

    die_with_parent(parent)
    given = json.load(sys.stdin)
    sender = apprise.Apprise()
    said = io.StringIO()
    # Only warnings: what is logged below them holds whole addresses.
    logging.getLogger("apprise").addHandler(handler := logging.StreamHandler(said))
    handler.setLevel(logging.WARNING)
    taken = sender.add(given["address"]) and sender.notify(
        body=given["text"], title=given["title"], body_format=apprise.NotifyFormat.TEXT
    )
    if not taken:
        sys.stdout.write(without_secrets(" ".join(said.getvalue().split()), given["address"]))
    return 0 if taken else 1


def without_secrets(words: str, address: str) -> str:
    """Blank every long piece of an address in what is said about it."""
    pieces = re.split(r"[/:@?&=#%]+", address.partition("://")[2])
    for piece in sorted(pieces, key=len, reverse=True):
        if len(piece) >= SECRET:
            words = words.replace(piece, "***")
    return words


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
