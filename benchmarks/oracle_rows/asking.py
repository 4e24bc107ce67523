"""Oracles asked as a campaign asks them: through the contained executor, never here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from loop.molecule import Molecule, parse
from loop.protocols import ComputedOracle
from loop.records import Failure, Measurement, Outcome, Request
from oracles.contained import Containment, Job, answer_here, run

MEMORY_BYTES = 8_000_000_000
THREADS = 1


def ask(oracle: ComputedOracle, smiles: str, home: Path, deadline: float, threads: int = THREADS) -> Outcome:
    """The outcome of one request; nothing is raised but our own faults.

    A text that is no molecule goes the same way, and comes back as a failure of kind input.
    """
    if oracle.exact:
        return answer_here(oracle, smiles)
    settings: dict[str, Any] = oracle.model_dump() if hasattr(oracle, "model_dump") else {}
    limits = Containment(deadline, MEMORY_BYTES, threads)
    outcome = run(Job(oracle.kind, settings, smiles, home), limits, lambda: False)
    assert outcome is not None  # noqa: S101 - only what is cancelled has none
    return outcome


def home_of(oracle: ComputedOracle, molecule: Molecule, directory: Path) -> Path:
    """The directory of one request; reference energies are shared with its neighbours.

    Named after molecule and protocol, as those of ``benchmarks.known_additives``: what one row has asked, the
    next one reads.
    """
    return directory / Request.ask(molecule, oracle.protocol()).key


def row_of(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a JSON-able row."""
    row: dict[str, Any] = {"cost": asdict(outcome.cost), "details": dict(outcome.details)}
    if isinstance(outcome, Failure):
        return {**row, "failure": str(outcome.kind), "reason": outcome.reason}
    return {**row, "values": {v.property: [v.value, v.uncertainty] for v in outcome.values}}


def value(row: dict[str, Any], name: str) -> float:
    """A value of a row that holds one."""
    return float(row["values"][name][0])


def uncertainty(row: dict[str, Any], name: str) -> float:
    """Its stated standard uncertainty."""
    return float(row["values"][name][1])


def answered(oracle: ComputedOracle, smiles: str, directory: Path, deadline: float) -> dict[str, Any]:
    """Ask about a molecule that parses, in its own directory, and return the row."""
    molecule = parse(smiles)
    return row_of(ask(oracle, molecule.smiles, home_of(oracle, molecule, directory), deadline))


def measured(outcome: Outcome) -> bool:
    """Whether there are values."""
    return isinstance(outcome, Measurement)
