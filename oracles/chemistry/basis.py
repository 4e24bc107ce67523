"""Basis sets that PySCF does not have, and sets of functions that it does not mix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import scipy.linalg
from pyscf import gto
from pyscf.data.elements import CONFIGURATION
from pyscf.dft.rks import RKS
from pyscf.dft.uks import UKS
from pyscf.lib.exceptions import BasisNotFoundError

from oracles.chemistry.geometry import FloatArray
from oracles.chemistry.theory import COMPACT, DIFFUSE, GAUSSIAN_2DF_P, POLARISED

D_EXPONENTS = (1.6, 0.4)
"""Of the two d shells on C, N, O and F: the 0.8 of 6-31G(d), split by 2 and 1/2 (Frisch, Pople & Binkley,
10.1063/1.447079)."""

F_EXPONENTS = {"C": 0.8, "N": 1.0, "O": 1.4, "F": 1.85}
"""Of the f shell (same source)."""

HYDROGEN_P = 1.1
"""Of the p shell on hydrogen: that of 6-31G(d,p), not the 0.75 of 6-311G(d,p)."""

BROMINE = {DIFFUSE: "def2-svpd", COMPACT: "6-31g*", POLARISED: "6-31g*"}
"""Basis set -> that of bromine in it, by PySCF's names.

Its 6-31G(d) (Rassolov et al., 10.1002/jcc.1058) PySCF has under one of that set's names alone, and no diffuse
functions that go with it. It is def2-SVPD there (Rappoport & Furche, 10.1063/1.3484283), which has two
functions for a valence orbital as well. Orbital energies of bromomethane, bromoethanol, bromoethene and
dibromomethylamine are within 0.03 (HOMO) and 0.12 eV (LUMO) of those of def2-TZVPD on all atoms, those of
their chlorine analogues in 6-31++G** within 0.04 and 0.25; 6-31G(d) without diffuse functions on bromine puts
the HOMO 0.05 to 0.1 eV higher than with them.
"""

HELIUM = 2
SMALLEST_CORE = 1.5
"""Smallest exponent of the narrowest function that makes up a 1s orbital, over the square of the nuclear
charge: 2.0 in STO-3G, far more in others, below 0.9 in sets for a core potential."""

PURE_FROM = 3
"""Gaussian's default for Pople's sets with one exponent for s and p: six d functions, seven f functions."""


def named(name: str) -> str | dict[str, Any]:
    """The basis set of a name as PySCF takes it: the name, or names or shells by element."""
    if name == GAUSSIAN_2DF_P:
        return _gaussian_2df_p()
    return {"default": name, "Br": BROMINE[name]} if name in BROMINE else name


def fitting(name: str) -> str | None:
    """The basis set that fits its densities; ``None`` for the one that PySCF chooses.

    For shells it has no name for PySCF makes even-tempered functions: on an eight-atom ring 1,713 instead of
    900, twice the time, and orbital energies that differ by less than 0.2 meV.
    """
    return "def2-universal-jkfit" if name == GAUSSIAN_2DF_P else None


def cores(name: str, symbols: Iterable[str]) -> dict[str, Any]:
    """Element -> effective core potential that the basis set was made for; empty if it holds all electrons.

    PySCF only warns where one is left out, and gives the electrons of the core functions of the valence:
    iodomethane in def2-SVP converges to -2039 hartree and a gap of 8.7 eV.
    """
    if "(" in name:  # Pople's with polarising functions, ours among them, hold all electrons
        return {}
    file = _potentials_of(name)
    found = {s: _potential(file, s) for s in sorted(set(symbols)) if not gto.mole.is_ghost_atom(s)}
    return {symbol: core for symbol, core in found.items() if core}


def _potentials_of(name: str) -> str:
    """PySCF's name for the potentials of a basis set; it keeps those of some families under one name."""
    whole = name.removeprefix("unc-").partition("@")[0]
    for family in ("ccecp-he", "ccecp", "bfd"):
        if whole.startswith(family):
            return family
    # Those of aug-cc-pVnZ-PP, which PySCF keeps in two files, are those of cc-pVnZ-PP.
    return whole.removeprefix("aug-").replace("cc-pcv", "cc-pv")


def _potential(file: str, symbol: str) -> Any:  # noqa: ANN401 - PySCF's own nested lists
    try:
        return gto.basis.load_ecp(file, symbol)
    except (BasisNotFoundError, RuntimeError, OSError):  # so it says that there is none of this name
        return None


