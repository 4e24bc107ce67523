"""Real calculations, contained as those of a campaign are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from pydantic import BaseModel

from flows.assembly import Assembled
from flows.doctor.finding import Finding, ok, trouble
from loop.molecule import parse
from loop.protocols import ComputedOracle
from loop.records import Failure, FailureKind
from oracles.contained import NOT_INSTALLED, Containment, Job, run

SMALL = {
    "methanol": "CO",
    "formamide": "NC=O",
    "acetonitrile": "CC#N",
    "ethanol": "CCO",
    "dimethyl sulfoxide": "CS(C)=O",
}
"""Molecules that cost little; an oracle is asked about the first that it does not refuse."""

Say = Callable[[str], None]

ADVICE = {
    FailureKind.RESOURCE: "give the oracle more deadline_minutes or memory_gb, or take another machine",
    FailureKind.CONVERGENCE: "look at the oracle's settings in the campaign file",
    FailureKind.INPUT: "look at the oracle's settings in the campaign file",
    FailureKind.TRANSIENT: "try again",
    FailureKind.REJECTED: "mend the oracle or change its settings: no number is recorded from such an answer",
}


def contained() -> Finding:
    """Whether a calculation can run in a process of its own at all."""
    with tempfile.TemporaryDirectory(prefix="zincloop-doctor-") as scratch:
        job = Job("synthesizability", {"kind": "synthesizability"}, "CCO", Path(scratch) / "job")
        outcome = run(job, Containment(120.0, int(6e9), 1), lambda: False)
    if isinstance(outcome, Failure):
        return trouble("calculation", outcome.reason, _advice(outcome))
    assert outcome is not None  # noqa: S101 - nobody cancels it
    return ok("calculation", f"one ran in a process of its own in {outcome.cost.wall_seconds:.1f} s")


def answers(assembled: Assembled, jobs: Path, say: Say) -> Iterator[Finding]:
    """Ask every oracle that computes about a small molecule.

    Parameters
    ----------
    jobs
        Directory of the campaign's calculations, used if it is there: what an oracle keeps beside them is
        not calculated again.
    say
        Told what is about to be calculated, and for how long.
    """
    base = jobs if jobs.is_dir() else Path(tempfile.gettempdir())
    for oracle in assembled.parts.oracles:
        if isinstance(oracle, ComputedOracle):
            scratch = base / f"doctor-{os.getpid()}"
            try:
                yield _answer(oracle, assembled.containment[oracle.kind], scratch, say)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


def _answer(oracle: ComputedOracle, containment: Containment, scratch: Path, say: Say) -> Finding:
    about = f"oracle {oracle.kind}"
    name = next((n for n, smiles in SMALL.items() if oracle.refusal(parse(smiles)) is None), None)
    if name is None:
        reason = oracle.refusal(parse(SMALL["methanol"]))
        return trouble(about, f"refuses every small molecule; methanol: {reason}", "look at its settings")
    seconds = oracle.expected_cpu_seconds(parse(SMALL[name])) / containment.threads
    say(
        f"{about} calculates {name}: about {_duration(seconds)}, "
        f"at most {_duration(containment.deadline_seconds)}"
    )
    settings = cast(BaseModel, oracle).model_dump(mode="json")
    outcome = run(Job(oracle.kind, settings, SMALL[name], scratch), containment, lambda: False)
    if isinstance(outcome, Failure):
        return trouble(about, f"{name}: {outcome.reason}", _advice(outcome))
    assert outcome is not None  # noqa: S101 - nobody cancels it
    values = ", ".join(map(str, outcome.values))
    return ok(about, f"{name}: {values}, in {_duration(outcome.cost.wall_seconds)}")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _advice(failure: Failure) -> str:
    if NOT_INSTALLED in failure.details:
        return f"install what holds {failure.details[NOT_INSTALLED]}, with the versions of requirements.lock"
    if failure.kind in ADVICE:
        return ADVICE[failure.kind]
    lines = str(failure.details.get("traceback") or failure.details.get("log") or "").strip().splitlines()
    return f"the calculation's last words: {lines[-1]}" if lines else "see what the calculation needs"
