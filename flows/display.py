"""What a person sees while a campaign runs: a live view in a terminal, a few lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from concurrent.futures import Future
from concurrent.futures import wait as wait_for

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from flows import terminal
from flows.conduct import Conductor
from flows.summary import names, spending
from loop.campaign import State
from loop.ledger import LedgerError
from loop.metrics import hypervolume
from loop.objective import gains
from loop.records import Failure

REFRESH_SECONDS = 0.5
ORIGIN_NOTE = "hypervolume from the declared references"


def watch(conductor: Conductor, work: Future[str]) -> None:
    """Show progress until the work is done, which nothing that is wrong with the showing ends."""
    console = terminal.console()
    with contextlib.suppress(OSError):  # who looked on is gone
        if console.is_terminal:
            _live(conductor, work, console)
        else:
            _plain(conductor, work)
    wait_for([work])


def _live(conductor: Conductor, work: Future[str], console: Console) -> None:
    state = _state(conductor, State())
    with Live(console=console, refresh_per_second=2, transient=False) as live:
        while not work.done():
            live.update(_view(conductor, state := _state(conductor, state)))
            wait_for([work], timeout=REFRESH_SECONDS)
        live.update(_view(conductor, _state(conductor, state)))


def _state(conductor: Conductor, before: State) -> State:
    """The campaign as of now, or as it was when the ledger could last be read: calculations go on without."""
    try:
        return conductor.ledger.state()
    except LedgerError:
        return before


def _plain(conductor: Conductor, work: Future[str]) -> None:
    """One line per round, for log files and batch systems; earlier runs have told of what was done before."""
    state = _state(conductor, State())
    told = len(_done(state))
    while True:
        ended = work.done()
        state = _state(conductor, state)
        done = _done(state)
        for number in done[told:]:
            sys.stdout.write(f"round {number}: {_round_line(conductor, state, number)}\n")
            sys.stdout.flush()
        told = max(told, len(done))
        if ended:
            return
        wait_for([work], timeout=1.0)


def _done(state: State) -> list[int]:
    return [r.number for r in state.rounds if not any(p.candidate.molecule in state.awaited for p in r.picks)]


def _round_line(conductor: Conductor, state: State, number: int) -> str:
    asked = {p.candidate.molecule for p in state.rounds[number].picks}
    failed = {a.request.molecule for a in state.failures} & asked
    volume = state.hypervolume_by_round(conductor.assembled.definition.objectives)[number]
    return (
        f"{len(asked)} molecules, {len(failed)} with a failure, hypervolume {volume:.4f}, "
        f"{state.cpu_seconds / 3600:.2f} core-hours so far"
    )


def _view(conductor: Conductor, state: State) -> Panel:
    definition = conductor.assembled.definition
    title = f"zincloop  {definition.name}  seed {definition.seed}"
    subtitle = f"{conductor.activity.phase}; Ctrl-C stops cleanly, the same command goes on"
    shown = Group(_budget(conductor, state), _running(conductor, state), _standing(conductor, state))
    return Panel(shown, title=title, subtitle=subtitle, title_align="left", subtitle_align="left")


def _budget(conductor: Conductor, state: State) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for line in spending(conductor.assembled.definition, state):
        bar = ProgressBar(total=1.0, completed=line.fraction or 0.0, width=30)
        table.add_row(line.name, bar if line.limit is not None else "", str(line))
    left = estimate_seconds(conductor, state)
    table.add_row("estimate", "", "" if left is None else f"about {left / 60:.0f} min left at most")
    return table


def _running(conductor: Conductor, state: State) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for column in ("running", "molecule", "elapsed"):
        table.add_column(column)
    known, now = names(state), time.monotonic()
    for request, started in list(conductor.activity.running.values()):
        table.add_row(request.oracle, known.get(request.molecule, ""), f"{now - started:.0f} s")
    waiting = len(state.pending) - len(conductor.activity.running)
    if waiting > 0:
        table.add_row(Text(f"{waiting} more waiting", style="dim"))
    return table


def _standing(conductor: Conductor, state: State) -> Text:
    objectives = conductor.assembled.definition.objectives
    molecules, table = state.complete(objectives)
    line = Text(f"\n{len(molecules)} molecules complete, {len(state.failures)} failures")
    if molecules:
        volume = hypervolume(gains(objectives, table), table[0] * 0.0)
        line.append(f", {len(state.pareto(objectives))} on the Pareto front, hypervolume {volume:.4f}")
        line.append(f" ({ORIGIN_NOTE})", style="dim")
    last = state.failures[-1] if state.failures else None
    if last is not None and isinstance(last.outcome, Failure):
        line.append(f"\nlast failure: {last.request.oracle} {last.request.molecule}: {last.outcome.reason}")
    return line


def estimate_seconds(conductor: Conductor, state: State) -> float | None:
    """Upper estimate of the time left, from the mean cost of an evaluation so far and the budget."""
    definition = conductor.assembled.definition
    done = len(state.ended)
    if not done or not state.cpu_seconds:
        return None
    each = state.cpu_seconds / done / conductor.assembled.workers.count
    budget, ends = definition.budget, []
    if budget.evaluations is not None:
        ends.append((budget.evaluations - done) * each)
    if budget.rounds is not None:
        rounds = budget.rounds + 1 - len(state.rounds)
        ends.append((rounds * definition.batch + state.evaluations - done) * each)
    if budget.core_hours is not None:
        left = budget.core_hours * 3600 - state.cpu_seconds
        ends.append(left / conductor.assembled.workers.count)
    if budget.wall_clock_hours is not None:
        ends.append(budget.wall_clock_hours * 3600 - state.wall_seconds)
    return max(min(ends), 0.0) if ends else None
