"""Cores, threads and memory, against what the workers may use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flows.assembly import Assembled
from flows.campaign_file.tables import OracleTable, WorkersTable
from flows.doctor.finding import Finding, ok, trouble, warning
from loop.protocols import ComputedOracle

LEAST_BYTES = 1_000_000_000
"""Free memory below which hardly any calculation ends well."""


@dataclass(frozen=True)
class Needs:
    """What the calculations of a campaign may use at the same time.

    Attributes
    ----------
    workers, threads
        Calculations at the same time on this machine, and threads of each.
    memory_bytes
        Limit of the largest.
    """

    workers: int
    threads: int
    memory_bytes: int

    @classmethod
    def of(cls, assembled: Assembled | None) -> Needs:
        """Those of a campaign, or of one that sets nothing."""
        if assembled is None:
            workers, oracle = WorkersTable(), OracleTable(kind="any")
            return cls(workers.count, workers.threads, int(oracle.memory_gb * 1e9))
        computed = [o.kind for o in assembled.parts.oracles if isinstance(o, ComputedOracle)]
        means = [assembled.containment[kind] for kind in computed]
        most = max((m.memory_bytes for m in means), default=0)
        cluster = assembled.workers.cluster
        here = assembled.workers.count if cluster is None or cluster.kind == "local" else 0
        return cls(here, max((m.threads for m in means), default=1), most)


def threads(needs: Needs) -> Finding:
    """Cores of this machine, and who shares them."""
    cores, given = len(os.sched_getaffinity(0)), os.environ.get("OMP_NUM_THREADS")
    busy = f"{needs.workers} calculations of {needs.threads} threads at the same time"
    seen = f"{cores} cores, {busy if needs.workers else 'calculations run elsewhere'}"
    if given is not None and not (given.isdecimal() and 0 < int(given) <= cores):
        advice = f"export OMP_NUM_THREADS={cores}, or less"
        return warning("threads", f"{seen}; OMP_NUM_THREADS is '{given}'", advice)
    if needs.workers * needs.threads > cores:
        return warning("threads", seen, "give [workers] in the campaign file no more than there are cores")
    own = f"OMP_NUM_THREADS={given}" if given else f"choosing molecules uses all {cores}"
    return ok("threads", f"{seen}; {own}")


def memory(needs: Needs) -> Finding:
    """Free memory, and what the workers may take of it."""
    free, most = available_bytes(), needs.workers * needs.memory_bytes
    taken = f"may take {most / 1e9:.1f} GB" if needs.workers else "run elsewhere"
    seen = f"{free / 1e9:.1f} GB are free, the calculations {taken}"
    if free < LEAST_BYTES:
        return trouble("memory", seen, "end other programs, or take a larger machine")
    if free < most:
        advice = "fewer workers or a smaller memory_gb; a calculation that runs out of memory is a failure"
        return warning("memory", seen, advice)
    return ok("memory", seen)


def available_bytes() -> int:
    """Memory that may be taken without swapping, in bytes, a container's limit included."""
    free = next(
        int(line.split()[1]) * 1024
        for line in Path("/proc/meminfo").read_text().splitlines()
        if line.startswith("MemAvailable:")
    )
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
    except OSError:
        return free
    return free if limit == "max" else min(free, max(int(limit) - used, 0))