def wanting(mol: gto.Mole) -> list[str]:
    """Elements whose functions cannot hold the electrons of the atom that no core potential stands for.

    Either there are fewer contracted functions than orbitals to be filled, or none is as narrow as the core.
    """
    return sorted({str(mol.atom_pure_symbol(k)) for k in range(mol.natm) if _is_wanting(mol, k)})


def _is_wanting(mol: gto.Mole, atom: int) -> bool:
    charge, core = gto.charge(mol.atom_symbol(atom)), int(mol.atom_nelec_core(atom))
    shells = mol.atom_shell_ids(atom)
    if mol.atom_charge(atom) == 0 or not len(shells):  # a ghost
        return False
    for momentum, electrons in enumerate(CONFIGURATION[charge]):
        orbitals = -(-electrons // (4 * momentum + 2)) - gto.ecp.core_configuration(core)[momentum]
        if sum(mol.bas_nctr(s) for s in shells if mol.bas_angular(s) == momentum) < orbitals:
            return True
    narrowest = max(float(mol.bas_exp(shell).max()) for shell in shells)
    return bool(core == 0 and charge > HELIUM and narrowest < SMALLEST_CORE * charge**2)


def without(mol: gto.Mole) -> list[str]:
    """Elements for which a basis set given as shells has none, so that PySCF would leave them bare."""
    have = {mol.bas_atom(shell) for shell in range(mol.nbas)}
    return sorted({mol.atom_pure_symbol(k) for k in range(mol.natm) if k not in have})


def _gaussian_2df_p() -> dict[str, Any]:
    shells: dict[str, Any] = {"H": [*gto.basis.load("6-31g", "H"), [1, [HYDROGEN_P, 1.0]]]}
    for element, exponent in F_EXPONENTS.items():
        polarising = [[2, [d, 1.0]] for d in D_EXPONENTS] + [[3, [exponent, 1.0]]]
        shells[element] = gto.basis.load("6-31g", element) + polarising
    return shells


class _Mixed:
    """Kohn-Sham in six d and seven f functions, of which PySCF only has all Cartesian or all spherical.

    The integrals are Cartesian; orbitals are sought in the space that leaves out the three p functions which
    ten Cartesian f functions contain (and the likewise contained ones above f).
    """

    mol: gto.Mole

    def check_linear_dependency(self, s: FloatArray, verbose: int | None = None) -> FloatArray:  # noqa: ARG002
        """Orthonormal functions that span the space, shape ``(n_cartesian, n_mixed)``.

        PySCF seeks orbitals, and the error of its DIIS, in what this returns.
        """
        kept = mixed(self.mol)
        values, vectors = np.linalg.eigh(kept.T @ s @ kept)
        return np.asarray(kept @ (vectors / np.sqrt(values)))

    def eig(
        self, h: FloatArray, s: FloatArray, overwrite: bool = False, x: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Energies and coefficients of orbitals in the space, for a caller that has not set it up, too."""
        within = self.check_linear_dependency(s) if x is None else x
        energies, coefficients = super().eig(h, s, overwrite, within)  # type: ignore[misc]
        return np.asarray(energies), np.asarray(coefficients)


class MixedRKS(_Mixed, RKS):  # type: ignore[misc]
    """The same for a closed shell."""


class MixedUKS(_Mixed, UKS):  # type: ignore[misc]
    """The same with unpaired electrons."""


def kohn_sham(mol: gto.Mole, functions: str, xc: str, *, restricted: bool) -> RKS | UKS:
    """PySCF's object for ``functions`` of :class:`~oracles.chemistry.theory.Functional`."""
    if functions == "6d7f":
        return (MixedRKS if restricted else MixedUKS)(mol, xc=xc)
    return (RKS if restricted else UKS)(mol, xc=xc)


def mixed(mol: gto.Mole) -> FloatArray:
    """Coefficients of six d and seven f functions in Cartesian ones, shape ``(n_cartesian, n_mixed)``."""
    blocks = []
    for shell in range(mol.nbas):
        momentum, n = mol.bas_angular(shell), mol.bas_nctr(shell)
        size = (momentum + 1) * (momentum + 2) // 2
        block = np.eye(size) if momentum < PURE_FROM else gto.cart2sph(momentum)
        blocks += [block] * n
    return np.asarray(scipy.linalg.block_diag(*blocks))
