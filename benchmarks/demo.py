"""Run the demonstration campaign and print its numbers beside what was asked of it.

    make bench-demo
    python -m benchmarks.demo [DIRECTORY]

Times come from the ledger: a worker is busy from the start of an attempt to the record of its answer.
Start-up (imports, the first design, Prefect's server) is printed apart. Give a directory to read a finished
run again.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from flows.opening import Opened, existing
from flows.summary import candidates
from flows.versions import versions
from loop.campaign import Event
from loop.records import Measurement

FILE = Path("examples/demo.toml")


@dataclass(frozen=True)
class Interval:
    """When a worker was busy, in seconds since 1970."""

    start: float
    end: float


def main() -> None:
    """Run and report."""
    if len(sys.argv) > 1:
        print_numbers(existing(Path(sys.argv[1])), None, None)
        return
    with tempfile.TemporaryDirectory(prefix="zincloop-demo-") as directory:
        started = time.monotonic()
        peak = run(Path(directory))
        print_numbers(existing(Path(directory)), time.monotonic() - started, peak)


def run(directory: Path) -> float:
    """Run the campaign in a process of its own; returns the peak memory of the controller in MB."""
    command = [str(Path(sys.executable).parent / "zincloop"), "run", str(FILE), "--directory", str(directory)]
    process = subprocess.Popen(command)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, _peak_mb(process.pid))
        time.sleep(1.0)
    if process.returncode:
        sys.exit(f"the demonstration ended with status {process.returncode}")
    return peak


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def busy(history: list[Event]) -> list[Interval]:
    """When calculations ran, from the events of the ledger; exact answers take no attempt, and no time."""
    begun, found = {}, []
    for event in history:
        if event.kind == "attempt":
            begun[event.subject.split(":")[0]] = event.at
        elif event.kind in ("measurement", "failure") and event.subject in begun:
            found.append(Interval(begun[event.subject], event.at))
    return found


def covered(intervals: list[Interval]) -> float:
    """Length of the union of intervals, in seconds."""
    total, reached = 0.0, 0.0
    for interval in sorted(intervals, key=lambda i: i.start):
        total += max(0.0, interval.end - max(interval.start, reached))
        reached = max(reached, interval.end)
    return total


def print_numbers(opened: Opened, wall: float | None, peak: float | None) -> None:
    """Print the table."""
    state, history = opened.ledger.state(), opened.ledger.history()
    definition, workers = opened.assembled.definition, opened.assembled.workers.count
    intervals = busy(history)
    begin, end = min(i.start for i in intervals), max(i.end for i in intervals)
    span = end - begin
    complete, _ = state.complete(definition.objectives)
    measured = sum(isinstance(a.outcome, Measurement) for a in state.answers.values())
    rows = [
        ("wall clock, whole command", f"{wall / 60:.1f} min" if wall else "not run here", "<= 15 min"),
        ("start-up to the first calculation", f"{begin - state.sessions[0].started:.0f} s", "apart"),
        ("molecules with all objectives", str(len(complete)), ">= 16"),
        ("rounds after the initial design", str(len(state.rounds) - 1), ">= 3"),
        ("requests that ended in a measurement", f"{measured / len(state.requests):.1%}", ">= 95 %"),
        ("time with no calculation running", f"{1 - covered(intervals) / span:.1%}", "<= 10 %"),
        ("oracle workers busy", f"{sum(i.end - i.start for i in intervals) / span / workers:.1%}", ">= 85 %"),
        ("peak memory of the controller", f"{peak:.0f} MB" if peak else "not run here", "<= 2000 MB"),
    ]
    known = versions()
    print(f"\n{known['system']}, {known['cores']} cores; {workers} workers, one thread each")
    for name, value, wanted in rows:
        print(f"{name:40s} {value:>14s}   asked: {wanted}")
    print()
    shown = candidates(definition, state)
    print(shown.drop(columns=["parent", "reason"]).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
