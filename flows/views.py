"""What ``validate``, ``status`` and ``propose`` print."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from flows import terminal
from flows.assembly import Assembled
from flows.campaign_file.tables import ClusterTable
from flows.leaving_out import show_left_out
from flows.notifying.addresses import KEPT, holds_secret, shown
from flows.opening import Opened
from flows.summary import spending
from loop.asking import to_compute
from loop.campaign import State
from loop.definition import Definition
from loop.learning import ready_to_learn
from loop.lessons import teach
from loop.molecule import Molecule
from loop.objective import Objective
from loop.proposing import propose, screen
from loop.protocols import DeferredOracle
from loop.records import Pick
from loop.stopping import oracle_broken

SHOWN = 8


def describe(assembled: Assembled) -> None:
    """Say what a valid campaign would do."""
    console = terminal.console()
    definition = assembled.definition
    console.print(f"[bold]{definition.name}[/] is valid (digest {assembled.digest}, seed {definition.seed})")
    for objective in definition.objectives:
        console.print(f"  {objective.property}: {objective.goal()}", highlight=False)
    for oracle in assembled.parts.oracles:
        protocol = oracle.protocol()
        told = f"{oracle.kind}: protocol {protocol.name} ({protocol.digest}). {protocol.description}"
        console.print(Padding(Text(told), (0, 0, 0, 2)))
    first = sum(s.initial for s in assembled.parts.sources)
    budget = "; ".join(
        f"{s.name} {s.limit:g} {s.unit}" for s in spending(definition, State()) if s.limit is not None
    )
    console.print(
        f"  initial design of {first}, then rounds of {definition.batch} chosen from {definition.pool}; "
        f"budget: {budget}; {assembled.workers.count} workers",
        highlight=False,
    )
    show_left_out(console, assembled)
    if definition.screened:
        estimates = ", ".join(f"{dear} by {cheap}" for dear, cheap in definition.cheaper.items())
        console.print(
            f"  before each round {definition.screened} candidates are screened: {estimates}", highlight=False
        )
    if any(isinstance(oracle, DeferredOracle) for oracle in assembled.parts.oracles):
        _describe_laboratory(console, assembled)
    _describe_notifications(console, assembled)
    if assembled.workers.cluster is not None:
        _describe_cluster(console, assembled, assembled.workers.cluster)
        if assembled.workers.cluster.kind != "local":
            return
    cores = len(os.sched_getaffinity(0))
    if assembled.workers.count > cores:
        console.print(f"  note: {assembled.workers.count} workers share the {cores} cores of this machine")


def _describe_cluster(console: Console, assembled: Assembled, table: ClusterTable) -> None:
    count = assembled.workers.count
    if table.kind in ("slurm", "pbs"):
        where = f" in queue {table.queue}" if table.queue else ""
        jobs, each = (
            math.ceil(count / table.at_once),
            f"{table.at_once} at once in each, {table.walltime} long",
        )
        told = f"on at most {jobs} jobs of {table.kind.upper()}{where}, {each}"
    else:
        told = f"on the scheduler {table.address}" if table.address else "on workers of Dask on this machine"
    console.print(f"  calculations run {told}", highlight=False, markup=False)
    for kind, means in assembled.containment.items():
        if table.kind in ("slurm", "pbs") and means.deadline_seconds > table.seconds:
            console.print(
                f"  warning: {kind}: a deadline of {means.deadline_seconds / 60:g} minutes is longer than "
                f"the walltime of the jobs, {table.walltime}",
                style="yellow",
                highlight=False,
            )


def _describe_laboratory(console: Console, assembled: Assembled) -> None:
    definition = assembled.definition
    console.print(f"  while only the laboratory has to answer: {_meanwhile(definition)}", highlight=False)
    if definition.waiting.ask_best is not None:
        console.print(
            f"  it is asked about the best {definition.waiting.ask_best} of each round", highlight=False
        )
    used = {o.property for o in definition.objectives} | set(assembled.checks)
    people = [oracle for oracle in assembled.parts.oracles if isinstance(oracle, DeferredOracle)]
    idle = [assay.property for oracle in people for assay in oracle.wanted if assay.property not in used]
    if idle:
        be = "is no objective and checks" if len(idle) == 1 else "are no objectives and check"
        told = f"  note: {', '.join(idle)} will be measured, but {be} none"
        console.print(told, highlight=False)


def _describe_notifications(console: Console, assembled: Assembled) -> None:
    table = assembled.notifications
    places = [*map(shown, table.urls), *([table.file] if table.file else [])]
    if places:
        told = f"  notifications of {', '.join(table.on)} go to {', '.join(places)}"
        console.print(told, highlight=False, markup=False)
    for url in table.urls:
        if holds_secret(url):
            console.print(f"  warning: {shown(url)} {KEPT}", style="yellow", highlight=False)


def standing(opened: Opened, state: State) -> str:
    """Where a campaign stands, in a clause."""
    if state.closed is not None:
        return state.closed
    broken = oracle_broken(opened.assembled.definition.stop.failures_in_a_row, state)
    if broken is not None:
        return f"paused, because {broken}; mend it and go on with 'zincloop run'"
    if not state.pending:
        return "waiting to go on"
    if to_compute(opened.assembled.parts, state):
        return "a round is open"
    last = max((r.opened_at for r in state.rounds), default=state.at)
    return (
        f"the laboratory has {len(state.awaited)} molecules, the last for "
        f"{max(0.0, state.at - last) / 86400:.1f} days; meanwhile: {_meanwhile(opened.assembled.definition)}"
    )


def _meanwhile(definition: Definition) -> str:
    waiting = definition.waiting
    until = "" if waiting.until is None else f" until {datetime.fromtimestamp(waiting.until, UTC).date()}"
    most = "" if waiting.open_at_most is None else f", {waiting.open_at_most} molecules there at most"
    return f"{waiting.meanwhile}{until}{most}"


def show_proposal(assembled: Assembled, state: State) -> None:
    """The next batch with predictions and reasons; of an ended campaign, what more budget would buy."""
    console = terminal.console()
    definition = assembled.definition
    if state.closed is not None:
        console.print(f"ended: {state.closed}; with a larger budget it would go on with:", highlight=False)
        definition = replace(definition, budget=replace(definition.budget, evaluations=None))
    if state.pending and not ready_to_learn(definition, assembled.parts, state):
        console.print(
            f"{len(state.awaited)} molecules are asked for; too little is known yet to say what comes next",
            highlight=False,
        )
        return
    if (lesson := teach(definition, assembled.parts, state)) is not None:
        kind, known = assembled.parts.sources[lesson.source].generator.kind, len(lesson.lesson.molecules)
        console.print(
            f"{kind} would be taught {known} measured molecules first; without that it would choose:",
            highlight=False,
        )
    if (first := screen(definition, assembled.parts, state)) is not None:
        console.print(
            f"{len(first.candidates)} candidates would be screened first; without that it would choose:",
            highlight=False,
        )
    proposal = propose(definition, assembled.parts, state)
    if not proposal.batch:
        console.print("nothing left to propose inside the limits")
        return
    console.print(_picks(definition, proposal.batch, f"round {proposal.number}, seed {proposal.seed}"))
    console.print("\nwhy", style="bold")
    for pick in proposal.batch:
        candidate = pick.candidate
        parent = f" of {candidate.parent}" if candidate.parent else ""
        console.print(
            f"  {candidate.name or candidate.molecule} ({candidate.origin}{parent}): {pick.reason}",
            highlight=False,
            markup=False,
        )


def _picks(definition: Definition, batch: Sequence[Pick], title: str) -> Table:
    objectives = definition.objectives if any(p.predictions for p in batch) else ()
    table = molecule_table(objectives, title)
    for pick in batch:
        expected = [pick.predictions.get(o.property) for o in objectives]
        table.add_row(
            label(pick.candidate.molecule, pick.candidate.name),
            *("" if p is None else f"{p.mean:.2f}" + (f" ± {p.sd:.2f}" if p.sd else "") for p in expected),
        )
    return table


def molecule_table(objectives: Sequence[Objective], title: str) -> Table:
    """Molecules down, objectives across; four objectives fit into 80 columns."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0), min_width=len(title) + 1)
    table.add_column("molecule", overflow="fold")
    for objective in objectives:
        unit = "" if objective.unit == "1" else f"\n{objective.unit}"
        table.add_column(f"{objective.property}{unit}", justify="right", no_wrap=True)
    return table


def label(molecule: Molecule, name: str | None) -> Text:
    """A molecule as it stands in a table."""
    text = Text(str(molecule))
    if name and name != str(molecule):
        text.append(f"\n{name}", style="dim")
    return text
