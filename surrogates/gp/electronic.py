"""What the electrons of a molecule do, as far as its graph tells: Hückel levels and charge moments.

Frontier orbitals depend on how pi electrons and lone pairs are connected, which counts of groups miss. A
simple Hückel calculation on the graph ranks the LUMO of QM9's molecules by itself (Spearman 0.9), and its pi
charges beside Gasteiger's sigma charges rank the dipole moment (0.63, against 0.39 without); it takes a tenth
of a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rdkit.Chem import GetAdjacencyMatrix, GetDistanceMatrix, rdPartialCharges
from rdkit.Chem.rdchem import Atom, Mol

from loop.objective import FloatArray

NAMES = ("pi homo", "pi lumo", "dipole moment", "sigma moment", "highest charge", "lowest charge")
"""Hückel levels in beta (larger: more bonding); estimates of the dipole moment from sigma and pi charges, and
from sigma charges stretched, in e and bonds; extreme sigma charges in e."""

ALPHA = {
    "B0": -0.45,
    "C1": 0.0,
    "N1": 0.51,
    "N2": 1.37,
    "O1": 0.97,
    "O2": 2.09,
    "F2": 2.71,
    "Si1": 0.0,
    "P1": 0.19,
    "P2": 0.75,
    "S1": 0.46,
    "S2": 1.11,
    "Cl2": 1.48,
    "Br2": 1.50,
}
"""Coulomb integrals relative to carbon, in beta, by element and electrons in the pi system.

