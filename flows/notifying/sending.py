"""Send messages in a thread of its own, and remember which were taken."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows.notifying.addresses import AddressError, resolve, shown
from flows.notifying.message import Message
from flows.notifying.posting import post
from oracles.contained.spool import write_json

log = logging.getLogger("zincloop")

CLOSE_SECONDS = 60.0
"""What a program waits at its end for messages that are still to be taken."""


class Sender:
    """Takes messages without delay; a place that fails is one warning in the log.

    Parameters
    ----------
    campaign
        Its name, for the file.
    urls, file
        Where messages go.
    memory
        File that holds the marks of what was taken. It is written after that: killed between the two, a
        program tells twice, never not at all.
    """

    def __init__(self, campaign: str, urls: Sequence[str], file: Path | None, memory: Path) -> None:
        self._campaign, self._urls, self._file, self._memory = campaign, urls, file, memory
        self._taken = _read(memory)
        self._under_way: frozenset[str] = frozenset()
        self._failing: set[str] = set()
        self._guard = threading.Lock()
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        # A thread that hangs must not hold up the end of the program.
        self._thread = threading.Thread(target=self._work, name="notifications", daemon=True)
        self._thread.start()

    @property
    def told(self) -> frozenset[str]:
        """Marks of what was taken or is about to be."""
        with self._guard:
            return self._taken | self._under_way

    def send(self, message: Message) -> None:
        """Send a message as soon as may be."""
        with self._guard:
            self._under_way |= message.marks
        self._queue.put(message)

    def close(self) -> None:
        """Wait for what is to be sent, for a while."""
        self._queue.put(None)
        self._thread.join(CLOSE_SECONDS)
        if self._thread.is_alive():
            log.warning("not every notification could be sent in time")

    def _work(self) -> None:
        while (message := self._queue.get()) is not None:
            taken = [self._append(message), *[self._post(url, message) for url in self._urls]]
            with self._guard:
                self._under_way -= message.marks
                if not any(taken):
                    continue
                self._taken |= message.marks
            if message.marks:
                self._remember()

    def _append(self, message: Message) -> bool:
        if self._file is None:
            return False
        line = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "campaign": self._campaign,
            "kind": message.kind,
            "title": message.title,
            "text": message.text,
        }
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            self._warn(str(self._file), str(error.strerror))
            return False
        return True

    def _post(self, url: str, message: Message) -> bool:
        try:
            problem = post(resolve(url), message)
        except AddressError as error:
            problem = str(error)
        if problem is not None:
            self._warn(shown(url), problem)
        return problem is None

    def _warn(self, where: str, problem: str) -> None:
        if where not in self._failing:
            self._failing.add(where)
            log.warning("notifications to %s fail: %s", where, problem)

    def _remember(self) -> None:
        try:
            write_json(self._memory, {"told": sorted(self._taken)})
        except OSError as error:
            self._warn(str(self._memory), str(error.strerror))


def _read(memory: Path) -> frozenset[str]:
    try:
        return frozenset(json.loads(memory.read_text(encoding="utf-8"))["told"])
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()  # what was told is told again
