"""HOMO and LUMO by GFN2-xTB: cheap, and not on the scale of density-functional theory."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.molecule import Molecule
from loop.protocols import RejectedError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value

SMALLEST_GAP = 0.2
"""A closed shell with a smaller gap (eV) is not the ground state, or not a closed shell."""

UNCERTAINTY = 0.01
"""Standard uncertainty in eV of the number as this protocol defines it, for what other starting conformers
leave open; an estimate, not measured yet. Against B3LYP the HOMO is good for a rank only, and the LUMO not
even for that."""

RECIPE = 1
"""Raised whenever the way from a molecule to its geometry changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    for name in (
        "oracles.chemistry.ligand",
        "oracles.chemistry.provenance",
        "oracles.chemistry.semiempirical",
    ):
        importlib.import_module(name)


class XtbOrbitals(BaseModel):
    """GFN2-xTB orbital energies at the lowest conformer, in implicit water (ALPB).

    Bannwarth, Ehlert & Grimme, 10.1021/acs.jctc.8b01176; Ehlert et al., 10.1021/acs.jctc.1c00471.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xtb_orbitals"] = "xtb_orbitals"

    @property
    def exact(self) -> bool:
        """Seconds a molecule; too dear to ask about every one."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """``homo_gfn2`` and ``lumo_gfn2`` in eV."""
        return (
            Property("homo_gfn2", "eV", "energy of the highest occupied orbital in water, GFN2-xTB"),
            Property("lumo_gfn2", "eV", "energy of the lowest empty orbital in water, GFN2-xTB"),
        )

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Of the protocol, not against DFT."""
        return dict.fromkeys(("homo_gfn2", "lumo_gfn2"), UNCERTAINTY)

    def protocol(self) -> OracleProtocol:
        """Method and geometry recipe."""
        return OracleProtocol(
            oracle=self.kind,
            name="gfn2",
            settings={
                "method": "GFN2-xTB/ALPB(water)",
                "geometry": "lowest of ETKDG, MMFF94, GFN2-xTB/ALPB(water)",
                "recipe": RECIPE,
            },
            description="GFN2-xTB orbital energies in implicit water at the lowest conformer found there.",
        )

    def refusal(self, molecule: Molecule) -> str | None:  # noqa: ARG002 - GFN2 covers every element
        """GFN2 has parameters for all elements up to radon."""
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the square of the size."""
        return 1.5 + 0.02 * molecule.heavy_atoms**2

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:  # noqa: ARG002 - no files
        """Measure one molecule.

        Raises
        ------
        ConvergenceError
            If a geometry or the charges do not converge.
        RejectedError
            If relaxation changes the molecule, or there is no gap.
        """
        # ASE and tblite load only when something is measured.
        from oracles.chemistry import ligand, provenance, semiempirical  # noqa: PLC0415

        prepared = ligand.prepare(molecule, water=True)
        found = semiempirical.point(prepared.conformers[0], water=True)
        if found.lumo - found.homo < SMALLEST_GAP:
            raise RejectedError(f"the gap of {molecule} is {found.lumo - found.homo:.2f} eV with GFN2-xTB")
        values = (
            Value("homo_gfn2", found.homo, "eV", UNCERTAINTY),
            Value("lumo_gfn2", found.lumo, "eV", UNCERTAINTY),
        )
        details = {
            "isomer": prepared.isomer,
            "geometry": prepared.conformers[0].xyz(),
            "geometry_from": "GFN2-xTB",
            "conformers": len(prepared.conformers),
            **prepared.search,
            "trajectory": prepared.path.details("geometry"),
            "energy_ev": found.energy,
            "versions": provenance.versions(),
        }
        return Measurement(values, Cost(0.0, 0.0), details)
