"""Assemble the report from the state and write it in one piece."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from flows.opening import Opened
from flows.report import figures
from flows.report.complexes import Picture, pictures
from flows.report.drawing import draw
from flows.summary import names, spending, worst_gain
from flows.versions import versions
from loop.agreement import agreements
from loop.believing import TROUBLES
from loop.calibration import expectations
from loop.campaign import Answer, State
from loop.definition import Definition
from loop.metrics import hypervolume
from loop.molecule import Molecule
from loop.objective import gains
from loop.proposing import ACCOUNTS
from loop.reasons import groups
from loop.records import Failure
from loop.rungs import tally

CARDS = 24


def write_report(opened: Opened) -> Path:
    """Write ``report.html`` into the campaign's directory, replacing an older one in one step."""
    path = opened.store.report
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(render(opened), encoding="utf-8")
    partial.replace(path)
    return path


def render(opened: Opened) -> str:
    """Build the page."""
    state, definition = opened.ledger.state(), opened.assembled.definition
    environment = Environment(
        loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["time"] = lambda at: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    molecules, table = state.complete(definition.objectives)
    known = names(state)
    return environment.get_template("report.html").render(
        definition=definition,
        state=state,
        spending=spending(definition, state),
        complete=len(molecules),
        volume=hypervolume(gains(definition.objectives, table), table[0] * 0.0) if molecules else None,
        met=len(state.meeting_all_goals(definition.objectives)) if state.rounds else 0,
        front=len(state.pareto(definition.objectives)),
        cards=cards(definition, state),
        pareto=_div(figures.pareto(definition, state)),
        curves=_div(figures.hypervolume_curves(definition, state)),
        predicted=_div(figures.predicted_against_measured(definition, state)),
        expectations=expectations(state, [o.property for o in definition.objectives]),
        units={o.property: o.unit for o in definition.objectives},
        rows=rows(definition, state),
        failures=[
            _failure(state, known, a) for a in sorted((*state.failures, *state.setbacks), key=lambda a: a.at)
        ],
        tally=tally(state),
        reasons=groups(state),
        readings=_readings(state),
        agreements=agreements(state, opened.assembled.checks),
        checked=_div(figures.computed_against_measured(opened.assembled, state)),
        proposals=proposals(state),
        teachings=state.teachings,
        troubles=TROUBLES,
        versions=state.sessions[-1].versions if state.sessions else versions(),
        resolved=json.dumps(opened.assembled.resolved, indent=2, ensure_ascii=False),
        digest=opened.assembled.digest,
        plotlyjs=get_plotlyjs(),
        now=datetime.now(UTC).timestamp(),
    )


def cards(definition: Definition, state: State) -> list[Mapping[str, Any]]:
    """The first molecules of the Pareto front, with their complexes."""
    shown = state.pareto(definition.objectives)[:CARDS]
    found = pictures(definition.objectives, state, shown)
    return [card(definition, state, molecule, found.get(molecule)) for molecule in shown]


def card(
    definition: Definition, state: State, molecule: Molecule, picture: Picture | None
) -> Mapping[str, Any]:
    """What a card of the Pareto front shows."""
    pick = next(p for p in state.picks if p.candidate.molecule == molecule)
    return {
        "svg": draw(molecule),
        "picture": picture,
        "smiles": str(molecule),
        "formula": molecule.formula,
        "name": pick.candidate.name or "",
        "origin": pick.candidate.origin,
        "parent": pick.candidate.parent or "",
        "worst": worst_gain(definition, state, molecule),
        "values": _values(definition, state, molecule),
    }


def rows(definition: Definition, state: State) -> list[Mapping[str, Any]]:
    """The lines of the table of all molecules."""
    known, front = names(state), set(state.pareto(definition.objectives))
    return [
        {
            "round": r.number,
            "smiles": str(molecule),
            "name": known[molecule],
            "origin": pick.candidate.origin,
            "reason": pick.reason,
            "values": _values(definition, state, molecule),
            "front": molecule in front,
        }
        for r in state.rounds
        for pick in r.picks
        for molecule in (pick.candidate.molecule,)
    ]


def proposals(state: State) -> list[Mapping[str, Any]]:
    """How what generators proposed was found, a line for each round and origin, the last round first."""
    return [
        {"round": r.number, "generator": kind, "origin": origin, **figures}
        for r in reversed(state.rounds)
        for kind, account in r.notes.get(ACCOUNTS, {}).items()
        for origin, figures in account.items()
    ]


def _values(definition: Definition, state: State, molecule: Molecule) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for objective in definition.objectives:
        value = state.values.get(objective.property, {}).get(molecule)
        found.append(
            {
                "property": objective.property,
                "unit": objective.unit,
                "value": value,
                "met": value is not None and bool(objective.met(np.array([value.value]))[0]),
            }
        )
    return found


def _failure(state: State, known: Mapping[Molecule, str], answer: Answer) -> Mapping[str, Any]:
    outcome = answer.outcome
    assert isinstance(outcome, Failure)  # noqa: S101 - the caller asks for failures
    return {
        "name": known.get(answer.request.molecule, str(answer.request.molecule)),
        "smiles": str(answer.request.molecule),
        "oracle": answer.request.oracle,
        "kind": str(outcome.kind),
        "reason": outcome.reason,
        "cpu": outcome.cost.cpu_seconds,
        "then": _then(state, answer),
        "at": answer.at,
    }


def _then(state: State, failed: Answer) -> str:
    """What became of the request after this failure."""
    if not failed.attempt:
        return "given up"
    ended = state.answers.get(failed.request.key)
    if ended is None:
        return "to be tried again"
    return "failed again" if isinstance(ended.outcome, Failure) else "measured at another try"


def _readings(state: State) -> list[Mapping[str, Any]]:
    """What people reported, each with what became of it."""
    known = names(state)
    return [
        {
            "name": known.get(reading.molecule, str(reading.molecule)),
            "reading": reading,
            "at": reported.at,
            "superseded": state.notebook.superseded(reading),
        }
        for reported in state.notebook.reported
        for reading in (reported.reading,)
    ]


def _div(figure: go.Figure | None) -> str | None:
    if figure is None:
        return None
    div: str = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
    return div
