"""Reach a server again that was away for a moment, as it is while it restarts."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

PATIENCE_SECONDS = 20.0
"""How long a server that was there is waited for."""


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
