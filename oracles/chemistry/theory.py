"""What is computed, as values: the settings of a density-functional calculation, and nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from rdkit import Chem

from loop.molecule import Molecule
from oracles.chemistry.account import Account
from oracles.contained import abreast

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST_MB = 1500
"""Working memory below which densities are converged one after the other, rather than at a time with less:
the fitted integrals of a complex of twenty heavy atoms take 1300 MB."""

WATER_PERMITTIVITY = 78.3553
"""Relative permittivity of water at 298.15 K, as used by the common implementations of PCM."""

DIFFUSE = "6-31++g**"
DIFFUSE_COVERED = frozenset({"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Br"})
"""Elements for which this basis set has diffuse functions; bromine has others in it (:mod:`basis`)."""

COMPACT = "6-31g**"
"""The same without diffuse functions."""

POLARISED = "6-31g(d)"
"""That without functions of p on hydrogen, for geometries."""

GAUSSIAN_2DF_P = "6-31g(2df,p)/gaussian"
"""Gaussian's 6-31G(2df,p), as QM9 has it; PySCF's set of that name has other exponents."""

Grid = int | tuple[tuple[int, int], tuple[int, int]]
"""A level of PySCF's grids, or radial shells and Lebedev points, those of hydrogen and those of others."""

LEAN: Grid = ((20, 86), (30, 110))
"""Half the points of level 1. Over 14 additives (B, N, O, Si, P, S, Cl among them) it shifts HOMO and LUMO by
0.6 and 0.8 meV on average against level 3, and by 3 meV at most; level 1 by 0.1 and 0.3 meV on average, level
0, which has half its points, by 8 and 12."""

CHECKS = 2
"""Raised whenever the checks of a density refuse something else. In the settings of every protocol with a
density, so that no ledger serves what is not believed any more."""

CONFORMERS = (
    "up to 500 of ETKDG, MMFF94 where it applies, minima of GFN2-xTB from the lowest 32 and from up to 16 "
    "embeddings of other shapes"
)
"""The way from a molecule to its conformers, in the settings of every protocol that takes it."""

COARSE_SURFACE = 11
"""Order of the surface's quadrature while a geometry is relaxed, where half the time goes to its forces."""

THERMAL = 298.15 * 8.617333262e-5
"""kT at 25 degrees Celsius, in eV (CODATA 2018)."""

LARGEST_OUTSIDE = 0.3
"""An added electron with more than this outside the cavity is not in the molecule: it sits in the outermost
functions of the basis (water 0.74, urea 0.77, ammonia 0.79, DMSO 0.81; bound by 0.5 to 1.1 eV, as strongly
as acetone binds its own), against 0.05 to 0.16 in an orbital of the molecule (acrolein, nitromethane,
acetone)."""


@dataclass(frozen=True)
class Continuum:
    """Implicit water as a polarisable continuum.

    Attributes
    ----------
    method
        ``C-PCM`` (Barone & Cossi, 10.1021/jp9716997) or ``IEF-PCM`` (Cances, Mennucci & Tomasi,
        10.1063/1.474659), on the switching/Gaussian surface of Lange & Herbert, 10.1063/1.3511297; or
        ``SMD`` (Marenich, Cramer & Truhlar, 10.1021/jp810292n), IEF-PCM with radii of its own and terms for
        cavity, dispersion and the structure of water: free energies of 1 M gas -> 1 M solution.
    lebedev_order
        Order of the quadrature on each atom's sphere; order 17 (110 points) shifts orbital energies by
        0.003 eV against order 29.
    permittivity
        Relative permittivity.
    """

    method: str
    lebedev_order: int = 17
    permittivity: float = WATER_PERMITTIVITY


