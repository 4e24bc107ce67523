"""Free energy of hydration by GFN2-xTB: cheap, and no substitute for SMD."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import effort, transfer
from oracles.chemistry.account import Account
from oracles.chemistry.theory import CONFORMERS

COVERED = frozenset({"H", "C", "N", "O", "F", "P", "S", "Cl", "Br"})
"""Elements of the molecules whose measured free energies this was compared with."""

UNCERTAINTY = 0.02
"""Standard uncertainty in eV of the number as this protocol defines it, for what other starting conformers
leave open; an estimate.

Against experiment (seventy molecules of FreeSolv, 10.1007/s10822-014-9747-x) the root mean square error is
0.10 eV: sulfones are too low, cyclic amines too high. The rank correlation is 0.79; with the oracle
``hydration`` it is 0.90 (32 molecules)."""

RECIPE = 1
"""Raised whenever the way from a molecule to its geometries changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    for name in (
        "oracles.chemistry.ligand",
        "oracles.chemistry.provenance",
        "oracles.chemistry.semiempirical",
    ):
        importlib.import_module(name)


class XtbHydration(BaseModel):
    """GFN2-xTB free energy of going from gas into water (ALPB), relaxed in each.

    Bannwarth, Ehlert & Grimme, 10.1021/acs.jctc.8b01176; Ehlert et al., 10.1021/acs.jctc.1c00471. The
    standard state is tblite's ``gsolv``: one litre of ideal gas to one litre of solution, as 1 M to 1 M.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xtb_hydration"] = "xtb_hydration"

    @property
    def exact(self) -> bool:
        """A fraction of a second a molecule; too dear to ask about every one."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``hydration_gfn2``, in eV."""
        text = "free energy of hydration, 1 M gas to 1 M in water, GFN2-xTB"
        return (Property("hydration_gfn2", "eV", text),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Of the protocol, not against experiment."""
        return {"hydration_gfn2": UNCERTAINTY}

    def protocol(self) -> OracleProtocol:
        """Method, geometry recipe and standard state."""
        return OracleProtocol(
            oracle=self.kind,
            name="hydration-gfn2",
            settings={
                "method": "GFN2-xTB/ALPB(water) - GFN2-xTB",
                "geometry": f"lowest of {CONFORMERS} in water, and in gas",
                "standard state": "1 M gas, 1 M solution, 298 K",
                "recipe": RECIPE,
            },
            description="GFN2-xTB/ALPB free energy of hydration (1 M gas to 1 M solution), the lowest "
            "conformer in water against the lowest in gas.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, and zwitterions, which do not exist in gas."""
        return transfer.refusal(molecule, COVERED, "which this protocol was not checked for")

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Of conformers in gas and in water."""
        return 2.5 * effort.conformers(molecule)

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:  # noqa: ARG002 - no files
        """Measure one molecule.

        Raises
        ------
        InputError
            If an element is not covered, or the molecule is charged or a zwitterion.
        ConvergenceError
            If a geometry or the charges do not converge.
        RejectedError
            If relaxation changes the molecule, or the energy is not believed.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # ASE and tblite load only when something is measured.
        from oracles.chemistry import ligand, provenance, semiempirical  # noqa: PLC0415

        account = Account()
        with account.told():
            within, without = (
                ligand.prepare(molecule, water=water, account=account) for water in (True, False)
            )
        water = semiempirical.point(within.conformers[0], water=True)
        gas = semiempirical.point(without.conformers[0], water=False)
        energy = water.energy - gas.energy
        transfer.believe(molecule, energy)
        details = {
            "isomer": within.isomer,
            "geometry": within.conformers[0].xyz(),
            "geometry_in_gas": without.conformers[0].xyz(),
            "geometry_from": "GFN2-xTB",
            "conformers": len(within.conformers),
            **within.search,
            "trajectory": within.path.details("geometry"),
            "energies_ev": {"gas": gas.energy, "water": water.energy},
            "versions": provenance.versions(),
        }
        value = Value("hydration_gfn2", energy, "eV", UNCERTAINTY)
        return Measurement((value,), Cost(0.0, 0.0), details | account.details())
