"""What people report, and what it amounts to: readings, and the value that several of them make.

A reading is a fact: it is kept for ever, also where a correction supersedes it. Everything else follows from
the readings and from the protocol of the oracle that asked: which readings count, the value that replicates
make together, and whether a request is answered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from loop.molecule import Molecule
from loop.records import (
    Cost,
    Failure,
    FailureKind,
    Measurement,
    OracleProtocol,
    Outcome,
    Request,
    Value,
)

ASSAYS = "assays"
"""Key of a protocol's settings under which its assays stand."""


@dataclass(frozen=True)
class Assay:
    """What people measure of one property.

    Attributes
    ----------
    property, unit
        What, and the unit in which it is kept.
    uncertainty
        Standard deviation of one reading, where the reading does not state its own; above 0.
    replicates
        Readings after which a request counts as answered; more are welcome.
    method
        How, in words that would let another laboratory repeat it.
    low, high
        What no reading can be below or above, in the unit; ``None`` where that is not known.
    """

    property: str
    unit: str
    uncertainty: float
    replicates: int
    method: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.uncertainty) and self.uncertainty > 0):
            raise ValueError(f"the uncertainty of {self.property} must be above 0, not {self.uncertainty:g}")
        if self.replicates < 1:
            raise ValueError(f"at least one replicate of {self.property} is needed, not {self.replicates}")


@dataclass(frozen=True)
class Reading:
    """One reported number, or the report that there is none.

    Attributes
    ----------
    molecule, property, replicate
        What was measured; together they say which reading this is.
    value
        In ``unit``; ``None`` where the measurement was tried and gave none.
    unit
        The assay's.
    uncertainty
        Standard deviation of this value as the laboratory states it; ``None`` for the assay's.
    valid
        Whether it counts; a reading that does not still says that the molecule was tried.
    correction
        Whether it supersedes an earlier reading of the same molecule, property and replicate.
    method, operator, date, notes
        As reported; ``date`` in ISO 8601.
    """

    molecule: Molecule
    property: str
    replicate: str
    value: float | None
    unit: str
    uncertainty: float | None = None
    valid: bool = True
    correction: bool = False
    method: str = ""
    operator: str = ""
    date: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        if self.valid and (self.value is None or not math.isfinite(self.value)):
            raise ValueError(f"a valid reading of {self.property} needs a finite number, not {self.value}")
        if self.uncertainty is not None and not (math.isfinite(self.uncertainty) and self.uncertainty > 0):
            raise ValueError(f"the uncertainty of {self.property} must be above 0, not {self.uncertainty:g}")

    @cached_property
    def identity(self) -> tuple[Molecule, str, str]:
        """Which reading this is, however often it is corrected."""
        return self.molecule, self.property, self.replicate

    @cached_property
    def number(self) -> tuple[float | None, float | None, bool]:
        """What of it a belief depends on."""
        return self.value, self.uncertainty, self.valid


class ReadingsError(ValueError):
    """Readings that contradict what is there and do not say that they are corrections.

    Attributes
    ----------
    conflicts
        Place among the readings -> one sentence.
    """

    def __init__(self, conflicts: Mapping[int, str]) -> None:
        super().__init__("; ".join(conflicts.values()))
        self.conflicts = dict(conflicts)


@dataclass(frozen=True)
class Intake:
    """What came of readings.

    Attributes
    ----------
    news
        Those that say anything new, corrections included.
    known
        How many said what is there already.
    """

    news: tuple[Reading, ...]
    known: int


def assays(protocol: OracleProtocol) -> list[Assay]:
    """What a protocol asks of people; nothing, if a program follows it."""
    return [Assay(**settings) for settings in protocol.settings.get(ASSAYS, ())]


def pooled(readings: Sequence[Reading], assay: Assay) -> Value | None:
    """The value that replicates make together; ``None`` if none is valid.

    Their mean, weighted by the inverse squares of the uncertainties. Its uncertainty is what theirs let
    expect, or what their spread says if that is larger (Birge, 10.1103/PhysRev.40.207).
    """
    valid = [r for r in readings if r.valid and r.value is not None]
    if not valid:
        return None
    values = [float(r.value or 0.0) for r in valid]
    own = [r.uncertainty or assay.uncertainty for r in valid]
    best = min(own)
    weights = [(best / u) ** 2 for u in own]
    total = math.fsum(weights)
    mean = math.fsum(w * v for w, v in zip(weights, values, strict=True)) / total
    spread = math.fsum(w * ((v - mean) / best) ** 2 for w, v in zip(weights, values, strict=True))
    birge = spread / (len(valid) - 1) if len(valid) > 1 else 0.0
    return Value(assay.property, mean, assay.unit, best * math.sqrt(max(1.0, birge) / total))


@dataclass(frozen=True)
class Reported:
    """A reading and the time it was recorded, seconds since 1970-01-01 UTC."""

    reading: Reading
    at: float


