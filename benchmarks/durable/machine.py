"""What the durability benchmarks share: the machine, memory and CPU time, and commands run for real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from flows.versions import versions

ROOT = Path(__file__).parents[2]
ZINCLOOP = Path(sys.executable).parent / "zincloop"
PLUGIN = ROOT / "tests" / "plugin"
TICKS = os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """On which machine the figures are taken."""
    known = versions()
    load = os.getloadavg()[0]
    return f"{known['system']}, {known['cores']} cores, load {load:.1f}, Python {known['python']}"


def heading(what: str) -> None:
    """Say what is measured, and where."""
    print(f"{what}\n{machine()}", flush=True)


def environment() -> dict[str, str]:
    """That of a program with the oracles of ``tests/plugin``, on one thread."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": f"{PLUGIN}:{ROOT}"}


def timed(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Elapsed seconds of a command that has to succeed, and what it printed."""
    started = time.monotonic()
    done = subprocess.run(
        command, env=env or environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with status {done.returncode}: {done.stderr}")
    return time.monotonic() - started, done.stdout


def memory_mb(field: str = "VmHWM", pid: int | str = "self") -> float:
    """A line of ``/proc/PID/status`` in MB (2^20 bytes); 0 for a process that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1024
    return 0.0


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def cpu_seconds(pid: int) -> tuple[float, float]:
    """CPU time so far of a process, and of the children that it has seen end."""
    fields = list(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return sum(fields[:2]) / TICKS, sum(fields[2:]) / TICKS
