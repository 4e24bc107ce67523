"""A campaign that waits for its laboratory, started by the real command and left alone."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.durable.laboratory import waiting
from benchmarks.durable.machine import ROOT, ZINCLOOP, environment, heading, memory_mb


def arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--seconds", type=float, default=60.0)


def main(options: argparse.Namespace) -> None:
    """Run and print."""
    heading(f"waiting: a campaign that only waits for its laboratory, for {options.seconds:g} s")
    with tempfile.TemporaryDirectory(prefix="zincloop-waiting-") as directory:
        command: list[str | Path] = [ZINCLOOP, "run", waiting(Path(directory))]
        process = subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            _asleep(process)
            before = cpu_seconds(process.pid)
            time.sleep(options.seconds)
            spent = cpu_seconds(process.pid) - before
            print(f"CPU: {1000 * spent:.1f} ms, {spent / options.seconds:.3%} of a core")
            print(f"memory: RSS {memory_mb('VmRSS', process.pid):.1f} MB, PSS {pss_mb(process.pid):.1f} MB")
        finally:
            process.kill()
            process.wait()


def _asleep(process: subprocess.Popen[bytes]) -> None:
    """Wait until it has turned into the process that waits, and a little longer."""
    while b"flows.waiting" not in Path(f"/proc/{process.pid}/cmdline").read_bytes():
        if process.poll() is not None:
            sys.exit("it ended instead of waiting")
        time.sleep(0.1)
    time.sleep(2.0)


def cpu_seconds(pid: int) -> float:
    """CPU time of the one thread of a process so far."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def pss_mb(pid: int) -> float:
    """Memory of a process, what it shares divided by those who share it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))
