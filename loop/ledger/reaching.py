"""Reach a server again that was away for a moment, and tell what passes from what a person has to mend."""

from __future__ import annotations

import re
import time
from typing import Any

import sqlalchemy as sa

PATIENCE_SECONDS = 20.0
"""How long a server that was there is waited for."""

# A connection that cannot be made bears no code, only words.
REFUSED = re.compile(r"\bFATAL:|no password supplied|certificate|does not support SSL|authentication|invalid")
FOR_NOW = re.compile(
    r"starting up|shutting down|recovery|not accepting|too many (clients|connections)|slots are"
)

PASSING = re.compile(r"08...|57P0.|53[023]00|55P03|40...|25P03")
"""Codes of what passes: lost connections, a server that goes or has no room now, locks of others."""


def is_away(error: BaseException) -> bool:
    """Whether what a driver says of a server passes by itself: it restarts, or the network is down.

    A server that answers and lets nobody in waits for a person.
    """
    code = getattr(error, "sqlstate", None)
    if code is not None:
        return PASSING.fullmatch(code) is not None
    words = str(error)
    return type(error).__name__ == "OperationalError" and (
        REFUSED.search(words) is None or FOR_NOW.search(words) is not None
    )


class Patience:
    """Connects; tells at once of a server that was never reached, and of one that was away for too long.

    Connecting may be repeated, as nothing was said yet. What was under way on a lost connection may not:
    nobody knows whether it was committed.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._reached = False
        self._lost_at: float | None = None
        sa.event.listen(engine, "do_connect", self._connect)

    def _connect(self, dialect: Any, _record: object, words: Any, settings: Any) -> Any:  # noqa: ANN401 - the driver's
        while True:
            try:
                connection = dialect.connect(*words, **settings)
            except dialect.dbapi.OperationalError:
                if not self._may_return():
                    raise
                time.sleep(0.5)
            else:
                self._reached, self._lost_at = True, None
                return connection

    def _may_return(self) -> bool:
        if not self._reached:
            return False
        if self._lost_at is None:
            self._lost_at = time.monotonic()
        return time.monotonic() - self._lost_at < PATIENCE_SECONDS
