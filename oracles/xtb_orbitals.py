"""HOMO and LUMO by GFN2-xTB: cheap, and not on the scale of density-functional theory."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule, is_zwitterion
from loop.protocols import InputError, RejectedError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import effort
from oracles.chemistry.account import Account
from oracles.chemistry.theory import CONFORMERS

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
    """GFN2-xTB orbital energies at the lowest conformer, in implicit water (ALPB) or in gas.

    Bannwarth, Ehlert & Grimme, 10.1021/acs.jctc.8b01176; Ehlert et al., 10.1021/acs.jctc.1c00471.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xtb_orbitals"] = "xtb_orbitals"
    solvent: Literal["water", "gas"] = Field("water", description="Implicit water (ALPB) or gas.")

    @property
    def exact(self) -> bool:
        """Seconds a molecule; too dear to ask about every one."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """``homo_gfn2`` and ``lumo_gfn2`` in eV."""
        where = f"in {self.solvent}, GFN2-xTB"
        return (
            Property("homo_gfn2", "eV", f"energy of the highest occupied orbital {where}"),
            Property("lumo_gfn2", "eV", f"energy of the lowest empty orbital {where}"),
        )

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Of the protocol, not against DFT."""
        return dict.fromkeys(("homo_gfn2", "lumo_gfn2"), UNCERTAINTY)

    def protocol(self) -> OracleProtocol:
        """Method and geometry recipe."""
        method = "GFN2-xTB/ALPB(water)" if self._water else "GFN2-xTB"
        return OracleProtocol(
            oracle=self.kind,
            name="gfn2" if self._water else "gfn2-gas",
            settings={
                "method": method,
                "geometry": f"lowest of {CONFORMERS}" + ("/ALPB(water)" if self._water else ""),
                "recipe": RECIPE,
            },
            description=f"GFN2-xTB orbital energies in {'implicit water' if self._water else 'gas'} at the "
            "lowest conformer found there.",
        )

    @property
    def _water(self) -> bool:
        return self.solvent == "water"

    def refusal(self, molecule: Molecule) -> str | None:
        """Zwitterions in gas; GFN2 has parameters for all elements up to radon."""
        if not self._water and is_zwitterion(molecule):
            return f"{molecule} is a zwitterion, which does not exist in gas; use solvent 'water'"
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Of conformers."""
        return effort.conformers(molecule)

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:  # noqa: ARG002 - no files
        """Measure one molecule.

        Raises
        ------
        InputError
            If a zwitterion is asked about in gas.
        ConvergenceError
            If a geometry or the charges do not converge.
        RejectedError
            If relaxation changes the molecule, or there is no gap.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # ASE and tblite load only when something is measured.
        from oracles.chemistry import ligand, provenance, semiempirical  # noqa: PLC0415

        account = Account()
        with account.told():
            prepared = ligand.prepare(molecule, water=self._water, account=account)
        found = semiempirical.point(prepared.conformers[0], water=self._water)
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
        return Measurement(values, Cost(0.0, 0.0), details | account.details())
