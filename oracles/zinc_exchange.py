"""How much zinc prefers a molecule to the water it displaces."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loop.molecule import Molecule
from loop.protocols import InputError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.chemistry import donors, effort
from oracles.chemistry.ions import IONS, IonName
from oracles.chemistry.level import MAX_CYCLE, Level, Solvation, level
from oracles.chemistry.own import Own, shipped_names
from oracles.chemistry.theory import CONFORMERS, Functional, Resources

UNCERTAINTY = {"cpcm": 0.04, "alpb-correction": 0.25}
"""Standard uncertainty in eV of the number as this protocol defines it, for what another search would find.

Eight known additives, each searched again from two other seeds: two searches differ by 0.036 eV (root mean
square; worst 0.09, glycerol), so that one is good to 0.026 (``python -m benchmarks.oracles repeats
--molecules 8``); the rest is for molecules with more donors than most of these have.

The GFN2 solvation correction does not follow the density: minima of one complex spread by 0.1 eV, and it
differs from C-PCM by 0.2 eV for ligands with few protons."""


def preload() -> None:
    """Import what each calculation needs, once, before they are forked."""
    importlib.import_module("oracles.chemistry.exchange")


class ZincExchange(BaseModel):
    """Energy of [M(H2O)N]q+ + L -> [M(H2O)(N-n)L]q+ + n H2O in water; negative: the ion prefers the molecule.

    The ion is Zn2+ unless set otherwise. The ligand binds with the number n of donors that gives the lowest
    energy, a Boltzmann average over several minima of the complex that PBE orders, as the hydrate's is; each
    number has a reaction of its own. The entropy of the released waters is not counted: a chelate is favoured
    by RT ln 55.5 = 0.10 eV more for every water beyond the first, for their dilution alone. In a continuum
    chelation comes out too weak (diethylenetriamine is lowest with one donor): the denticity is the
    protocol's, not a structure in solution. The bare reaction Zn2+ + L is no substitute; it measures
    charge transfer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["zinc_exchange"] = "zinc_exchange"
    ion: IonName = Field("Zn2+", description="The ion; another one gives another property.")
    denticity: Literal["any", "one"] = Field(
        "any",
        description="'any': the lower of the energies with one donor and with several. 'one': with one donor "
        "only, a chelating molecule, too.",
    )
    solvation: Solvation = Field(
        "cpcm",
        description="'cpcm': C-PCM in the density. 'alpb-correction': density in gas plus the solvation "
        "energy of GFN2/ALPB; a little cheaper, and blind to the strength of donors like DMSO.",
    )
    own: Own | None = Field(None, description="How a protocol of your own differs from the one named above.")
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
        """One property in eV, named after the ion: ``zn_exchange``."""
        text = f"energy of displacing water from {IONS[self.ion].formula(IONS[self.ion].waters)}, in water"
        return (Property(self._property, "eV", text),)

    @property
    def _property(self) -> str:
        return f"{IONS[self.ion].symbol.lower()}_exchange"

    def level(self) -> Level:
        """What gives the energies of complex and ligand."""
        found = self._named()
        return found if self.own is None else replace(found, functional=self.own.applied(found.functional))

    def _named(self) -> Level:
        return level(self.ion, self.solvation, self.max_cycle)

    def functional(self) -> Functional:
        """What gives their energies at fixed geometry."""
        return self.level().functional

    @property
    def uncertainties(self) -> Mapping[str, float]:
        """What another search for the complexes would find."""
        found = {self._property: UNCERTAINTY[self.solvation]}
        return found if self.own is None else self.own.uncertainties(found)

    def protocol(self) -> OracleProtocol:
        """Ion, functional, solvation, complex recipe and limits."""
        short = "cpcm" if self.solvation == "cpcm" else "alpb"
        one = "-one-donor" if self.denticity == "one" else ""
        ion, functional = IONS[self.ion], self.functional()
        method = self.own.method(functional) if self.own else "B3LYP-D3(BJ)/def2-SVP"
        water = functional.continuum.method if functional.continuum else "GFN2/ALPB minus gas"
        return OracleProtocol(
            oracle=self.kind,
            name=self.own.name if self.own else f"{ion.symbol.lower()}-exchange-b3lyp-svp-{short}{one}",
            settings={
                "level": self.level().settings(),
                "denticity": self.denticity,
                "ligand": f"averaged over {CONFORMERS}/ALPB(water)",
            },
            description=f"{method} energy of displacing water from "
            f"{ion.formula(ion.waters)}, {self.denticity} donor{'s' if self.denticity == 'any' else ''}, "
            f"implicit water by {water}, averaged over minima of GFN2/ALPB by PBE.",
        )

    def refusal(self, molecule: Molecule) -> str | None:
        """Elements outside the protocol, ions, and molecules without a donor atom."""
        return donors.refusal(molecule, self.ion)

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        """Fitted as those of :mod:`effort`; a third of it is the search."""
        atoms, shapes = effort.size(molecule)
        return 42.0 + 0.48 * atoms**2 + 0.016 * atoms**2 * shapes

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        """Measure one molecule; reference energies are kept in ``scratch.parent / "references"``.

        Raises
        ------
        InputError
            If an element is not covered, the molecule is charged, or it has no donor atom.
        ConvergenceError
            If a geometry or a density does not converge.
        RejectedError
            If no intact complex is found, or a check of the density or of the energy fails.
        """
        if (refused := self.refusal(molecule)) is not None:
            raise InputError(refused)
        # PySCF, ASE and tblite load only when something is measured.
        from oracles.chemistry import coordinated, exchange  # noqa: PLC0415

        kept, resources = scratch.parent / "references", Resources(scratch, self.max_memory_mb)
        chelates = self.denticity == "any"
        with resources.account.told():
            found = exchange.exchange(molecule, self.level(), kept, resources, chelates=chelates)
        sd = coordinated.uncertainty(self.uncertainties[self._property], found.details)
        value = Value(self._property, found.energy, "eV", sd)
        return Measurement((value,), Cost(0.0, 0.0), found.details | resources.account.details())

    @model_validator(mode="after")
    def _whole(self) -> ZincExchange:
        if self.own is None:
            return self
        functional, measured = self._named().functional, {self._property: 0.0}
        wrong = self.own.wrong(functional, measured, shipped_names(type(self)))
        if wrong is not None:
            raise ValueError(wrong)
        return self
