"""One geometry of a campaign, as the ledger holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loop.campaign import Answer, State
from loop.readings import assays
from loop.records import Measurement, OracleProtocol
from oracles.chemistry.geometry import FloatArray, Geometry, read_xyz
from oracles.chemistry.trajectory import Trajectory, read_trajectory

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True, eq=False)
class Structure:
    """One geometry.

    Attributes
    ----------
    answer
        The measurement that it came with.
    protocol
        How that was made.
    role
        What it is there: ``geometry``, ``ligand``, ``complex``.
    isomer
        SMILES of the molecule with every stereo element set, atoms in the order of the geometry.
    geometry
        The atoms; of a complex those of the molecule first, then the ion, then the waters.
    trajectory
        How the atoms came there, where that was kept.
    """

    answer: Answer
    protocol: OracleProtocol
    role: str
    isomer: str
    geometry: Geometry
    trajectory: Trajectory | None

    def pairs(self) -> dict[str, str | int]:
        """What it is found by."""
        request = self.answer.request
        return {
            "smiles": request.molecule.smiles,
            "oracle": request.oracle,
            "role": self.role,
            "total_charge": self.geometry.charge,
        }

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """Property -> what was measured at it."""
        measured = self.answer.outcome
        assert isinstance(measured, Measurement)  # noqa: S101 - failures have no structures
        return {
            v.property: {"value": v.value, "unit": v.unit, "uncertainty": v.uncertainty}
            for v in measured.values
        }

    def atoms(self) -> Atoms:
        """The atoms for ASE, with the energy of the last relaxation in eV, where that was kept."""
        if self.trajectory is None:
            return for_ase(self.geometry, self.geometry.positions)
        return for_ase(
            self.geometry,
            self.geometry.positions,
            float(self.trajectory.energies[-1]),
            self.trajectory.level,
        )


def for_ase(
    of: Geometry | Trajectory, positions: FloatArray, energy: float | None = None, level: str = ""
) -> Atoms:
    """Atoms at positions in angstrom, shape ``(n, 3)``, with an energy in eV and what gave it."""
    from ase import Atoms  # noqa: PLC0415 - a campaign without geometries does without
    from ase.calculators.singlepoint import SinglePointCalculator  # noqa: PLC0415 - see above

    atoms = Atoms(list(of.symbols), positions)
    if energy is not None:
        atoms.calc = SinglePointCalculator(atoms, energy=energy)  # type: ignore[no-untyped-call]
        atoms.calc.name = level
    return atoms


def measured(state: State) -> list[Answer]:
    """What programs measured, in the order recorded, to which the ledger only ever adds."""
    people = {p.digest for p in state.protocols.values() if assays(p)}
    return [
        a
        for a in state.answers.values()
        if a.request.protocol not in people and isinstance(a.outcome, Measurement)
    ]


def structures(state: State, answers: Iterable[Answer] | None = None) -> Iterator[Structure]:
    """Every geometry of these measurements, or of all."""
    for answer in measured(state) if answers is None else answers:
        details = dict(answer.outcome.details.items())
        ways = _ways(details)
        isomer = str(details.get("isomer", answer.request.molecule.smiles))
        for role, text in details.items():
            geometry = read_xyz(text) if isinstance(text, str) and role.isidentifier() else None
            if geometry is not None:
                protocol = state.protocols[answer.request.protocol]
                yield Structure(answer, protocol, role, isomer, geometry, ways.get(role))


def _ways(details: Mapping[str, Any]) -> dict[str, Trajectory]:
    """Role of a geometry -> how it was reached; the details may hold several, by any name."""
    tables = [value for value in details.values() if isinstance(value, Mapping) and "of" in value]
    found = ((str(table["of"]), read_trajectory(table)) for table in tables)
    return {role: trajectory for role, trajectory in found if trajectory is not None}
