"""What ``zincloop validate-oracles`` prints: tables in a terminal, a line for each check elsewhere."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from flows import terminal
from flows.validating.validating import Judgement, Plan, carry_out
from flows.versions import versions
from oracles.validation.calculation import Calculation
from oracles.validation.check import Grade, Group, Verdict

STYLES = {Grade.OK: "green", Grade.DRIFTED: "bold red", Grade.FAILED: "bold red"}
PROGRAMS = ("zincloop", "pyscf", "pyscf-dispersion", "tblite", "rdkit", "ase", "numpy")


def show(groups: Sequence[Group], full: bool, workers: int) -> list[Verdict]:
    """Validate, with progress in a terminal, and print every value beside its reference."""
    console, began = terminal.console(), time.monotonic()
    for line in machine():
        _say(console, line)
    plan = Plan.of(groups, full)
    judgement = _calculated(console, plan, workers)
    for group, verdicts in judgement.verdicts.items():
        _show(console, group, verdicts)
    found = [v for verdicts in judgement.verdicts.values() for v in verdicts]
    _say(console, f"\n{summary(found)}")
    _say(console, f"{judgement.cpu_seconds:.0f} CPU seconds, {time.monotonic() - began:.0f} s on the clock")
    return found


def machine() -> tuple[str, str]:
    """On what these numbers are computed, in two lines."""
    known = versions()
    programs = ", ".join(f"{name} {known[name]}" for name in PROGRAMS)
    return f"{known['host']}: {known['system']}, {known['cores']} cores, Python {known['python']}", programs


def summary(found: Sequence[Verdict]) -> str:
    """How many checks came out how."""
    grades = Counter(verdict.grade for verdict in found)
    if len(found) == grades[Grade.OK]:
        return f"{len(found)} checks, nothing drifted"
    return f"{len(found)} checks, {grades[Grade.DRIFTED]} drifted, {grades[Grade.FAILED]} failed"


def _calculated(console: Console, plan: Plan, workers: int) -> Judgement:
    if not console.is_terminal:
        return carry_out(plan, workers, lambda _: None)
    columns = (_Left(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    left = list(plan.calculations)
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        until = began + seconds_left(plan, left, 0.0, workers)
        task = progress.add_task("", total=len(left), until=until)

        def done(calculation: Calculation) -> None:
            left.remove(calculation)
            now = time.monotonic()
            until = now + seconds_left(plan, left, now - began, workers)
            progress.update(task, advance=1, until=until)

        return carry_out(plan, workers, done)


class _Left(ProgressColumn):
    """How long it takes yet, by the estimate made when the last answer came."""

    def render(self, task: Task) -> Text:
        """In words."""
        return Text(in_words(task.fields["until"] - time.monotonic()))


def seconds_left(plan: Plan, left: Sequence[Calculation], elapsed: float, workers: int) -> float:
    """How long it will take yet, by the oracles' own estimates and by how good these were so far."""
    open_seconds = sum(calculation.expected_cpu_seconds for calculation in left)
    done_seconds = plan.expected_cpu_seconds - open_seconds
    return open_seconds * (elapsed / done_seconds if done_seconds else 1.0 / workers)


def in_words(seconds: float) -> str:
    """A time left, in minutes."""
    return "less than a minute left" if seconds < 60 else f"about {seconds / 60:.0f} min left"


def _show(console: Console, group: Group, verdicts: Sequence[Verdict]) -> None:
    _say(console, f"\n{group.name}: {group.title}")
    if console.is_terminal:
        console.print(_table(verdicts))
    else:
        for verdict in verdicts:
            _say(console, line(verdict))
    if any(verdict.grade is not Grade.OK for verdict in verdicts):
        _say(console, f"what a drift means: {group.drift}")


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    for column in ("", "what", "computed", "reference", "tolerance", "unit", "source"):
        table.add_column(column, justify="right" if column in ("computed", "reference") else "left")
    for verdict in verdicts:
        check = verdict.check
        computed = verdict.reason if verdict.value is None else _number(verdict.value)
        table.add_row(
            Text(verdict.grade, style=STYLES[verdict.grade]),
            check.what,
            Text(computed),
            _number(check.reference),
            check.tolerance,
            "" if check.unit == "1" else check.unit,
            check.source,
        )
    return table


def line(verdict: Verdict) -> str:
    """One check in one line, for log files."""
    check = verdict.check
    if verdict.value is None:
        return f"{verdict.grade:<8}{check.what}: {verdict.reason}"
    unit = "" if check.unit == "1" else f" {check.unit}"
    against = f"reference {_number(check.reference)} {check.tolerance} ({check.source})"
    return f"{verdict.grade:<8}{check.what}: {_number(verdict.value)}{unit}, {against}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value + 0.0:.0f}" if float(value).is_integer() else f"{value:.3f}"


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
