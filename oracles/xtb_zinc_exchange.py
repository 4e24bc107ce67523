"""How much zinc prefers a molecule to water, by GFN2-xTB."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import donors

UNCERTAINTY = {"quick": 0.06, "thorough": 0.03}
"""Standard uncertainty in eV of the number as this protocol defines it, for what another search would find.

Estimates: over eight ligands the two searches differed by 0.01 eV or less but for glycol, by 0.04."""

RECIPE = 1
"""Raised whenever the way from a molecule to its complex changes."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    for name in ("oracles.chemistry.complexes", "oracles.chemistry.exchange_gfn2"):
        importlib.import_module(name)


class XtbZincExchange(BaseModel):
    """GFN2-xTB energy of [Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O in water; negative: zinc prefers L.

    The reaction and the complexes are those of the oracle ``zinc_exchange``; only the energies are GFN2's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xtb_zinc_exchange"] = "xtb_zinc_exchange"
    search: Literal["quick", "thorough"] = Field(
        "thorough",
        description="how many starting geometries are relaxed; 'quick' takes about a third of the time",
    )

    @property
    def exact(self) -> bool:
        """Seconds a molecule; too dear to ask about every one."""
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        """One property, ``zn_exchange_gfn2``, in eV."""
        text = "energy of displacing one water of [Zn(H2O)6]2+, in water, GFN2-xTB"
        return (Property("zn_exchange_gfn2", "eV", text),)

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """What another search for the complex would find."""
        return {"zn_exchange_gfn2": UNCERTAINTY[self.search]}

    def protocol(self) -> OracleProtocol:
        """Method, complex recipe and search."""
        return OracleProtocol(
            oracle=self.kind,
            name="zn-exchange-gfn2" + ("-quick" if self.search == "quick" else ""),
            settings={
                "method": "GFN2-xTB/ALPB(water)",
                "geometry": "lowest intact monodentate complex, GFN2-xTB/ALPB(water)",
                "search": self.search,
                "denticity": 1,
                "recipe": RECIPE,
            },
            description="GFN2-xTB energy, in implicit water, of displacing one water of the hexaaqua zinc "
            f"ion; {self.search} search for the complex.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, and molecules without a donor atom."""
        return donors.refusal(molecule)

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Grows with the size of the complex."""
        return (0.35 if self.search == "quick" else 1.0) * (6.0 + 0.8 * molecule.heavy_atoms)

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule; reference energies are kept in ``scratch.parent / "references"``.

        Raises
        ------
        InputError
            If an element is not covered, the molecule is charged, or it has no donor atom.
        ConvergenceError
            If a geometry or the charges do not converge.
        RejectedError
            If no intact complex is found, or the energy is not believed.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # ASE and tblite load only when something is measured.
        from oracles.chemistry import complexes, exchange_gfn2  # noqa: PLC0415

        search = complexes.QUICK if self.search == "quick" else complexes.THOROUGH
        found = exchange_gfn2.exchange(
            molecule, search, self.protocol().digest, scratch.parent / "references"
        )
        value = Value("zn_exchange_gfn2", found.energy, "eV", UNCERTAINTY[self.search])
        return Measurement((value,), Cost(0.0, 0.0), found.details)
