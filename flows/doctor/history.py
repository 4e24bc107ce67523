"""The ledger and what belongs to it: its backup, its clock, what is under way, what people owe."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise

from flows.doctor.finding import Finding, ok, trouble, warning
from flows.laboratory.asking import open_requests
from flows.opening import Opened
from flows.store import Store
from loop.campaign import Event, State
from loop.ledger import DamagedError, LedgerError
from loop.protocols import DeferredOracle
from oracles.contained.spool import read_outcome

SLACK_SECONDS = 1.0
"""By so much clocks may differ without a word."""

LONG_DAYS = 30.0

KEY = re.compile(r"[0-9a-f]{16}")


def whole(opened: Opened) -> Finding:
    """Every page and every reference of the ledger."""
    try:
        opened.ledger.check()
        state = opened.ledger.state()
    except DamagedError as error:
        return trouble("ledger", str(error), f"zincloop repair {opened.store.directory}")
    except LedgerError as error:
        return trouble("ledger", str(error), "see who uses the ledger, and whether it may be read")
    return ok("ledger", f"whole; {len(state.rounds)} rounds, {len(state.answers)} answers")


def backup(store: Store, state: State) -> Finding:
    """Whether the backup holds the last round."""
    if not state.rounds:
        return ok("backup", "none is needed before the first round")
    path, advice = store.backup, "the next round renews it; if it does not, see zincloop.log"
    if not path.is_file():
        return warning("backup", f"{path.name} is missing", advice)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            rounds = int(copy.execute("SELECT count(*) FROM rounds").fetchone()[0])
    except sqlite3.Error as error:
        return warning("backup", f"{path.name} cannot be read: {error}", advice)
    when = f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC"
    if rounds < len(state.rounds):
        seen = f"of {when}, with {rounds} of {len(state.rounds)} rounds"
        return warning("backup", seen, advice)
    return ok("backup", f"of {when}, with every round")


def clock(history: Sequence[Event], now: float) -> Finding:
    """Whether the ledger's times go forwards and have passed.

    Parameters
    ----------
    now
        Seconds since 1970-01-01 UTC.
    """
    ahead = max((e.at for e in history), default=now) - now
    back = max((a.at - b.at for a, b in pairwise(history)), default=0.0)
    advice = "set the clock (NTP); times in the report and the wall-clock budget are wrong by as much"
    if ahead > SLACK_SECONDS:
        return warning("clock", f"the ledger's last event lies {_span(ahead)} in the future", advice)
    if back > SLACK_SECONDS:
        return warning("clock", f"it was set back by {_span(back)} during the campaign", advice)
    return ok("clock", "the ledger's times go forwards")


def calculations(store: Store, state: State) -> Finding:
    """What lies in the directories of calculations."""
    found = [p for p in store.jobs.glob("*") if KEY.fullmatch(p.name) and p.name not in state.answers]
    ended = sum(read_outcome(p) is not None for p in found)
    left = len(found) - ended
    size = sum(f.stat().st_size for f in store.jobs.glob("**/*") if f.is_file()) / 1e6
    parts = [
        *([f"{ended} ended and not recorded yet"] if ended else []),
        *([f"{left} under way or interrupted"] if left else []),
    ]
    return ok("calculations", f"{', '.join(parts) or 'none under way'}; {size:.0f} MB of files")


def laboratory(opened: Opened, state: State) -> Iterator[Finding]:
    """What people were asked and have not answered."""
    if not any(isinstance(o, DeferredOracle) for o in opened.assembled.parts.oracles):
        return
    asked = open_requests(opened, state)
    since = {r.number: r.opened_at for r in state.rounds}
    days = {request.short: max(0.0, state.at - since[request.round]) / 86400 for request in asked}
    late = [short for short, n in days.items() if n > LONG_DAYS]
    if late and state.closed is None:
        seen = f"{len(late)} of {len(asked)} molecules wait for longer than {LONG_DAYS:.0f} days: "
        seen += ", ".join(late[:5]) + (", ..." if len(late) > 5 else "")
        advice = f"zincloop lab requests {opened.store.directory}; [laboratory] until = ... goes on without"
        yield warning("laboratory", seen, advice)
    else:
        oldest = f", the first for {max(days.values()):.0f} days" if days else ""
        yield ok("laboratory", f"{len(asked)} molecules wait to be measured{oldest}")


def _span(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
