"""What ``zincloop lab`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from flows import terminal
from flows.laboratory.asking import Open, asked_requests, open_requests
from flows.laboratory.taking import Taken
from flows.opening import Opened

SHOWN = 30
WARNING = "warning: "


def show_requests(opened: Opened, asked: Sequence[Open]) -> None:
    """What waits to be measured, and why it was chosen."""
    console = terminal.console()
    if not asked:
        console.print(f"{opened.assembled.definition.name}: {_nothing(opened)}", highlight=False)
        return
    table = Table(box=None, padding=(0, 1, 0, 0))
    claimed = any(request.claim is not None for request in asked)
    for column in ("request", "molecule", "missing", *(["claimed by"] if claimed else []), "why"):
        table.add_column(column, overflow="fold")
    for request in asked[:SHOWN]:
        candidate = request.pick.candidate
        missing = ", ".join(
            assay.property + (f" x{n}" if n > 1 else "") for assay, n in request.missing.items()
        )
        molecule = f"{candidate.name}\n{candidate.molecule}" if candidate.name else str(candidate.molecule)
        by = [] if not claimed else [str(request.claim or "")]
        why = f"round {request.round}: {request.pick.reason}"
        table.add_row(request.short, molecule, missing, *by, why)
    console.print(table, markup=False)
    if len(asked) > SHOWN:
        console.print(f"and {len(asked) - SHOWN} more; --csv and --sheet write all", highlight=False)


def _nothing(opened: Opened) -> str:
    """Why nothing waits to be measured, and what to do about it."""
    state, run = opened.ledger.state(), f"'zincloop run {opened.store.directory}'"
    if state.closed is not None:
        return f"nothing waits to be measured, and the campaign has ended ({state.closed})"
    if not state.rounds:
        return f"nothing was asked yet; {run} picks the first molecules, which takes a minute or so"
    if not asked_requests(opened, state):
        return f"nothing was asked yet; it is when {run} has computed the molecules that were picked"
    return f"nothing waits to be measured; {run} picks the next molecules"


def show_taken(opened: Opened, taken: Taken, dry: bool) -> None:
    """What came of a file."""
    console = terminal.console()
    for line in account(opened, taken, dry):
        style = "yellow" if line.startswith(WARNING) else None
        console.print(line, style=style, highlight=False, markup=False)


def account(opened: Opened, taken: Taken, dry: bool) -> list[str]:
    """What came of a file, a line for each thing to know."""
    news = taken.intake.news
    corrections = sum(r.correction for r in news)
    invalid = sum(not r.valid for r in news)
    parts = [
        f"{len(news)} new readings",
        *([f"{corrections} of them corrections"] if corrections else []),
        *([f"{invalid} of them not valid"] if invalid else []),
        f"{taken.intake.known} known already",
        f"{taken.empty} rows without a value",
    ]
    told = [("would take in " if dry else "") + ", ".join(parts)]
    by_property = Counter(r.property for r in news)
    if len(by_property) > 1:
        told.append("  " + ", ".join(f"{name}: {n}" for name, n in by_property.items()))
    told += [f"  read with {taken.read_as}"] if taken.read_as else []
    told += [f"  converted {clause}" for clause in taken.converted]
    told += [f"{WARNING}{doubt}" for doubt in taken.doubts]
    if dry:
        return [*told, "nothing was changed"]
    left = len(open_requests(opened, taken.after))
    told.append(f"{taken.answered} requests answered by this, {left} still open")
    if taken.after.closed is not None:
        told.append(f"the campaign has ended ({taken.after.closed}); the readings are kept")
    return told
