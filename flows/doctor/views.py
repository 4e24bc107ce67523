"""What ``zincloop doctor`` prints: a table in a terminal, a line for each finding elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows import terminal
from flows.doctor.calculation import Say
from flows.doctor.finding import Finding, Grade

STYLES = {Grade.OK: "green", Grade.WARNING: "yellow", Grade.TROUBLE: "bold red"}


def show(visit: Callable[[Say], Iterator[Finding]]) -> list[Finding]:
    """Print what a visit finds, and return it."""
    console = terminal.console()
    found = _in_terminal(console, visit) if console.is_terminal else _plain(console, visit)
    console.print(_summary(found), highlight=False)
    return found


def _in_terminal(console: Console, visit: Callable[[Say], Iterator[Finding]]) -> list[Finding]:
    with console.status("looking") as status:
        found = list(visit(status.update))
    table = Table(box=None, padding=(0, 1, 0, 0), show_header=False)
    for finding in found:
        seen = Text(finding.seen)
        if finding.advice:
            seen.append(f"\n{finding.advice}", style="bold")
        table.add_row(Text(finding.grade, style=STYLES[finding.grade]), finding.about, seen)
    console.print(table)
    return found


def _plain(console: Console, visit: Callable[[Say], Iterator[Finding]]) -> list[Finding]:
    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    found = []
    for finding in visit(say):
        found.append(finding)
        say(f"{finding.grade:<8}{finding.about}: {finding.seen}")
        if finding.advice:
            say(f"{'':<8}-> {finding.advice}")
    return found


def _summary(found: Sequence[Finding]) -> str:
    grades = Counter(f.grade for f in found)
    if grades[Grade.TROUBLE]:
        return f"{grades[Grade.TROUBLE]} in trouble, {grades[Grade.WARNING]} warnings"
    return f"nothing in trouble, {grades[Grade.WARNING]} warnings"