@dataclass(frozen=True)
class Functional:
    """One Kohn-Sham calculation.

    Attributes
    ----------
    xc, basis
        Names as PySCF knows them; its ``b3lyp`` has the VWN3 form of Gaussian.
    grids
        Grids the iteration converges on, one after the other: most cycles run on a coarse one, the last is
        the one that counts.
    energy_grid
        Grid the energy is evaluated on once more with the converged density. Its error is of second
        order in the density: against a density converged on level 1, one of level 0 moves the energy on
        level 2 by 2 meV for [Zn(H2O)5L]2+ and exchange energies by 0.2 meV. ``None`` for the last of
        ``grids``.
    conv_tol
        Convergence threshold of the energy, in hartree. The energy is evaluated once more afterwards, so
        that 1e-5 leaves an error of 0.02 meV (against 1e-7, [Zn(H2O)5(DMSO)]2+); orbitals move by 3 meV,
        with 1e-6 by less than 0.1 meV.
    coarse_tol
        The same on the grids before the last.
    dispersion
        ``d3bj`` (Grimme, Ehrlich & Goerigk, 10.1002/jcc.21759) or ``None``.
    continuum
        Implicit solvent, ``None`` for gas.
    guess
        First density, by PySCF's name. Superposed atoms (``minao``) take the fewest cycles; one converged in
        6-31G saves a cycle and costs three. Never ``1e``: it has led [Zn(urea)]2+ to a state hundreds of
        hartree too high.
    density_fitting
        Whether Coulomb and exchange integrals are fitted.
    auxiliary
        The basis set that fits them; ``None`` for the one PySCF chooses.
    functions
        What the shells of the basis set hold: ``spherical`` ones, all ``cartesian`` ones, or ``6d7f``: six d
        functions and the seven spherical f ones, which is what Gaussian does with Pople's sets.
    """

    xc: str
    basis: str
    grids: tuple[Grid, ...]
    conv_tol: float = 1e-7
    coarse_tol: float = 1e-5
    energy_grid: Grid | None = None
    dispersion: str | None = None
    continuum: Continuum | None = None
    guess: str = "minao"
    density_fitting: bool = True
    auxiliary: str | None = None
    functions: Literal["spherical", "cartesian", "6d7f"] = "spherical"

    @property
    def name(self) -> str:
        """Functional, basis set and solvent, in words."""
        solvent = "" if self.continuum is None else f"/{self.continuum.method}"
        return f"{self.xc}/{self.basis}{solvent}"

    def settings(self) -> dict[str, Any]:
        """Everything above as JSON-able values, for a protocol."""
        return asdict(self)


@dataclass(frozen=True)
class Resources:
    """What a calculation may use, and where it tells what it did; none of it changes a value.

    Attributes
    ----------
    scratch
        Directory for temporary files.
    memory_mb
        Working memory, in MB (1e6 bytes).
    account
        Takes down every try.
    """

    scratch: Path
    memory_mb: int
    account: Account = field(default_factory=Account)

    @property
    def at_once(self) -> int:
        """Densities that may be converged at a time."""
        return max(1, min(abreast.allowed(), self.memory_mb // LEAST_MB))

    @property
    def share(self) -> Resources:
        """What each of them may use."""
        return replace(self, memory_mb=self.memory_mb // self.at_once)

    def each(
        self, function: Callable[[Item], Result], items: Iterable[Item], /
    ) -> Generator[Callable[[], Result], None, None]:
        """Ask for densities, each of which takes no more than a :attr:`share`; see :meth:`Account.each`."""
        return self.account.each(function, items, self.at_once)


def elements(molecule: Molecule) -> tuple[str, ...]:
    """Symbols of the elements of a molecule, hydrogen included where there is any."""
    return tuple(sorted({atom.GetSymbol() for atom in Chem.AddHs(molecule.rdkit()).GetAtoms()}))


def uncovered(molecule: Molecule, covered: frozenset[str], why: str) -> str | None:
    """Name the elements of ``molecule`` outside ``covered``; ``None`` if there are none."""
    foreign = {atom.GetSymbol() for atom in molecule.rdkit().GetAtoms()} - covered
    if not foreign:
        return None
    names = ", ".join(sorted(foreign))
    return f"{molecule} contains {names}, {why}; covered are {', '.join(sorted(covered))}"
