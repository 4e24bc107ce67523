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
from oracles.chemistry import donors, effort
from oracles.chemistry.account import Account
from oracles.chemistry.ions import IONS, IonName
from oracles.chemistry.level import RECIPE
from oracles.chemistry.theory import CONFORMERS

UNCERTAINTY = {"quick": 0.06, "thorough": 0.03}
"""Standard uncertainty in eV of the number as this protocol defines it, for what another search would find.

Estimates: over eight ligands the two searches differed by 0.01 eV or less but for glycol, by 0.04."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    for name in ("oracles.chemistry.complexes", "oracles.chemistry.exchange_gfn2"):
        importlib.import_module(name)


class XtbZincExchange(BaseModel):
    """GFN2-xTB energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O in water; negative: the ion prefers L.

    The reactions and the complexes are those of the oracle ``zinc_exchange``; only the energies are GFN2's.
    The entropy of the released waters is not counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["xtb_zinc_exchange"] = "xtb_zinc_exchange"
    ion: IonName = Field("Zn2+", description="the ion; another one gives another property")
    denticity: Literal["any", "one"] = Field(
        "any",
        description="'any': the lower of the energies with one donor and with several; 'one': with one donor",
    )
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
        """One property in eV, named after the ion: ``zn_exchange_gfn2``."""
        ion = IONS[self.ion]
        text = f"energy of displacing water from {ion.formula(ion.waters)}, in water, GFN2-xTB"
        return (Property(self._property, "eV", text),)

    @property
    def _property(self) -> str:
        return f"{IONS[self.ion].symbol.lower()}_exchange_gfn2"

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """What another search for the complex would find."""
        return {self._property: UNCERTAINTY[self.search]}

    def protocol(self) -> OracleProtocol:
        """Ion, method, complex recipe and search."""
        ion = IONS[self.ion]
        one, quick = self.denticity == "one", self.search == "quick"
        return OracleProtocol(
            oracle=self.kind,
            name=f"{ion.symbol.lower()}-exchange-gfn2"
            + ("-one-donor" if one else "")
            + ("-quick" if quick else ""),
            settings={
                "ion": self.ion,
                "method": "GFN2-xTB/ALPB(water)",
                "ligand": f"{CONFORMERS}/ALPB(water)",
                "geometry": "lowest intact complex, GFN2-xTB/ALPB(water)",
                "search": self.search,
                "denticity": self.denticity,
                "recipe": RECIPE,
            },
            description="GFN2-xTB energy, in implicit water, of displacing water from "
            f"{ion.formula(ion.waters)}, {'one donor' if one else 'any donors'}; "
            f"{self.search} search for the complex.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, and molecules without a donor atom."""
        return donors.refusal(molecule, self.ion)

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Of the search."""
        return (0.35 if self.search == "quick" else 1.0) * effort.complexes(molecule)

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
        from oracles.chemistry import complexes, coordinated, exchange_gfn2  # noqa: PLC0415

        search = complexes.QUICK if self.search == "quick" else complexes.THOROUGH
        kept, account, chelates = scratch.parent / "references", Account(), self.denticity == "any"
        with account.told():
            found = exchange_gfn2.exchange(molecule, IONS[self.ion], search, account, kept, chelates=chelates)
        sd = coordinated.uncertainty(UNCERTAINTY[self.search], found.details)
        value = Value(self._property, found.energy, "eV", sd)
        return Measurement((value,), Cost(0.0, 0.0), found.details | account.details())
