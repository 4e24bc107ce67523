"""What ``zincloop status`` prints: one screen of where a campaign stands.

To read the ledger of a campaign of a hundred thousand evaluations takes seconds. A run that has read it
anyway keeps the screen beside it, marked with the last event that is on it.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from flows import terminal
from flows.opening import Opened
from flows.summary import best_balanced, names, spending
from flows.views import label, molecule_table, standing
from loop.agreement import agreements
from loop.believing import TROUBLES
from loop.calibration import expectations
from loop.campaign import State
from loop.metrics import hypervolume
from loop.objective import gains
from loop.rungs import tally
from oracles.contained.spool import write_json

SHOWN = 8

LOOKED_AT = 500
"""Answers, the last ones, of which it is told how they converged: their details are 0.14 CPU seconds of
reading. The report tells it of all."""

LONG = 5000
"""Answers from which on a campaign's screen is kept: less is read in a second."""

WIDTH = 80


def show_status(opened: Opened) -> None:
    """One screen: budget, rounds, the best molecules, failures."""
    console = terminal.console()
    kept = _kept(opened)
    if kept is None:
        _show(console, opened, opened.ledger.state())
    else:
        console.print(kept, highlight=False, markup=False, end="")


def keep_status(opened: Opened) -> None:
    """Keep the screen of a long campaign for those who look at it later."""
    state = opened.ledger.state()
    if len(state.answers) < LONG:
        return
    screen = Console(file=io.StringIO(), width=WIDTH, color_system=None, emoji=False, record=True)
    _show(screen, opened, state)
    content = {"seq": state.seq, "at": state.at, "screen": screen.export_text()}
    write_json(opened.store.status, content)


def _kept(opened: Opened) -> str | None:
    """The screen that was kept; ``None`` where there is none, or what came since can be waited for."""
    try:
        content = json.loads(opened.store.status.read_text(encoding="utf-8"))
        seq, at, screen = int(content["seq"]), float(content["at"]), str(content["screen"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    later = opened.ledger.last() - seq
    if later == 0:
        return screen
    if opened.store.holder() is None:
        return None  # no run will tell; it is read again
    when = datetime.fromtimestamp(at, UTC)
    events = f"{later} event{'s' if later > 1 else ''}"
    return f"{screen}  as of {when:%Y-%m-%d %H:%M} UTC, {events} ago; renewed with each round\n"


def _show(console: Console, opened: Opened, state: State) -> None:
    definition = opened.assembled.definition
    console.print(f"[bold]{definition.name}[/]: {standing(opened, state)}", highlight=False)
    console.print("  " + "; ".join(f"{s.name} {s}" for s in spending(definition, state)), highlight=False)
    molecules, table = state.complete(definition.objectives)
    kinds = ", ".join(f"{a.request.oracle}: {a.outcome.reason}" for a in state.failures[-3:])  # type: ignore[union-attr]
    console.print(
        f"  {len(state.answers)} of {len(state.requests)} requests answered, {len(state.failures)} failures"
        + (f" (last: {kinds})" if kinds else "")
        + (f", {len(state.setbacks)} tries that failed and were repeated" if state.setbacks else "")
        + (f", {len(state.screened)} candidates screened" if state.screened else ""),
        highlight=False,
    )
    for line in _convergence(state):
        console.print(f"  {line}", highlight=False)
    _checks(console, opened, state)
    if not molecules:
        return
    volume = hypervolume(gains(definition.objectives, table), table[0] * 0.0)
    met = state.meeting_all_goals(definition.objectives)
    console.print(
        f"  {len(molecules)} molecules complete, {len(state.pareto(definition.objectives))} on the Pareto "
        f"front, {len(met)} meet every goal, hypervolume {volume:.4f} from the declared references",
        highlight=False,
    )
    console.print(_best(opened, state))
    for name, why in (state.rounds[-1].notes.get(TROUBLES, {}) if state.rounds else {}).items():
        told = f"  warning: the last round was picked with an older model of {name}: {why}"
        console.print(told, style="yellow", highlight=False)
    for found in expectations(state, [o.property for o in definition.objectives]):
        if found.alarm is not None:
            console.print(f"  warning: {found.alarm}", style="yellow", highlight=False)


def _convergence(state: State) -> list[str]:
    """How calculations converged, and what those that did not have cost; nothing where nothing was noted."""
    told = tally(state, LOOKED_AT)
    of = f" of the last {LOOKED_AT} answers" if len(state.computed) > LOOKED_AT else ""
    lines = [f"converged{of}: {'; '.join(map(str, told.needed))}"] if told.needed else []
    costs = [] if told.in_vain is None else [f"{100 * told.in_vain:.0f} % of their CPU time was in vain"]
    spent: dict[str, float] = {}
    for answer in (*state.failures, *state.setbacks):
        kind = str(answer.outcome.kind)  # type: ignore[union-attr]
        spent[kind] = spent.get(kind, 0.0) + answer.outcome.cost.cpu_seconds
    if told.settled and spent:
        costs.append(
            "failures cost " + ", ".join(f"{s:.0f} CPU s ({kind})" for kind, s in sorted(spent.items()))
        )
    return [*lines, "; ".join(costs)] if costs else lines


def _checks(console: Console, opened: Opened, state: State) -> None:
    """What the laboratory says of computed properties."""
    for check in agreements(state, opened.assembled.checks):
        console.print(
            f"  {check.measured_name} (measured) and {check.computed_name} (computed): rank correlation "
            f"{check.rank_correlation:.2f} over {check.n} molecules",
            highlight=False,
        )
        if check.alarm is not None:
            console.print(f"  warning: {check.alarm}", style="yellow", highlight=False)


def _best(opened: Opened, state: State) -> Table:
    definition = opened.assembled.definition
    table = molecule_table(definition.objectives, "best balanced on the Pareto front")
    known = names(state)
    for molecule in best_balanced(definition, state, SHOWN):
        values = [state.values[o.property][molecule] for o in definition.objectives]
        table.add_row(
            label(molecule, known[molecule]), *(f"{v.value:.2f} ± {v.uncertainty:.2f}" for v in values)
        )
    return table
