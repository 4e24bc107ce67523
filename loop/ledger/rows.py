"""Records to rows and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from itertools import groupby
from sys import intern
from typing import Any

import sqlalchemy as sa

from loop.campaign import Event, Teaching
from loop.claims import Claim
from loop.ledger.later import Later
from loop.ledger.schema import events, picks, protocols, readings, screened
from loop.molecule import known
from loop.protocols import Lesson
from loop.readings import Reading, Reported
from loop.records import (
    Candidate,
    Cost,
    Failure,
    FailureKind,
    Measurement,
    OracleProtocol,
    Outcome,
    Pick,
    Prediction,
    Request,
)


def facts(outcome: Outcome) -> list[Any]:
    """What of an outcome must come out the same in every run."""
    if isinstance(outcome, Failure):
        return ["failure", str(outcome.kind)]
    return ["measurement", [[v.property, v.value, v.unit] for v in outcome.values]]


def reading_facts(reported: Reported) -> list[Any]:
    """What of a reading must come out the same in every run."""
    reading = reported.reading
    return [reading.molecule.smiles, reading.property, reading.replicate, *map(str, reading.number)]


def pick_row(number: int, position: int, pick: Pick) -> dict[str, Any]:
    """Row of ``picks``."""
    return {
        **candidate_row(pick.candidate),
        "round": number,
        "position": position,
        "reason": pick.reason,
        "value": pick.value,
        "predictions": {name: asdict(p) for name, p in pick.predictions.items()},
    }


def candidate_row(candidate: Candidate) -> dict[str, Any]:
    """What is kept of a candidate."""
    return {
        "smiles": candidate.molecule.smiles,
        "origin": candidate.origin,
        "parent": candidate.parent,
        "name": candidate.name,
    }


def request_row(request: Request) -> dict[str, Any]:
    """Row of ``requests``."""
    return {
        "key": request.key,
        "smiles": request.molecule.smiles,
        "oracle": request.oracle,
        "protocol": request.protocol,
    }


def answer_row(request: Request, seq: int, outcome: Outcome) -> dict[str, Any]:
    """Row of ``answers``."""
    kind = reason = None
    if isinstance(outcome, Failure):
        # No text of PostgreSQL's holds a zero byte, and what a dying program says may.
        kind, reason = str(outcome.kind), outcome.reason.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return {
        "request": request.key,
        "event": seq,
        "failure": kind,
        "reason": reason,
        "cpu_seconds": outcome.cost.cpu_seconds,
        "wall_seconds": outcome.cost.wall_seconds,
        "details": dict(outcome.details),
    }


def measurement_rows(request: Request, measured: Measurement) -> list[dict[str, Any]]:
    """Rows of ``measurements``."""
    return [
        {
            "request": request.key,
            "property": value.property,
            "value": value.value,
            "unit": value.unit,
            "uncertainty": value.uncertainty,
        }
        for value in measured.values
    ]


def failure_row(request: Request, number: int, seq: int, failed: Failure) -> dict[str, Any]:
    """Row of ``setbacks``."""
    return answer_row(request, seq, failed) | {"number": number}


def teaching_data(teaching: Teaching) -> dict[str, Any]:
    """Data of the event of a teaching."""
    lesson = teaching.lesson
    return {
        "molecules": [molecule.smiles for molecule in lesson.molecules],
        "values": {name: {m.smiles: v for m, v in of.items()} for name, of in lesson.values.items()},
        "wanted": {name: list(of) for name, of in lesson.wanted.items()},
        "seed": teaching.seed,
        "kept": teaching.kept,
        "account": dict(teaching.account),
    }


def teaching(told: Event) -> Teaching:
    """Teaching of its event."""
    number, _, source = told.subject.partition(":")
    data = told.data
    lesson = Lesson(
        tuple(known(smiles) for smiles in data["molecules"]),
        {name: {known(smiles): v for smiles, v in of.items()} for name, of in data["values"].items()},
        {name: (value, width) for name, (value, width) in data["wanted"].items()},
    )
    return Teaching(int(number), int(source), lesson, data["seed"], data["kept"], data["account"])


def event(row: Any) -> Event:  # noqa: ANN401 - a row has the columns of its table
    """Event of a row of ``events``."""
    return Event(row.seq, row.at, row.kind, row.subject, row.data)


def request(row: Any) -> Request:  # noqa: ANN401
    """Request of a row of ``requests``."""
    return Request(row.key, known(row.smiles), intern(row.oracle), intern(row.protocol))


def failure(row: Any) -> Failure:  # noqa: ANN401
    """Failure of a row of ``answers`` or ``setbacks``."""
    cost = Cost(row.cpu_seconds, row.wall_seconds)
    return Failure(FailureKind(row.failure), row.reason, cost, row.details)


def read_history(connection: sa.Connection, *kinds: str) -> list[Event]:
    """Every event, or those of some kinds, oldest first."""
    query = sa.select(events).order_by(events.c.seq)
    found = query.where(events.c.kind.in_(kinds)) if kinds else query
    return [event(row) for row in connection.execute(found)]


def read_picks(connection: sa.Connection, first: int) -> dict[int, tuple[Pick, ...]]:
    """Number of a round, from ``first`` on -> what was picked."""
    chosen: dict[int, tuple[Pick, ...]] = {}
    query = sa.select(picks).where(picks.c.round >= first).order_by(picks.c.round, picks.c.position)
    for number, some in groupby(connection.execute(query), key=lambda row: int(row.round)):
        chosen[number] = tuple(_pick(row) for row in some)
    return chosen


def _pick(row: Any) -> Pick:  # noqa: ANN401
    predictions = Later(row.predictions.text, _prediction)
    return Pick(_candidate(row), intern(row.reason), row.value, predictions)


def _prediction(value: Mapping[str, float]) -> Prediction:
    return Prediction(**value)


def _candidate(row: Any) -> Candidate:  # noqa: ANN401
    return Candidate(known(row.smiles), intern(row.origin), row.parent, row.name)


def read_screened(connection: sa.Connection, after: int) -> dict[int, tuple[Candidate, ...]]:
    """Event of a screening, later than ``after`` -> its candidates."""
    query = (
        sa.select(screened).where(screened.c.event > after).order_by(screened.c.event, screened.c.position)
    )
    return {
        seq: tuple(_candidate(row) for row in some)
        for seq, some in groupby(connection.execute(query), key=lambda row: int(row.event))
    }


def reading_row(seq: int, position: int, reading: Reading) -> dict[str, Any]:
    """Row of ``readings``."""
    row = {"event": seq, "position": position, "smiles": reading.molecule.smiles}
    return row | {f.name: getattr(reading, f.name) for f in fields(Reading) if f.name != "molecule"}


def read_reported(connection: sa.Connection, after: int, at: Mapping[int, float]) -> list[Reported]:
    """What people reported in events later than ``after``, the oldest first; ``at`` dates the events."""
    names = [f.name for f in fields(Reading) if f.name != "molecule"]
    query = sa.select(readings).where(readings.c.event > after)
    return [
        Reported(Reading(known(r.smiles), **{name: getattr(r, name) for name in names}), at[r.event])
        for r in connection.execute(query.order_by(readings.c.event, readings.c.position))
    ]


def read_claims(connection: sa.Connection) -> list[Claim]:
    """Every claim and every giving back, in the order recorded."""
    rows = connection.execute(sa.select(events).filter_by(kind="claim").order_by(events.c.seq))
    return [
        Claim(r.subject.rpartition(":")[0], r.data["by"], r.at, r.data.get("released", False)) for r in rows
    ]


def read_protocols(connection: sa.Connection) -> dict[str, OracleProtocol]:
    """Digest -> protocol, in the order declared."""
    declared = (events.c.kind == "protocol") & (events.c.subject == protocols.c.digest)
    query = sa.select(protocols).join(events, declared).order_by(events.c.seq)
    rows = connection.execute(query)
    return {p.digest: OracleProtocol(p.oracle, p.name, p.settings, p.description) for p in rows}
