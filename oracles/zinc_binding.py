"""How strongly a bare zinc ion binds a molecule in gas."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule, is_zwitterion
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import donors
from oracles.chemistry.ions import IONS
from oracles.chemistry.theory import CHECKS, CONFORMERS, Functional, Resources

UNCERTAINTY = 0.4
"""Standard uncertainty in eV against CCSD(T)/def2-TZVPP: De of Zn2+-OH2 is 4.12 eV there and 4.44 here, of
Zn2+-NH3 5.45 and 5.96."""

RECIPE = 2
"""Raised whenever the way from a molecule to its complex changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.binding")


class ZincBinding(BaseModel):
    """B3LYP energy of Zn2+ + L -> ZnL2+ in gas, without zero-point energy; negative: bound.

    No ranking for additives in water: the ion draws charge from whatever it meets, so that large and soft
    molecules come out best, and the water they have to displace is not there. ``zinc_exchange`` is the
    oracle for that; this one is for comparison with gas-phase experiments and published energies.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["zinc_binding"] = "zinc_binding"
    basis: Literal["def2-tzvpd", "def2-svpd"] = Field(
        "def2-tzvpd",
        description="'def2-tzvpd': superposition error 0.02 eV at Zn2+-OH2. 'def2-svpd': cheaper, 0.13 eV.",
    )
    counterpoise: Literal["none", "full"] = Field(
        "full",
        description="'full': ion and molecule have the functions of the whole complex (Boys and Bernardi). "
        "'none': each has its own.",
    )
    max_cycle: int = Field(60, gt=0, le=10_000, description="Largest number of SCF cycles on each grid.")
    max_memory_mb: int = Field(4500, gt=200, description="Working memory of one calculation, in MB.")

    @property
    def exact(self) -> bool:
        """Too dear to ask about every molecule."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``zn_binding``, in eV."""
        return (Property("zn_binding", "eV", "energy of Zn2+ + L -> ZnL2+ in gas"),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """Error against coupled cluster."""
        return {"zn_binding": UNCERTAINTY}

    def functional(self) -> Functional:
        """What gives the energies."""
        return Functional("b3lyp", self.basis, grids=(0, 1), energy_grid=2, conv_tol=1e-6)

    def forces(self) -> Functional:
        """What relaxes complex and molecule."""
        return Functional("b3lyp", "def2-svp", grids=(1,))

    def protocol(self) -> OracleProtocol:
        """Functional, geometry, counterpoise correction and limits."""
        short = {"def2-tzvpd": "tzvpd", "def2-svpd": "svpd"}[self.basis]
        raw = "-raw" if self.counterpoise == "none" else ""
        return OracleProtocol(
            oracle=self.kind,
            name=f"zn-binding-gas-b3lyp-{short}{raw}",
            settings={
                "functional": self.functional().settings(),
                "forces": self.forces().settings(),
                "counterpoise": self.counterpoise,
                "geometry": f"lowest intact start with {CONFORMERS} in gas, relaxed with the forces",
                "max_cycle": self.max_cycle,
                "recipe": RECIPE,
                "checks": CHECKS,
            },
            description=f"B3LYP/{self.basis} energy of bare zinc and the molecule in gas, "
            + ("full" if self.counterpoise == "full" else "no")
            + " counterpoise correction, at B3LYP/def2-SVP geometries.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, zwitterions, and molecules without a donor atom."""
        if molecule.charge:
            return f"{molecule} has the charge {molecule.charge:+d}; give its neutral form"
        if (reason := donors.refusal(molecule)) is not None:
            return reason
        if is_zwitterion(molecule):
            return f"{molecule} is a zwitterion, which does not exist in gas; give its neutral form"
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the size of the molecule."""
        return 15.0 + 20.0 * molecule.heavy_atoms + 1.0 * molecule.heavy_atoms**2

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule.

        Raises
        ------
        InputError
            If an element is not covered, the molecule is charged or a zwitterion, or it has no donor atom.
        ConvergenceError
            If a geometry or a density does not converge.
        RejectedError
            If the ion takes the molecule apart, or charge has moved between the two.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import binding  # noqa: PLC0415

        resources = Resources(scratch, self.max_memory_mb)
        with resources.account.told():
            found = binding.binding(
                molecule,
                IONS["Zn2+"],
                self.functional(),
                self.forces(),
                self.max_cycle,
                resources,
                counterpoise=self.counterpoise == "full",
            )
        value = Value("zn_binding", found.energy, "eV", UNCERTAINTY)
        return Measurement((value,), Cost(0.0, 0.0), found.details | resources.account.details())
