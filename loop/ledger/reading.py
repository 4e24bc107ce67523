"""The ledger read again as a state, and then only what came since.

Facts are only ever added, so what was read once stays right; a campaign of weeks is not read from its
beginning after every answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from sys import intern

import sqlalchemy as sa

from loop.campaign import Answer, Event, Round, Screening, Session, State, Teaching
from loop.claims import Claim, standing
from loop.ledger import rows, schema, statements
from loop.ledger.later import Kept
from loop.readings import Notebook, Reported
from loop.records import Cost, Failure, FailureKind, Measurement, OracleProtocol, Outcome, Request, Value


class Reader:
    """What was read so far of one ledger; not safe to be used by two threads at once.

    Parameters
    ----------
    details
        Gives what came with the answer to a request, which is most of a ledger and hardly ever looked at.
    """

    def __init__(self, details: Callable[[str], str]) -> None:
        self._details = details
        self._seq = self._last_request = 0
        self._at: dict[int, float] = {}
        self._rounds: list[Round] = []
        self._screenings: list[Screening] = []
        self._requests: dict[str, Request] = {}
        self._attempts: dict[str, int] = {}
        self._setbacks: list[Answer] = []
        self._answers: dict[str, Answer] = {}
        self._protocols: dict[str, OracleProtocol] = {}
        self._reported: list[Reported] = []
        self._notebook = Notebook()
        self._told: dict[str, Answer] = {}
        self._claims: dict[str, Claim] = {}
        self._history = _History()
        self._state = State()

    def state(self, connection: sa.Connection) -> State:
        """Catch up, and return the state as of now."""
        query = sa.select(schema.events).where(schema.events.c.seq > self._seq)
        news = [rows.event(row) for row in connection.execute(query.order_by(schema.events.c.seq))]
        if news:
            self._catch_up(connection, news)
        self._state = self._state.seen_at(time.time())
        return self._state

    def _catch_up(self, connection: sa.Connection, news: list[Event]) -> None:
        came = {event.kind for event in news}
        self._at = {event.seq: event.at for event in news}
        self._history.add(news)
        if "protocol" in came:
            self._protocols |= rows.read_protocols(connection)
        if "round" in came:
            self._rounds += self._new_rounds(connection)
        if "screening" in came:
            self._screenings += self._new_screenings(connection, news)
        if came & {"round", "screening", "inquiry"}:
            self._requests |= self._new_requests(connection)
        for event in news:
            if event.kind == "attempt":
                key, _, number = event.subject.rpartition(":")
                self._attempts[self._requests[key].key] = int(number)
        if "setback" in came:
            self._setbacks += self._new_setbacks(connection)
        if came.intersection(statements.ANSWERING):
            self._answers |= self._new_answers(connection)
        if came & {"readings", "protocol", "round", "inquiry"}:
            self._hear(connection)
        if "claim" in came:
            self._claims = standing(rows.read_claims(connection))
        self._seq = news[-1].seq
        self._state = self._snapshot()

    def _snapshot(self) -> State:
        return State(
            rounds=tuple(self._rounds),
            screenings=tuple(self._screenings),
            teachings=tuple(self._history.teachings),
            requests=dict(self._requests),
            attempts=dict(self._attempts),
            setbacks=tuple(self._setbacks),
            deaths=dict(self._history.deaths),
            inquired=self._history.inquired,
            answers=self._answers | self._told,
            protocols=dict(self._protocols),
            sessions=tuple(self._history.sessions),
            closed=self._history.closed,
            notebook=self._notebook,
            seq=self._seq,
            claims=self._claims,
        )

    def _hear(self, connection: sa.Connection) -> None:
        """What people reported, and the requests that it answers."""
        self._reported += rows.read_reported(connection, self._seq, self._at)
        self._notebook = Notebook(tuple(self._reported), dict(self._protocols))
        if self._reported:
            told = ((request, self._notebook.outcome(request)) for request in self._requests.values())
            self._told = {r.key: Answer(r, *answer) for r, answer in told if answer is not None}

    def _new_rounds(self, connection: sa.Connection) -> Iterable[Round]:
        new = sa.select(schema.rounds).where(schema.rounds.c.event > self._seq)
        opened = connection.execute(new.order_by(schema.rounds.c.number)).all()
        picks = rows.read_picks(connection, opened[0].number)
        return [Round(r.number, r.seed, self._at[r.event], picks.get(r.number, ()), r.notes) for r in opened]

    def _new_screenings(self, connection: sa.Connection, news: list[Event]) -> Iterable[Screening]:
        number = {event.seq: int(event.subject) for event in news if event.kind == "screening"}
        chosen = rows.read_screened(connection, self._seq)
        return [Screening(number[seq], candidates) for seq, candidates in chosen.items()]

    def _new_requests(self, connection: sa.Connection) -> Mapping[str, Request]:
        new = sa.select(schema.requests).where(schema.requests.c.number > self._last_request)
        asked = connection.execute(new.order_by(schema.requests.c.number)).all()
        self._last_request = asked[-1].number if asked else self._last_request
        new_requests = (rows.request(row) for row in asked)
        return {request.key: request for request in new_requests}

    def _new_setbacks(self, connection: sa.Connection) -> Iterable[Answer]:
        new = sa.select(schema.setbacks).where(schema.setbacks.c.event > self._seq)
        return [
            Answer(self._requests[row.request], rows.failure(row), self._at[row.event], row.number)
            for row in connection.execute(new.order_by(schema.setbacks.c.event))
        ]

    def _new_answers(self, connection: sa.Connection) -> Mapping[str, Answer]:
        """Request key -> answer, in the order recorded."""
        brought: dict[str, list[Value]] = {}
        for row in connection.execute(statements.BROUGHT, {"after": self._seq}):
            value = Value(intern(row.property), row.value, intern(row.unit), row.uncertainty)
            brought.setdefault(row.request, []).append(value)
        found = {}
        for row in connection.execute(statements.ANSWERED, {"after": self._seq}):
            request = self._requests[row.request]
            details, cost = Kept(self._details, request.key), Cost(row.cpu_seconds, row.wall_seconds)
            outcome: Outcome
            if row.failure is None:
                # Rows have no order of their own, and not every database gives them as they came.
                values = tuple(sorted(brought[row.request], key=lambda value: value.property))
                outcome = Measurement(values, cost, details)
            else:
                outcome = Failure(FailureKind(row.failure), row.reason, cost, details)
            found[request.key] = Answer(request, outcome, self._at[row.event])
        return found


class _History:
    """What follows from events alone, in their order."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.deaths: dict[str, int] = {}
        self.closed: str | None = None
        self.inquired = 0
        self.teachings: list[Teaching] = []
        self._running = False
        self._under_way: set[str] = set()

    def add(self, news: Iterable[Event]) -> None:
        """Go on with later events."""
        for event in news:
            self._session(event)
            self._death(event)
            if event.kind == "closed":
                self.closed = str(event.data["reason"])
            elif event.kind == "reopened":
                self.closed = None
            elif event.kind == "teaching":
                self.teachings.append(rows.teaching(event))
            elif event.kind == "inquiry":
                self.inquired = int(event.subject.partition(":")[0])

    def _session(self, event: Event) -> None:
        """Each run of the program lasts until it said so or until its last sign of life."""
        if event.kind == "session":
            self.sessions.append(Session(event.at, event.at, event.data["versions"]))
            self._running = True
        elif self._running and event.kind not in FROM_ELSEWHERE:
            last = self.sessions[-1]
            self.sessions[-1] = Session(last.started, event.at, last.versions)
            self._running = event.kind != "session end"

    def _death(self, event: Event) -> None:
        """A calculation under way when the next run began did not end, and neither did its program."""
        key = event.subject.partition(":")[0]
        if event.kind == "attempt":
            self._under_way.add(key)
        elif event.kind in ("measurement", "failure", "setback"):
            self._under_way.discard(key)
        elif event.kind == "session end":
            self._under_way.clear()
        elif event.kind == "session":
            for lost in self._under_way:
                self.deaths[lost] = self.deaths.get(lost, 0) + 1
            self._under_way.clear()


FROM_ELSEWHERE = frozenset({"readings", "claim"})
"""Kinds of events that other programs record, at any time: no sign of life of a run."""
