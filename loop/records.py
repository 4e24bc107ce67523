"""Frozen values that pass between the parts of a campaign and into the ledger."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from loop.molecule import Molecule


class FailureKind(StrEnum):
    """Why a request got no measurement, named by what would help.

    ``input`` never retry; ``convergence`` other settings; ``resource`` other hardware or a longer
    deadline; ``transient`` try again; ``rejected`` a number came back that a check does not believe;
    ``unknown`` a person has to look.
    """

    INPUT = "input"
    CONVERGENCE = "convergence"
    RESOURCE = "resource"
    TRANSIENT = "transient"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Property:
    """Something an oracle measures, with the unit of every number that goes by its name."""

    name: str
    unit: str
    description: str


def digest(value: Mapping[str, Any]) -> str:
    """Content hash of a JSON-able mapping: the first 16 hex digits of its SHA-256."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class OracleProtocol:
    """How an oracle arrives at its numbers: enough to repeat them.

    Attributes
    ----------
    oracle
        Kind of the oracle.
    name
        Short name a person would use, for example ``b3lyp-631ppgdd``.
    settings
        Everything that changes a value: method, basis, grid, thresholds, recipe version.
    description
        One sentence for the report.
    """

    oracle: str
    name: str
    settings: Mapping[str, Any]
    description: str

    @property
    def digest(self) -> str:
        """Content hash of what changes a value; keys the ledger."""
        return digest({"oracle": self.oracle, "settings": dict(self.settings)})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A molecule proposed by a generator.

    Attributes
    ----------
    molecule
        What is proposed.
    origin
        Where it came from, for example ``prior``, ``trust region``, ``library``, ``known additive``.
    parent
        Canonical SMILES of the molecule it was derived from, if any.
    name
        A common name, where the source knows one.
    """

    molecule: Molecule
    origin: str
    parent: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a belief said of one property before the measurement (units of the property)."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Pick:
    """A candidate chosen for measurement, with the reason and what was expected of it.

    Attributes
    ----------
    candidate
        The molecule chosen.
    reason
        One clause for a person: which criterion chose it.
    value
        Acquisition value, in the acquisition's own scale; ``None`` for an initial design.
    predictions
        Property name -> what the surrogate expected, empty for an initial design.
    """

    candidate: Candidate
    reason: str
    value: float | None = None
    predictions: Mapping[str, Prediction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one oracle about one molecule.

    Attributes
    ----------
    key
        Content hash of molecule, oracle and protocol digest: the same question has the same key.
    """

    key: str
    molecule: Molecule
    oracle: str
    protocol: str

    @classmethod
    def ask(cls, molecule: Molecule, protocol: OracleProtocol) -> Request:
        """Phrase the question whether asked now or in a later run: the key is the same."""
        key = digest({"smiles": molecule.smiles, "oracle": protocol.oracle, "protocol": protocol.digest})
        return cls(key, molecule, protocol.oracle, protocol.digest)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer cost: CPU time of all threads, and elapsed time, in seconds."""

    cpu_seconds: float
    wall_seconds: float


class NotAValueError(ValueError):
    """A number came back that is no measurement: not finite, or with an impossible uncertainty."""


@dataclass(frozen=True, slots=True)
class Value:
    """One number with its unit and its standard uncertainty.

    Raises
    ------
    NotAValueError
        If the value is not finite or the uncertainty is negative or not finite.
    """

    property: str
    value: float
    unit: str
    uncertainty: float

    def __post_init__(self) -> None:
        """A NaN that comes back is not a measurement."""
        if not math.isfinite(self.value):
            raise NotAValueError(f"{self.property} is {self.value}, not a finite number")
        if not (math.isfinite(self.uncertainty) and self.uncertainty >= 0):
            raise NotAValueError(f"the uncertainty of {self.property} is {self.uncertainty}")

    def __str__(self) -> str:
        give = f" ± {self.uncertainty:.2g}" if self.uncertainty else ""
        return f"{self.property} {self.value:.3f}{give} {self.unit}".removesuffix(" 1")


@dataclass(frozen=True, slots=True)
class Measurement:
    """An answer: the values one request brought, what they cost and how they came about.

    Attributes
    ----------
    values
        One :class:`Value` per property of the oracle.
    details
        JSON-able provenance: versions, geometry, checks, iterations.
    """

    values: tuple[Value, ...]
    cost: Cost
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer too: no value, but a kind, a reason a person can read, and the cost."""

    kind: FailureKind
    reason: str
    cost: Cost
    details: Mapping[str, Any] = field(default_factory=dict)


Outcome = Measurement | Failure
