"""Labelled molecules: a table of values that stands in for calculations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from loop.molecule import Limits, Molecule
from loop.objective import FloatArray
from loop.protocols import ConvergenceError, InputError
from loop.records import Candidate, Cost, Measurement, OracleProtocol, Property, Value, digest


@dataclass(frozen=True, eq=False)
class Labels:
    """Molecules with values.

    Attributes
    ----------
    molecules
        The ``n`` molecules, without repeats.
    properties
        Columns of ``values``.
    values
        Shape ``(n, n_properties)``, in the properties' units; NaN where a molecule has no label.
    seconds
        What measuring a molecule costs, in CPU seconds, shape ``(n,)``.
    failed
        Molecules without a label because their measurement fails.
    """

    molecules: tuple[Molecule, ...]
    properties: tuple[Property, ...]
    values: FloatArray
    seconds: FloatArray
    failed: frozenset[Molecule] = frozenset()

    @cached_property
    def rows(self) -> Mapping[Molecule, int]:
        """Molecule -> its row."""
        return {molecule: i for i, molecule in enumerate(self.molecules)}

    @cached_property
    def digest(self) -> str:
        """Content hash of the table."""
        return digest(
            {
                "smiles": [m.smiles for m in self.molecules],
                "properties": [[p.name, p.unit] for p in self.properties],
                "values": [[repr(v) for v in row] for row in self.values.tolist()],
            }
        )

    def column(self, name: str) -> FloatArray:
        """Values of one property, shape ``(n,)``."""
        return np.asarray(self.values[:, [p.name for p in self.properties].index(name)])


@dataclass(frozen=True, eq=False)
class Lookup:
    """An oracle that looks its answers up.

    Parameters
    ----------
    labels
        Where.
    names
        Properties it answers with.
    exact
        Whether the values count as known beforehand, like synthetic accessibility.
    kind
        Name for the records.
    """

    labels: Labels
    names: tuple[str, ...]
    exact: bool
    kind: str = "lookup"

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        """What one answer holds."""
        return tuple(p for p in self.labels.properties if p.name in self.names)

    @cached_property
    def _protocol(self) -> OracleProtocol:
        settings = {"labels": self.labels.digest, "properties": list(self.names)}
        return OracleProtocol(self.kind, f"{self.kind}-table", settings, "Values of a labelled table.")

    def protocol(self) -> OracleProtocol:
        """Content hash of the table."""
        return self._protocol

    @cached_property
    def _labelled(self) -> Mapping[Molecule, FloatArray]:
        columns = np.stack([self.labels.column(p.name) for p in self.properties], axis=-1)
        return {m: columns[i] for m, i in self.labels.rows.items() if np.isfinite(columns[i]).all()}

    def refusal(self, molecule: Molecule) -> str | None:
        """Molecules without a label, except for those whose measurement is there to fail."""
        known = molecule in self._labelled or molecule in self.labels.failed
        return None if known else f"{molecule} has no label"

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """What the table says it cost."""
        row = self.labels.rows.get(molecule)
        return 1.0 if row is None or self.exact else float(self.labels.seconds[row])

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:  # noqa: ARG002 - nothing is kept
        """Look one molecule up.

        Raises
        ------
        InputError
            If it has no label.
        ConvergenceError
            If its measurement failed.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        if molecule not in self._labelled:
            raise ConvergenceError(f"the table has no value of {molecule}, whose measurement failed")
        found = self._labelled[molecule]
        values = tuple(
            Value(p.name, float(v), p.unit, 0.0) for p, v in zip(self.properties, found, strict=True)
        )
        seconds = 0.0 if self.exact else float(self.labels.seconds[self.labels.rows[molecule]])
        return Measurement(values, Cost(seconds, seconds))

    def values(self, molecules: Sequence[Molecule]) -> FloatArray:
        """Values, shape ``(n_molecules, n_properties)``."""
        return np.array([self._labelled[m] for m in molecules]).reshape(len(molecules), len(self.properties))


@dataclass(frozen=True, eq=False)
class Shelf:
    """A generator that proposes every labelled molecule, every time."""

    labels: Labels

    @property
    def kind(self) -> str:
        """Name for the records."""
        return "labels"

    def version(self) -> str:
        """Content hash of the table."""
        return self.labels.digest

    @cached_property
    def _candidates(self) -> list[Candidate]:
        return [Candidate(m, "labelled") for m in self.labels.molecules]

    def propose(self, incumbents: Sequence[Molecule], n: int, limits: Limits, seed: int) -> list[Candidate]:  # noqa: ARG002 - the pool is what is labelled
        """All of them, whatever is asked."""
        return self._candidates
