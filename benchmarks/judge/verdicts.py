"""What the judge says of a recorded value, step by step, the cheap steps first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.judge import conformers, graphs, rebuild, reference, shells
from benchmarks.oracle_rows import ours, plain
from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.plain import Recipe
from benchmarks.oracle_rows.structure import HARTREE, Structure, exchanged, read_xyz, waters_released

AGREES, WRONG, UNDECIDED = "agrees", "wrong", "undecided"

PARTS = ("complex", "ligand")
"""Geometries in the record of an exchange energy."""

REVISION = 6
"""Raised whenever a verdict may come out another way."""


@dataclass(frozen=True)
class Verdict:
    """What came of it.

    Attributes
    ----------
    verdict
        ``agrees``, ``wrong`` or ``undecided``.
    reason
        Why it is not the first.
    found
        What the judge found on its way, JSON-able.
    """

    verdict: str
    reason: str
    found: dict[str, Any]


class _EndError(Exception):
    """The verdict is known before the last step."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason


class Judge:
    """Goes through the steps about one value and keeps what it finds.

    Parameters
    ----------
    smiles
        The molecule asked about.
    oracle
        Whose value it is: its functional, basis set and solvent are taken.
    deadline
        Elapsed seconds of one step.
    """

    def __init__(self, smiles: str, oracle: Any, deadline: float) -> None:  # noqa: ANN401
        self.smiles = smiles
        self.oracle = oracle
        self.recipe = plain.like(oracle.functional())
        self.deadline = deadline
        self.found: dict[str, Any] = {}

    def orbitals(self, values: dict[str, tuple[float, float]], details: dict[str, Any]) -> Verdict:
        """Judge HOMO and LUMO (value and uncertainty in eV) with the details of their record."""
        return self._judged(lambda: self._orbitals(values, details))

    def binding(
        self, value: tuple[float, float], details: dict[str, Any], aqua: dict[str, Any], *, one_donor: bool
    ) -> Verdict:
        """Judge an exchange energy (value and uncertainty in eV).

        Parameters
        ----------
        aqua
            What :meth:`aqua` found, with ``error`` where it found nothing.
        one_donor
            Whether the protocol is about complexes that bind with one atom of the ligand.
        """
        return self._judged(lambda: self._binding(value, details, aqua, one_donor=one_donor))

    def _judged(self, steps: Any) -> Verdict:  # noqa: ANN401
        try:
            steps()
        except _EndError as end:
            return Verdict(end.verdict, end.reason, self.found)
        return Verdict(AGREES, "", self.found)

    def _orbitals(self, values: dict[str, tuple[float, float]], details: dict[str, Any]) -> None:
        recorded = read_xyz(details["geometry"])
        self._same_molecule(recorded, "")
        self._closed_shell(recorded)
        own, geometry = self._relaxed(recorded)
        self._same_molecule(geometry, "relaxed with B3LYP, ")
        again = self._child(
            "judge.conformers:search", conformers.job(geometry, self.smiles, water=self._water)
        )
        where, energy = "", own
        for other in map(read_xyz, again["others"]):
            lower, moved = self._relaxed(other)
            if lower < energy and graphs.is_the_molecule(moved, self.smiles):
                geometry, energy = moved, lower
                where = f"the lowest conformer is {(own - lower) * HARTREE:.3f} eV below the recorded one: "
        found = self._energy(geometry, reference.orbital_recipe(self.recipe))
        self._wrong(reference.disagreement(values, found), where)
        if not again["found"]:
            raise _EndError(UNDECIDED, "another search for conformers found none")

    def _relaxed(self, structure: Structure) -> tuple[float, Structure]:
        """Energy in hartree, and geometry."""
        rested = self._child("judge.reference:relaxed", reference.job(structure, water=self._water))
        if not rested["converged"]:
            raise _EndError(UNDECIDED, "the relaxation with B3LYP did not come to rest")
        return rested["energy"], read_xyz(rested["xyz"])

    def _binding(
        self, value: tuple[float, float], details: dict[str, Any], aqua: dict[str, Any], *, one_donor: bool
    ) -> None:
        self._wrong(rebuild.claim_disagreement(details, self.smiles))
        ligand, bound = read_xyz(details["ligand"]), read_xyz(details["complex"])
        self._closed_shell(ligand)
        released = waters_released(bound, ligand)
        argument = rebuild.job(self.smiles, 6 - released, one_donor=one_donor)
        self._another_search(self._child("judge.rebuild:search", argument), bound, value[1])
        if "error" in aqua:
            raise _EndError(UNDECIDED, f"the aqua ion: {aqua['error']}")
        recipe = rebuild.energy_recipe(self.recipe)
        plainly = {name: self._energy(read_xyz(details[name]), recipe)["energy"] for name in PARTS}
        energy = exchanged(released, plainly, aqua["plain"])
        recorded = exchanged(released, details["energies_hartree"], aqua["ours"])
        self.found |= {"energy": energy, "recorded": recorded}
        if abs(energy - recorded) > reference.SIGMAS * value[1]:
            self._wrong(f"at the geometries of the record it is {energy:.2f} eV, not {recorded:.2f}")
        if abs(energy - value[0]) > reference.SIGMAS * value[1]:
            self._wrong(f"the lowest complex has {energy:.2f} eV, far from the average {value[0]:.2f}")

    def _another_search(self, again: dict[str, Any], bound: Structure, uncertainty: float) -> None:
        """Compare by the oracle's own calculation, so that nothing but the geometry differs."""
        if not again["complexes"]:
            raise _EndError(UNDECIDED, f"none of {again['tried']} complexes of another search stayed intact")
        structures = [bound, *map(read_xyz, again["complexes"])]
        jobs = [ours.job(structure, self.oracle) for structure in structures]
        own, *others = (self._child("oracle_rows.ours:solve", job)["energy"] for job in jobs)
        self.found["gains"] = [(own - other) * HARTREE for other in others]
        if max(self.found["gains"]) > reference.SIGMAS * uncertainty:
            self._wrong(f"another search finds a complex {max(self.found['gains']):.2f} eV lower")

    def aqua(self, details: dict[str, Any]) -> dict[str, Any]:
        """Energies in hartree of the aqua ion and of water, from the details of the record of water."""
        recipe = rebuild.energy_recipe(self.recipe)
        try:
            plainly = {name: self._energy(read_xyz(details[name]), recipe)["energy"] for name in PARTS}
        except _EndError as end:
            return {"error": end.reason}
        return {"ours": details["energies_hartree"], "plain": plainly}

    @property
    def _water(self) -> bool:
        return self.recipe.solvent is not None

    def _same_molecule(self, structure: Structure, when: str) -> None:
        self._wrong(graphs.disagreement(structure, self.smiles), when)
        self._wrong(graphs.stereo_disagreement(structure, self.smiles), when)

    def _closed_shell(self, structure: Structure) -> None:
        found = self._child("judge.shells:states", shells.job(structure, water=self._water))
        self._wrong(shells.disagreement(found))

    def _energy(self, structure: Structure, recipe: Recipe) -> dict[str, Any]:
        found = self._child("oracle_rows.plain:solve", plain.job(structure, recipe))
        if not found["converged"]:
            raise _EndError(UNDECIDED, "the reference density did not converge")
        return found

    def _child(self, function: str, argument: dict[str, Any]) -> dict[str, Any]:
        answer = call(f"benchmarks.{function}", argument, self.deadline)
        self.found.setdefault("steps", []).append({"function": function, **answer})
        if "error" in answer:
            raise _EndError(UNDECIDED, f"{function}: {answer['error']}")
        return dict(answer["value"])

    @staticmethod
    def _wrong(reason: str | None, when: str = "") -> None:
        if reason is not None:
            raise _EndError(WRONG, when + reason)
