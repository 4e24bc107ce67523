"""The ledger: append-only facts in a database, the only truth of a campaign.

One transaction holds one fact with everything that belongs to it, so a program killed between two
commits leaves either the whole fact or none of it. Nothing is ever updated or deleted; the database
itself refuses to.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa

from loop.campaign import Event, State, Teaching
from loop.claims import Claim, ClaimError, standing
from loop.ledger import rows, schema, statements
from loop.ledger.backup import back_up
from loop.ledger.copying import copy_rows
from loop.ledger.database import Place, database
from loop.ledger.errors import LedgerError
from loop.ledger.reading import Reader
from loop.readings import Intake, Notebook, Reading, take_in
from loop.records import Candidate, Failure, Measurement, OracleProtocol, Outcome, Pick, Request


class Ledger:
    """Append facts, and read them again as a :class:`~loop.campaign.State`.

    Parameters
    ----------
    place
        An SQLite file on a local disk, or the URL of a schema on a PostgreSQL server (see
        :func:`~loop.ledger.address.address`); created where there is none.

    Raises
    ------
    LedgerError
        If it is not a ledger, is damaged, cannot be reached, or was written by another schema version.
    """

    def __init__(self, place: Place) -> None:
        self._database = database(place)
        self._reader, self._reading = Reader(self._details), Lock()
        with self._transaction() as connection:
            version = self._prepare(connection)
        if version < schema.SCHEMA_VERSION:
            self._database.upgrade()

    @property
    def name(self) -> str:
        """What it is called in messages: the file, or the schema and its server."""
        return self._database.name

    def close(self) -> None:
        """Close the connections, which also folds the write-ahead log of a file into it."""
        self._database.engine.dispose()

    def check(self) -> None:
        """Look through the whole ledger.

        Raises
        ------
        DamagedError
            If it is not what it should be.
        """
        with self._transaction() as connection:
            self._database.check(connection)

    def back_up(self, to: Path) -> None:
        """Write a copy of everything committed so far as an SQLite file, replacing an older one in one step.

        Raises
        ------
        DamagedError
            If the ledger is not whole.
        LedgerError
            If the copy cannot be written. In both cases an older copy is left alone.
        """
        back_up(self._database, to)

    def alone(self) -> AbstractContextManager[None]:
        """Hold the ledger against runs on other machines, where it can be reached from them.

        Raises
        ------
        LedgerError
            If another run holds it.
        """
        return self._database.alone()

    def restore(self, copy: Ledger) -> None:
        """Take in everything of a copy.

        Raises
        ------
        LedgerError
            If this ledger holds facts already.
        """
        with copy._transaction() as source, self._writing() as connection:
            if connection.scalar(sa.select(schema.events.c.seq).limit(1)) is not None:
                raise LedgerError(f"{self.name} holds a campaign already")
            copy_rows(source, connection)
            self._database.renumber(connection)

    # -- writing: one method, one fact, one transaction ------------------------------------------

    def open_campaign(self, definition: Mapping[str, Any], digest: str) -> None:
        """Record what the campaign is; the same definition again changes nothing."""
        with self._writing() as connection:
            known = connection.scalar(
                sa.select(schema.events.c.data).where(schema.events.c.kind == "campaign")
            )
            if known is None:
                self._event(connection, "campaign", digest, {"definition": dict(definition)})
            elif known["definition"] != dict(definition):
                raise LedgerError(f"{self.name} belongs to another campaign")

    def amend(self, changes: Mapping[str, Any]) -> None:
        """Record a change of budget, stop rules or workers."""
        with self._writing() as connection:
            self._event(connection, "amendment", _now_subject(), {"changes": dict(changes)})

    def open_session(self, versions: Mapping[str, Any]) -> None:
        """Record that the program started to work on the campaign."""
        with self._writing() as connection:
            self._event(connection, "session", _now_subject(), {"versions": dict(versions)})

    def end_session(self, reason: str) -> None:
        """Record that the program stopped working on the campaign, and why."""
        with self._writing() as connection:
            self._event(connection, "session end", _now_subject(), {"reason": reason})

    def declare(self, protocol: OracleProtocol) -> None:
        """Record a protocol, so that its digest can be looked up for ever."""
        with self._writing() as connection:
            if (
                connection.scalar(sa.select(schema.protocols.c.digest).filter_by(digest=protocol.digest))
                is None
            ):
                row = asdict(protocol) | {"digest": protocol.digest, "settings": dict(protocol.settings)}
                self._event(connection, "protocol", protocol.digest, {"name": protocol.name})
                connection.execute(sa.insert(schema.protocols).values(**row))

    def open_round(
        self,
        number: int,
        seed: int,
        batch: Sequence[Pick],
        asked: Sequence[Request],
        notes: Mapping[str, Any],
    ) -> None:
        """Record a batch and its requests, before anything is dispatched."""
        with self._writing() as connection:
            seq = self._event(connection, "round", str(number), {"picks": len(batch)})
            connection.execute(
                sa.insert(schema.rounds).values(number=number, event=seq, seed=seed, notes=dict(notes))
            )
            connection.execute(
                sa.insert(schema.picks), [rows.pick_row(number, k, p) for k, p in enumerate(batch)]
            )
            if asked:
                connection.execute(sa.insert(schema.requests), [rows.request_row(r) for r in asked])

    def screen(self, number: int, candidates: Sequence[Candidate], asked: Sequence[Request]) -> None:
        """Record what cheaper oracles are asked before round ``number``, before anything is dispatched."""
        with self._writing() as connection:
            seq = self._event(connection, "screening", str(number), {"candidates": len(candidates)})
            connection.execute(
                sa.insert(schema.screened),
                [rows.candidate_row(c) | {"event": seq, "position": k} for k, c in enumerate(candidates)],
            )
            if asked:
                connection.execute(sa.insert(schema.requests), [rows.request_row(r) for r in asked])

    def teach(self, teaching: Teaching) -> None:
        """Record what a generator was taught and what came of it."""
        with self._writing() as connection:
            subject = f"{teaching.number}:{teaching.source}"
            self._event(connection, "teaching", subject, rows.teaching_data(teaching))

    def ask(self, rounds: int, asked: Sequence[Request]) -> None:
        """Record what people are asked after so many rounds; the same number again adds to it."""
        with self._writing() as connection:
            events = schema.events
            before = sa.select(sa.func.count()).select_from(events).filter_by(kind="inquiry")
            subject = f"{rounds}:{connection.scalar(before)}"
            self._event(connection, "inquiry", subject, {"requests": len(asked)})
            if asked:
                connection.execute(sa.insert(schema.requests), [rows.request_row(r) for r in asked])

    def start(self, request: Request) -> int:
        """Record that an attempt at a request begins; returns its number, from 1."""
        with self._writing() as connection:
            number = int(connection.scalar(statements.ATTEMPTS, {"key_": request.key}) or 0) + 1
            seq = self._event(connection, "attempt", f"{request.key}:{number}", {})
            row = {"request": request.key, "number": number, "event": seq}
            connection.execute(statements.ATTEMPT, row)
            return number

    def record(self, request: Request, outcome: Outcome, attempt: int | None = None) -> bool:
        """Record an answer exactly once; returns whether it was taken.

        Parameters
        ----------
        attempt
            The number that :meth:`start` gave. An answer of an attempt that another has overtaken is not
            taken: its program was believed dead.

        Raises
        ------
        LedgerError
            If the request was never asked.
        """
        with self._writing() as connection:
            if not self._awaits(connection, request, attempt):
                return False
            self._answer(connection, [(request, outcome)])
            return True

    def record_together(self, outcomes: Mapping[Request, Outcome]) -> int:
        """Record answers that took no attempt, all or none of them; returns how many were taken.

        Raises
        ------
        LedgerError
            If a request was never asked.
        """
        with self._writing() as connection:
            new = [(r, outcome) for r, outcome in outcomes.items() if self._awaits(connection, r, None)]
            self._answer(connection, new)
            return len(new)

    def set_back(self, request: Request, failed: Failure, attempt: int) -> bool:
        """Record that an attempt failed and the request stays open; returns whether it was taken.

        As for :meth:`record`, an attempt counts once, and only if it is the last.
        """
        with self._writing() as connection:
            known = sa.select(schema.setbacks.c.number).filter_by(request=request.key, number=attempt)
            if connection.scalar(known) is not None or not self._awaits(connection, request, attempt):
                return False
            seq = self._event(connection, "setback", f"{request.key}:{attempt}", {})
            row = rows.failure_row(request, attempt, seq, failed)
            connection.execute(sa.insert(schema.setbacks).values(row))
            return True

    def report(self, reported: Sequence[Reading], dry: bool = False) -> Intake:
        """Record what people reported, all of it or nothing; what is known already changes nothing.

        Parameters
        ----------
        dry
            Only say what would happen.

        Raises
        ------
        LedgerError
            If no declared protocol asks for a property, or asks for it in another unit.
        ReadingsError
            If readings contradict what is there, or each other, and are no corrections.
        """
        with self._writing() as connection:
            known = self._known(connection)
            units = {name: assay.unit for name, assay in known.assays.items()}
            for reading in reported:
                if units.get(reading.property) != reading.unit:
                    raise LedgerError(f"{self.name}: nobody asks for {reading.property} in {reading.unit}")
            intake = take_in(reported, known)
            if intake.news and not dry:
                seq = self._event(connection, "readings", _now_subject(), {"readings": len(intake.news)})
                connection.execute(
                    sa.insert(schema.readings),
                    [rows.reading_row(seq, k, reading) for k, reading in enumerate(intake.news)],
                )
            return intake

    def claim(self, request: str, by: str) -> Claim:
        """Record that somebody takes a request on; the same person again changes nothing.

        Raises
        ------
        ClaimError
            If somebody else has it.
        LedgerError
            If the request was never asked.
        """
        with self._writing() as connection:
            there = _held(connection, request, by)
            return there or self._claim(connection, request, by, released=False)

    def release(self, request: str, by: str) -> None:
        """Record that somebody gives a request back; where nobody has it nothing is changed.

        Raises
        ------
        ClaimError
            If somebody else has it.
        """
        with self._writing() as connection:
            if _held(connection, request, by) is not None:
                self._claim(connection, request, by, released=True)

    def _claim(self, connection: sa.Connection, request: str, by: str, released: bool) -> Claim:
        if connection.scalar(sa.select(schema.requests.c.key).filter_by(key=request)) is None:
            raise LedgerError(f"request {request} was never asked")
        claims = rows.read_claims(connection)
        number = sum(claim.request == request for claim in claims) + 1
        data = {"by": by} | ({"released": True} if released else {})
        self._event(connection, "claim", f"{request}:{number}", data)
        return rows.read_claims(connection)[-1]

    def close_campaign(self, reason: str) -> None:
        """Record why the campaign ended."""
        with self._writing() as connection:
            self._event(connection, "closed", _now_subject(), {"reason": reason})

    def reopen(self, reason: str) -> None:
        """Record that a closed campaign goes on, and why."""
        with self._writing() as connection:
            self._event(connection, "reopened", _now_subject(), {"reason": reason})

    # -- reading ----------------------------------------------------------------------------------

    def definition(self) -> Mapping[str, Any] | None:
        """What the campaign is, amendments included; ``None`` for an empty ledger."""
        found: dict[str, Any] | None = None
        for event in self.history("campaign", "amendment"):
            if event.kind == "campaign":
                found = dict(event.data["definition"])
            elif event.kind == "amendment" and found is not None:
                found |= event.data["changes"]
        return found

    def history(self, *kinds: str) -> list[Event]:
        """Every event, or those of some kinds, oldest first."""
        with self._transaction() as connection:
            return rows.read_history(connection, *kinds)

    def last(self) -> int:
        """Number of the last event; 0 for none."""
        with self._transaction() as connection:
            return int(connection.scalar(sa.select(sa.func.max(schema.events.c.seq))) or 0)

    def state(self) -> State:
        """Read the campaign again; what was read before is not read twice."""
        with self._reading:
            try:
                with self._transaction() as connection:
                    return self._reader.state(connection)
            except BaseException:
                self._reader = Reader(self._details)  # it may have read the half of what came
                raise

    def digest(self) -> str:
        """Hash of every fact that does not depend on time, cost or the order of answers."""
        state = self.state()
        facts = [
            [[p.candidate.molecule.smiles for p in r.picks] for r in state.rounds],
            sorted(state.requests),
            sorted([key, *(rows.facts(answer.outcome))] for key, answer in state.answers.items()),
            # Without readings nothing, as before there were any.
            *([sorted(map(rows.reading_facts, state.notebook.reported))] if state.notebook.reported else []),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    # -- inside -----------------------------------------------------------------------------------

    def _known(self, connection: sa.Connection) -> Notebook:
        at = {event.seq: event.at for event in rows.read_history(connection, "readings")}
        return Notebook(tuple(rows.read_reported(connection, 0, at)), rows.read_protocols(connection))

    def _answer(self, connection: sa.Connection, outcomes: Sequence[tuple[Request, Outcome]]) -> None:
        """Record answers, which every one of these requests is without."""
        answers, brought = [], []
        for request, outcome in outcomes:
            failed = isinstance(outcome, Failure)
            seq = self._event(connection, "failure" if failed else "measurement", request.key, {})
            answers.append(rows.answer_row(request, seq, outcome))
            if isinstance(outcome, Measurement):
                brought += rows.measurement_rows(request, outcome)
        if answers:
            connection.execute(statements.ANSWER, answers)
        if brought:
            connection.execute(statements.MEASUREMENTS, brought)

    @staticmethod
    def _awaits(connection: sa.Connection, request: Request, attempt: int | None) -> bool:
        """Whether the request has no answer, and the attempt (if any) is the last that was started."""
        there = connection.execute(statements.STANDING, {"key_": request.key}).first()
        if there is None:
            raise LedgerError(f"an answer came for request {request.key}, which was never asked")
        return there.answered is None and (attempt is None or attempt == there.attempt)

    def _details(self, request: str) -> str:
        """What came with an answer, as text."""
        with self._transaction() as connection:
            return str(connection.scalar(statements.DETAILS, {"key_": request}))

    def _prepare(self, connection: sa.Connection) -> int:
        """Create the schema where there is none; returns the version of the one that is there."""
        version = self._database.version(connection)
        if version > schema.SCHEMA_VERSION:
            raise LedgerError(
                f"{self.name} has schema version {version}, this program reads {schema.SCHEMA_VERSION}; "
                "use the zincloop version that wrote it"
            )
        if version == 0:
            self._database.create(connection)
        return version or schema.SCHEMA_VERSION

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        """See the ledger as of now."""
        with self._database.explained(), self._database.engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """See the ledger as of now and add to it; nobody else does meanwhile."""
        with self._transaction() as connection:
            self._database.take_turn(connection)
            yield connection

    @staticmethod
    def _event(connection: sa.Connection, kind: str, subject: str, data: Mapping[str, Any]) -> int:
        result = connection.execute(
            statements.EVENT, {"at": time.time(), "kind": kind, "subject": subject, "data": dict(data)}
        )
        key = result.inserted_primary_key
        assert key is not None  # noqa: S101 - an insert into a table with an integer key has one
        return int(key[0])


def _held(connection: sa.Connection, request: str, by: str) -> Claim | None:
    """Somebody's own claim on a request, or ``None`` where nobody has it."""
    there = standing(rows.read_claims(connection)).get(request)
    if there is not None and there.by != by:
        raise ClaimError(f"request {request[:8]} is claimed by {there}")
    return there


def _now_subject() -> str:
    return str(time.time_ns())
