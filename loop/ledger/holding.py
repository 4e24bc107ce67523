"""Hold a ledger on a server alone: one run of a campaign at a time, on whatever machine."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from loop.ledger.errors import LedgerError

# An advisory lock goes with its session, which ends with the program or its machine.
KEY = "hashtextextended('zincloop run', to_regclass('events')::oid::bigint)"
TAKE = sa.text(f"SELECT pg_try_advisory_lock({KEY})")
LEAVE = sa.text(f"SELECT pg_advisory_unlock({KEY})")
OWNER = sa.text(
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "  # noqa: S608 - a constant
    "WHERE locktype = 'advisory' AND granted AND pg_locks.database = pg_stat_activity.datid "
    "AND datname = current_database() AND objsubid = 1 "
    f"AND ((classid::bigint << 32) | objid::bigint) = {KEY}"
)


class Holding:
    """The session that holds the lock, while there is one.

    Parameters
    ----------
    engine
        Opens sessions that are in no transaction, and closes them where they are given back.
    name
        What the ledger is called.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine, self._name = engine, name
        self._session: sa.Connection | None = None
        self._wanted = False
        self._turn = Lock()

    def take(self) -> None:
        """Hold the ledger.

        Raises
        ------
        LedgerError
            If another program holds it.
        """
        with self._turn:
            self._take()
            self._wanted = True

    def still(self) -> None:
        """Make sure that it is still held, if it ever was: a lost connection gives it away.

        Raises
        ------
        LedgerError
            If another program holds it by now.
        """
        with self._turn:
            if self._wanted and not self._alive():
                self._take()

    def let_go(self) -> None:
        """Let others have it."""
        with self._turn, suppress(DBAPIError):
            self._wanted, session, self._session = False, self._session, None
            if session is not None:
                with session:
                    # The server sees that a session has ended a moment after it has.
                    session.execute(LEAVE)

    def _alive(self) -> bool:
        """Whether the session is there; one that is not is left for good, for it would connect again."""
        try:
            return self._session is not None and self._session.scalar(sa.text("SELECT 1")) == 1
        except DBAPIError:
            self._session = None
            return False

    def _take(self) -> None:
        session = self._engine.connect()
        if not session.scalar(TAKE):
            owner = str(session.scalar(OWNER) or "unknown")
            session.close()
            raise LedgerError(
                f"{self._name}: another zincloop ({owner.removeprefix('zincloop ')}) works on this campaign; "
                "wait for it or stop it"
            )
        self._session = session
