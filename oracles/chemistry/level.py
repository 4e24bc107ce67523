"""How the energies of complexes are computed, as a value: nothing heavy is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from oracles.chemistry.ions import IONS, Ion
from oracles.chemistry.theory import CHECKS, COARSE_SURFACE, Continuum, Functional

Solvation = Literal["cpcm", "alpb-correction"]

RECIPE = 8
"""Raised whenever the way from a molecule to its complexes changes."""

MAX_CYCLE = 60
"""Largest number of SCF cycles on each grid, unless a setting says otherwise."""


@dataclass(frozen=True)
class Level:
    """How energies of complexes are computed.

    Attributes
    ----------
    ion
        What they are built around.
    functional
        At fixed geometry.
    correction
        Whether to add the solvation energy of GFN2 (ALPB minus gas).
    max_cycle
        Of each self-consistent iteration.
    """

    ion: Ion
    functional: Functional
    correction: bool
    max_cycle: int

    @property
    def ordering(self) -> Level:
        """The same with PBE on a coarser surface: what tells minima of one structure apart.

        Against B3LYP-D3(BJ)/def2-SVP in C-PCM, differences between minima err by 0.01 eV (RMS of nine of
        complexes of urea, glycolamide and taurine; worst 0.024, taurine), at 0.39 of the time. PBE is Perdew,
        Burke & Ernzerhof, 10.1103/PhysRevLett.77.3865. An energy on grid 0 would add 0.02 eV.
        """
        continuum = self.functional.continuum
        cheap = replace(
            self.functional,
            xc="pbe",
            dispersion="d3bj",
            grids=(0,),
            energy_grid=1,
            conv_tol=1e-4,
            auxiliary=None,
            density_fitting=True,
            continuum=continuum and replace(continuum, lebedev_order=COARSE_SURFACE),
        )
        return replace(self, functional=cheap)

    def settings(self) -> dict[str, Any]:
        """Everything that changes an energy as JSON-able values, for a protocol; keys reference energies."""
        return {
            "ion": self.ion.name,
            "functional": self.functional.settings(),
            "solvation": "alpb-correction" if self.correction else "in the functional",
            "geometry": "intact complexes of lowest energy, GFN2-xTB/ALPB(water)",
            "energy": "Boltzmann average over minima, 298.15 K",
            "ordering": self.ordering.functional.settings(),
            "max_cycle": self.max_cycle,
            "recipe": RECIPE,
            "checks": CHECKS,
        }


def level(ion: str, solvation: Solvation, max_cycle: int = MAX_CYCLE) -> Level:
    """B3LYP-D3(BJ)/def2-SVP, water as C-PCM in the density or added from GFN2."""
    functional = Functional(
        "b3lyp",
        "def2-svp",
        grids=(0,),
        energy_grid=2,
        conv_tol=1e-5,
        dispersion="d3bj",
        continuum=Continuum("C-PCM") if solvation == "cpcm" else None,
    )
    return Level(IONS[ion], functional, solvation == "alpb-correction", max_cycle)
