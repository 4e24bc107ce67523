"""Tells people of a run: called at its turns, it delays nothing and breaks nothing."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence

from flows.assembly import Assembled
from flows.notifying import telling
from flows.notifying.message import Message
from flows.notifying.sending import Sender
from flows.store import Store
from loop.campaign import State

log = logging.getLogger("zincloop")


@contextlib.contextmanager
def notifying(assembled: Assembled, store: Store) -> Iterator[Notifier]:
    """Tell of a run while it lasts, and of the error that ends it if one does."""
    table = assembled.notifications
    if not table.urls and table.file is None:
        yield Notifier(assembled, None)
        return
    file = None if table.file is None else store.directory / table.file
    sender = Sender(assembled.definition.name, table.urls, file, store.notified)
    notifier = Notifier(assembled, sender)
    try:
        yield notifier
    except Exception as error:
        notifier.failed(error)
        raise
    finally:
        sender.close()


class Notifier:
    """What a run calls at its turns; without a sender nothing comes of it."""

    def __init__(self, assembled: Assembled, sender: Sender | None) -> None:
        self._assembled = assembled
        self._definition = assembled.definition
        self._sender = sender
        self._answers = 0

    def started(self, state: State) -> None:
        """A run begins."""
        self._answers = len(state.answers)
        self._tell(lambda _: [telling.start(self._definition, state)])

    def looked(self, state: State) -> None:
        """The ledger was read for a decision."""
        self._answers = len(state.answers)
        parts = self._assembled.parts
        self._tell(lambda told: telling.news(self._definition, parts, state, told))

    def paused(self, reason: str) -> None:
        """The run ends before the campaign does, and a person has to look."""
        self._tell(lambda _: [telling.pause(self._definition, reason)])

    def failed(self, error: Exception) -> None:
        """The run ends with an error."""
        self._tell(
            lambda told: [m for m in [telling.error(self._definition, error, self._answers, told)] if m]
        )

    def ended(self, state: State) -> None:
        """The run ends; told if the campaign does."""
        self._tell(lambda told: [m for m in [telling.end(self._definition, state, told)] if m])

    def _tell(self, messages: Callable[[frozenset[str]], Sequence[Message]]) -> None:
        if self._sender is None:
            return
        try:
            for message in messages(self._sender.told):
                if message.kind in self._assembled.notifications.on:
                    self._sender.send(message)
        except Exception:  # whatever is wrong with a message, the campaign goes on
            log.exception("a notification could not be written")