Van-Catledge, J. Org. Chem. 1980, 45, 4801; bromine after Streitwieser, *Molecular Orbital Theory for Organic
Chemists* (1961), p. 135."""

BETA = {
    ("C1", "C1"): 1.0,
    ("B0", "C1"): 0.73,
    ("C1", "N1"): 1.02,
    ("C1", "N2"): 0.89,
    ("C1", "O1"): 1.06,
    ("C1", "O2"): 0.66,
    ("C1", "F2"): 0.52,
    ("C1", "Si1"): 0.75,
    ("C1", "P1"): 0.77,
    ("C1", "P2"): 0.76,
    ("C1", "S1"): 0.81,
    ("C1", "S2"): 0.69,
    ("C1", "Cl2"): 0.62,
    ("Br2", "C1"): 0.30,
    ("N1", "N1"): 1.09,
    ("N1", "N2"): 0.99,
    ("N2", "N2"): 0.98,
    ("N1", "O1"): 1.14,
    ("N1", "O2"): 0.80,
    ("N2", "O1"): 1.13,
    ("N2", "O2"): 0.89,
    ("O1", "O1"): 1.26,
    ("O1", "O2"): 1.02,
    ("O2", "O2"): 0.95,
}
"""Resonance integrals, in beta; same source. Pairs it does not hold get ``OTHER_BETA``."""

OTHER_BETA = 0.8

INDUCTION = 0.15
"""Each saturated carbon bonded to an atom of the pi system raises its level by so much, in beta."""

SIGMA, SIGMA_STAR = 3.0, -2.0
"""Levels that stand for the sigma bonds where no pi level or lone pair is above, or none empty below."""

_LONE_PAIRS = {"N", "O", "S", "P"}
_HALOGENS = {"F", "Cl", "Br"}
_PLACE = {kind: k for k, kind in enumerate(ALPHA)}
_ALPHA = np.array(list(ALPHA.values()))
_ELECTRONS = np.array([int(kind[-1]) for kind in ALPHA])


@dataclass(frozen=True)
class Hueckel:
    """Pi electrons and lone pairs of a molecule.

    Attributes
    ----------
    homo, lumo
        Highest occupied and lowest empty level, in beta.
    charges
        Of every atom, in e: electrons it gives to the pi system less those it has there.
    """

    homo: float
    lumo: float
    charges: FloatArray


def electronic(mol: Mol) -> list[float]:
    """The values of ``NAMES`` for one molecule."""
    # Indices are quicker than RDKit's iterators, and pools have a hundred thousand atoms.
    atoms = [mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms())]
    pi = hueckel(mol, atoms)
    sigma = _gasteiger(mol, atoms)
    apart = GetDistanceMatrix(mol)
    moments = (_moment(sigma + pi.charges, apart), _moment(sigma, apart * apart))
    return [pi.homo, pi.lumo, *moments, float(sigma.max()), float(sigma.min())]


def hueckel(mol: Mol, atoms: Sequence[Atom]) -> Hueckel:
    """Solve the Hückel problem of pi electrons and lone pairs.

    Every atom in a multiple or aromatic bond gives an orbital, and every N, O, S, P or halogen with a lone
    pair; saturated carbons give none.

    Parameters
    ----------
    atoms
        The atoms of ``mol``.
    """
    orders = GetAdjacencyMatrix(mol, True)
    highest = orders.max(axis=1, initial=0.0).tolist()
    kinds = [_kind(atom, order > 1.0) for atom, order in zip(atoms, highest, strict=True)]
    inside = [i for i, kind in enumerate(kinds) if kind >= 0]
    charges = np.zeros(len(atoms))
    if not inside:
        return Hueckel(SIGMA, SIGMA_STAR, charges)
    kind = np.array(kinds)[inside]
    bonded = orders[inside] > 0.0
    matrix = _betas()[kind[:, None], kind] * bonded[:, inside]
    saturated = [float(k < 0 and a.GetAtomicNum() == 6) for k, a in zip(kinds, atoms, strict=True)]
    matrix.ravel()[:: len(inside) + 1] = _ALPHA[kind] - INDUCTION * (bonded @ saturated)
    levels, orbitals = np.linalg.eigh(matrix)
    given = _ELECTRONS[kind]
    electrons = int(given.sum())
    filled = min((electrons + 1) // 2, len(levels))
    occupied = orbitals[:, len(levels) - filled :]
    population = 2.0 * (occupied * occupied).sum(axis=1)
    if electrons % 2 and filled:
        population -= occupied[:, 0] ** 2  # the highest level holds one electron only
    charges[inside] = given - population
    found = levels[::-1].tolist()
    homo = found[filled - 1] if filled else SIGMA
    return Hueckel(homo, found[filled] if filled < len(found) else SIGMA_STAR, charges)


@cache
def _betas() -> FloatArray:
    """``BETA`` as a table, in the order of ``ALPHA``."""
    table = np.full((len(ALPHA), len(ALPHA)), OTHER_BETA)
    for (one, other), value in BETA.items():
        table[_PLACE[one], _PLACE[other]] = table[_PLACE[other], _PLACE[one]] = value
    return table


def _kind(atom: Atom, multiple: bool) -> int:
    """Place in ``ALPHA`` of what an atom gives to the pi system, -1 if it gives no orbital.

    Parameters
    ----------
    multiple
        Whether the atom has a multiple or aromatic bond.
    """
    symbol = atom.GetSymbol()
    if symbol in {"C", "Si"}:
        return _PLACE[symbol + "1"] if multiple else -1
    if symbol in _HALOGENS:
        return _PLACE[symbol + "2"]
    if symbol == "B":
        return _PLACE["B0"]
    if symbol not in _LONE_PAIRS or (atom.GetFormalCharge() > 0 and not multiple):
        return -1
    return _PLACE[symbol + ("1" if multiple and not _gives_its_pair(atom) else "2")]


def _gives_its_pair(atom: Atom) -> bool:
    """Whether an atom of an aromatic ring gives two electrons to it, as in pyrrole and furan."""
    if not atom.GetIsAromatic():
        return False
    return atom.GetSymbol() in {"O", "S"} or (atom.GetTotalDegree() == 3 and atom.GetFormalCharge() == 0)


def _gasteiger(mol: Mol, atoms: Sequence[Atom]) -> FloatArray:
    """Gasteiger's charges of the sigma bonds (10.1016/0040-4020(80)80168-2), those of hydrogens included."""
    if atoms and not atoms[0].HasProp("_GasteigerHCharge"):  # PEOE_VSA leaves them
        rdPartialCharges.ComputeGasteigerCharges(mol)
    q = np.array([a.GetDoubleProp("_GasteigerCharge") + a.GetDoubleProp("_GasteigerHCharge") for a in atoms])
    return q if np.isfinite(q).all() else np.where(np.isfinite(q), q, 0.0)  # elements without parameters


def _moment(charges: FloatArray, squares: FloatArray) -> float:
    """Dipole moment as far as a graph tells.

    For a neutral molecule its square is minus half the sum of ``q_i q_j r_ij^2``. The number of bonds
    between two atoms stands for the square of ``r``, as chains coil, or for ``r`` itself.
    """
    q = charges - charges.mean()
    return float(max(0.0, -0.5 * q @ squares @ q) ** 0.5)