@dataclass(frozen=True)
class Notebook:
    """Everything people reported, in the order recorded, and what it amounts to.

    Attributes
    ----------
    protocols
        Digest -> protocol, of all oracles of the campaign.
    """

    reported: tuple[Reported, ...] = ()
    protocols: Mapping[str, OracleProtocol] = field(default_factory=dict)

    @cached_property
    def assays(self) -> dict[str, Assay]:
        """Property -> assay."""
        return {a.property: a for wanted in self._wanted.values() for a in wanted}

    @cached_property
    def _wanted(self) -> Mapping[str, list[Assay]]:
        """Digest of a protocol -> what it asks of people."""
        return {digest: assays(protocol) for digest, protocol in self.protocols.items()}

    @cached_property
    def histories(self) -> Mapping[tuple[Molecule, str, str], list[Reading]]:
        """Identity -> what was reported under it, the oldest first."""
        found: dict[tuple[Molecule, str, str], list[Reading]] = {}
        for reported in self.reported:
            found.setdefault(reported.reading.identity, []).append(reported.reading)
        return found

    def superseded(self, reading: Reading) -> bool:
        """Whether a later reading stands in the place of one of these."""
        return self.histories[reading.identity][-1] is not reading

    @cached_property
    def standing(self) -> Mapping[str, Mapping[Molecule, list[Reading]]]:
        """Property -> molecule -> the readings that were not superseded, in the order first reported."""
        found: dict[str, dict[Molecule, list[Reading]]] = {}
        for (molecule, name, _), history in self.histories.items():
            found.setdefault(name, {}).setdefault(molecule, []).append(history[-1])
        return found

    @cached_property
    def values(self) -> Mapping[str, Mapping[Molecule, Value]]:
        """Property -> molecule -> what its valid readings make together."""
        return {
            name: {m: v for m, some in found.items() if (v := pooled(some, self.assays[name])) is not None}
            for name, found in self.standing.items()
        }

    @cached_property
    def _last(self) -> Mapping[Molecule, float]:
        return {reported.reading.molecule: reported.at for reported in self.reported}

    def outcome(self, request: Request) -> tuple[Outcome, float] | None:
        """What the readings answer to a request, and since when; ``None`` while some are missing.

        A property that was tried as often as asked and gave no valid reading makes the answer a failure; what
        is known of the others is in :attr:`values` all the same.
        """
        wanted = self._wanted[request.protocol]
        told = {a.property: self.standing.get(a.property, {}).get(request.molecule, []) for a in wanted}
        if not wanted or any(len(told[a.property]) < a.replicates for a in wanted):
            return None
        at, nothing = self._last[request.molecule], Cost(0.0, 0.0)
        found = [self.values[a.property].get(request.molecule) for a in wanted]
        if any(value is None for value in found):
            reasons = [_reason(told[a.property]) for a, v in zip(wanted, found, strict=True) if v is None]
            return Failure(FailureKind.REJECTED, "; ".join(reasons), nothing), at
        return Measurement(tuple(v for v in found if v is not None), nothing), at

    def missing(self, request: Request) -> dict[str, int]:
        """Property -> how many readings a request still waits for, where it waits for any."""
        wanted = self._wanted[request.protocol]
        left = {
            a.property: a.replicates - len(self.standing.get(a.property, {}).get(request.molecule, []))
            for a in wanted
        }
        return {name: n for name, n in left.items() if n > 0}


def _reason(readings: Sequence[Reading]) -> str:
    notes = ", ".join(dict.fromkeys(r.notes for r in readings if r.notes))
    return f"no valid reading of {readings[0].property}" + (f": {notes}" if notes else "")


def take_in(readings: Sequence[Reading], notebook: Notebook) -> Intake:
    """Tell what of some readings is new, each seen after the ones before it.

    Raises
    ------
    ReadingsError
        Naming every conflict.
    """
    histories = {identity: list(history) for identity, history in notebook.histories.items()}
    news: list[Reading] = []
    conflicts: dict[int, str] = {}
    for place, reading in enumerate(readings):
        history = histories.setdefault(reading.identity, [])
        if _is_known(reading, history):
            continue
        if history and not reading.correction:
            conflicts[place] = _conflict(history[-1])
            continue
        history.append(reading)
        news.append(reading)
    if conflicts:
        raise ReadingsError(conflicts)
    return Intake(tuple(news), len(readings) - len(news))


def _is_known(reading: Reading, history: Sequence[Reading]) -> bool:
    """Whether it was reported under its identity before; an old file does not undo a correction."""
    if reading.correction:
        return reading in history
    return any(reading.number == earlier.number for earlier in history)


def _conflict(there: Reading) -> str:
    number = "no value" if there.value is None else f"{there.value:g} {there.unit}"
    return (
        f"replicate {there.replicate} of {there.property} is there already with {number}"
        + ("" if there.valid else ", not valid")
        + "; if this corrects it, say so in the column correction; if it is another measurement, number it "
        "anew in the column replicate"
    )
