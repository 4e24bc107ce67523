"""LUMO of the complex that a molecule forms with zinc."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import donors, effort
from oracles.chemistry.level import MAX_CYCLE, Level, level
from oracles.chemistry.theory import CONFORMERS, Resources

UNCERTAINTY = 0.04
"""Standard uncertainty in eV of the number as this protocol defines it, for what another search would find.

Over eight ligands a thorough and a quick search differed by 0.02 eV (root mean square; aqua ion 0.045), and
not at all where the orbital is the ligand's."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.complex_orbitals")


class ComplexLumo(BaseModel):
    """B3LYP-D3(BJ)/def2-SVP energy of the LUMO of [Zn(H2O)5L]2+ in C-PCM water; low: easily reduced.

    A measure of reducibility that does not suffer from diffuse functions, as the LUMO of the molecule alone
    does: where the molecule has no empty orbital of its own, this one is spread over zinc and waters and lies
    where the aqua ion's does (-0.1 eV; urea 0.0, DMSO -0.1, acrolein -2.6, nitromethane -3.0). The complex is
    that of the oracle ``zinc_exchange`` with one donor.

    One donor is the default, so that all molecules are compared beside the same five waters: an orbital of
    zinc and waters moves with their number. With ``denticity`` "any" GFN2 alone decides between complexes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["complex_lumo"] = "complex_lumo"
    denticity: Literal["one", "any"] = Field(
        "one",
        description="'one': with one donor. 'any': chelates, too, where GFN2 finds them lower.",
    )
    max_cycle: int = Field(
        MAX_CYCLE, gt=0, le=10_000, description="Largest number of SCF cycles on each grid."
    )
    max_memory_mb: int = Field(4500, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``lumo_complex``, in eV."""
        text = "energy of the lowest empty orbital of [Zn(H2O)5L]2+ in water"
        return (Property("lumo_complex", "eV", text),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """What another search for the complex would find."""
        return {"lumo_complex": UNCERTAINTY}

    def level(self) -> Level:
        """What gives the orbital energy."""
        return level("Zn2+", "cpcm", self.max_cycle)

    def protocol(self) -> OracleProtocol:
        """Functional, complex recipe and limits."""
        one = self.denticity == "one"
        return OracleProtocol(
            oracle=self.kind,
            name="lumo-complex-b3lyp-svp-cpcm" + ("" if one else "-chelates"),
            settings={
                "level": self.level().settings(),
                "denticity": self.denticity,
                "ligand": f"{CONFORMERS}/ALPB(water)",
            },
            description="B3LYP-D3(BJ)/def2-SVP LUMO of zinc with the molecule and "
            + ("five waters, " if one else "as many waters as it leaves, ")
            + "implicit water by C-PCM, at GFN2/ALPB geometries.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, and molecules without a donor atom."""
        return donors.refusal(molecule)

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Of the search and of one density, which grows with the size of the complex."""
        return effort.complexes(molecule) + 5.0 + 3.0 * molecule.heavy_atoms

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule; the aqua ion's charge is kept in ``scratch.parent / "references"``.

        Raises
        ------
        InputError
            If an element is not covered, the molecule is charged, or it has no donor atom.
        ConvergenceError
            If a geometry or the density does not converge.
        RejectedError
            If no intact complex is found, or a check of the density fails.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import complex_orbitals, coordinated  # noqa: PLC0415

        kept, resources = scratch.parent / "references", Resources(scratch, self.max_memory_mb)
        chelates = self.denticity == "any"
        with resources.account.told():
            found = complex_orbitals.lumo(molecule, self.level(), kept, resources, chelates=chelates)
        sd = coordinated.uncertainty(UNCERTAINTY, found.details)
        value = Value("lumo_complex", found.lumo, "eV", sd)
        return Measurement((value,), Cost(0.0, 0.0), found.details | resources.account.details())
