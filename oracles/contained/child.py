"""What the process of one calculation does: it is forked from :mod:`oracles.contained.nursery`.

Reads ``job.json``, measures, writes ``outcome.json``.
"""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path
from typing import cast

from loop.parts import load
from loop.protocols import ComputedOracle
from loop.records import Cost
from oracles.contained import abreast
from oracles.contained.answering import answer
from oracles.contained.spool import write_outcome


def spent(since: float) -> Cost:
    """CPU time of this process and its children so far, and the time since ``since``."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return Cost(cpu, time.monotonic() - since)


def main(directory: Path) -> None:
    """Run the job of a directory."""
    started = time.monotonic()
    job = json.loads((directory / "job.json").read_text())
    if job["memory_bytes"]:
        resource.setrlimit(resource.RLIMIT_AS, (job["memory_bytes"], job["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    abreast.allow(job["threads"])
    part = load("oracles", job["oracle"]).model_validate(job["settings"])
    outcome = answer(cast(ComputedOracle, part), job["smiles"], directory, lambda: spent(started))
    write_outcome(directory, outcome, job["attempt"])
