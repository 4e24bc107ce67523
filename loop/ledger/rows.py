"""Records to rows and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from loop.campaign import Answer, Event, Round, Screening, Session
from loop.claims import Claim
from loop.ledger.schema import (
    answers,
    attempts,
    events,
    measurements,
    picks,
    protocols,
    readings,
    requests,
    rounds,
    screened,
)
from loop.molecule import parse
from loop.readings import Notebook, Reading, Reported
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
    Value,
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
    kind, reason = (str(outcome.kind), outcome.reason) if isinstance(outcome, Failure) else (None, None)
    return {
        "request": request.key,
        "event": seq,
        "failure": kind,
        "reason": reason,
        "cpu_seconds": outcome.cost.cpu_seconds,
        "wall_seconds": outcome.cost.wall_seconds,
        "details": dict(outcome.details),
    }


def read_history(connection: sa.Connection) -> list[Event]:
    """Every event, oldest first."""
    rows = connection.execute(sa.select(events).order_by(events.c.seq))
    return [Event(r.seq, r.at, r.kind, r.subject, r.data) for r in rows]


def read_rounds(connection: sa.Connection, past: Sequence[Event]) -> tuple[Round, ...]:
    """Every round with its picks."""
    at = {event.seq: event.at for event in past}
    chosen: dict[int, list[Pick]] = {}
    for p in connection.execute(sa.select(picks).order_by(picks.c.round, picks.c.position)):
        predictions = {name: Prediction(**value) for name, value in p.predictions.items()}
        candidate = Candidate(parse(p.smiles), p.origin, p.parent, p.name)
        chosen.setdefault(p.round, []).append(Pick(candidate, p.reason, p.value, predictions))
    return tuple(
        Round(r.number, r.seed, at[r.event], tuple(chosen.get(r.number, ())), r.notes)
        for r in connection.execute(sa.select(rounds).order_by(rounds.c.number))
    )


def read_screenings(connection: sa.Connection, past: Sequence[Event]) -> tuple[Screening, ...]:
    """What cheaper oracles were asked before each round."""
    chosen: dict[int, list[Candidate]] = {}
    for row in connection.execute(sa.select(screened).order_by(screened.c.event, screened.c.position)):
        chosen.setdefault(row.event, []).append(
            Candidate(parse(row.smiles), row.origin, row.parent, row.name)
        )
    number = {event.seq: int(event.subject) for event in past if event.kind == "screening"}
    return tuple(Screening(number[seq], tuple(candidates)) for seq, candidates in chosen.items())


def read_answers(
    connection: sa.Connection, past: Sequence[Event], asked: Mapping[str, Request]
) -> dict[str, Answer]:
    """Request key -> answer, in the order recorded."""
    at = {event.seq: event.at for event in past}
    brought: dict[str, list[Value]] = {}
    for m in connection.execute(sa.select(measurements)):
        brought.setdefault(m.request, []).append(Value(m.property, m.value, m.unit, m.uncertainty))
    found = {}
    for a in connection.execute(sa.select(answers).order_by(answers.c.event)):
        cost = Cost(a.cpu_seconds, a.wall_seconds)
        outcome: Outcome = (
            Measurement(tuple(brought[a.request]), cost, a.details)
            if a.failure is None
            else Failure(FailureKind(a.failure), a.reason, cost, a.details)
        )
        found[a.request] = Answer(asked[a.request], outcome, at[a.event])
    return found


def reading_row(seq: int, position: int, reading: Reading) -> dict[str, Any]:
    """Row of ``readings``."""
    row = {"event": seq, "position": position, "smiles": reading.molecule.smiles}
    return row | {f.name: getattr(reading, f.name) for f in fields(Reading) if f.name != "molecule"}


def read_notebook(
    connection: sa.Connection, past: Sequence[Event], protocols: Mapping[str, OracleProtocol]
) -> Notebook:
    """Everything people reported."""
    at = {event.seq: event.at for event in past}
    names = [f.name for f in fields(Reading) if f.name != "molecule"]
    rows = connection.execute(sa.select(readings).order_by(readings.c.event, readings.c.position))
    reported = (
        Reported(Reading(parse(r.smiles), **{name: getattr(r, name) for name in names}), at[r.event])
        for r in rows
    )
    return Notebook(tuple(reported), protocols)


def reported_answers(notebook: Notebook, asked: Mapping[str, Request]) -> dict[str, Answer]:
    """Request key -> answer, of the requests that readings answer."""
    if not notebook.reported:
        return {}
    found = {key: (request, notebook.outcome(request)) for key, request in asked.items()}
    return {key: Answer(request, *told) for key, (request, told) in found.items() if told is not None}


FROM_ELSEWHERE = frozenset({"readings", "claim"})
"""Events that people make at any time; they are no sign that the program runs."""


def read_claims(connection: sa.Connection) -> list[Claim]:
    """Every claim and every giving back, in the order recorded."""
    rows = connection.execute(sa.select(events).filter_by(kind="claim").order_by(events.c.seq))
    return [
        Claim(r.subject.rpartition(":")[0], r.data["by"], r.at, r.data.get("released", False)) for r in rows
    ]


def read_sessions(past: Sequence[Event]) -> tuple[Session, ...]:
    """Every run of the program, each lasting until it said so or until its last sign of life."""
    found: list[Session] = []
    running = False
    for event in past:
        if event.kind == "session":
            found.append(Session(event.at, event.at, event.data["versions"]))
            running = True
        elif running and event.kind not in FROM_ELSEWHERE:
            found[-1] = Session(found[-1].started, event.at, found[-1].versions)
            running = event.kind != "session end"
    return tuple(found)


def read_closed(past: Sequence[Event]) -> str | None:
    """Why the campaign ended, or ``None`` if it goes on."""
    for event in reversed(past):
        if event.kind == "closed":
            return str(event.data["reason"])
        if event.kind == "reopened":
            return None
    return None


def read_requests(connection: sa.Connection) -> dict[str, Request]:
    """Request key -> request, in the order asked."""
    rows = connection.execute(sa.select(requests).order_by(sa.text("rowid")))
    return {r.key: Request(r.key, parse(r.smiles), r.oracle, r.protocol) for r in rows}


def read_attempts(connection: sa.Connection) -> dict[str, int]:
    """Request key -> how often a calculation was started."""
    counted = sa.select(attempts.c.request, sa.func.count()).group_by(attempts.c.request)
    return {row[0]: row[1] for row in connection.execute(counted)}


def read_protocols(connection: sa.Connection) -> dict[str, OracleProtocol]:
    """Digest -> protocol."""
    rows = connection.execute(sa.select(protocols))
    return {p.digest: OracleProtocol(p.oracle, p.name, p.settings, p.description) for p in rows}
