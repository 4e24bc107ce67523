"""What the electrons of a molecule do, as far as its graph tells: Hückel levels and charge moments.

Frontier orbitals depend on how pi electrons and lone pairs are connected, which counts of groups miss. A
simple Hückel calculation on the graph ranks the LUMO of QM9's molecules by itself (Spearman 0.9) and halves
the held-out error of the LUMO at 50 measurements; it takes a tenth of a millisecond.
"""

from __future__ import annotations

import numpy as np
from rdkit.Chem import BondType, GetDistanceMatrix, rdPartialCharges
from rdkit.Chem.rdchem import Atom, Mol

from loop.objective import FloatArray

NAMES = ("pi homo", "pi lumo", "charge moment 1", "charge moment 2", "highest charge", "lowest charge")
"""Hückel levels in units of beta (larger: more bonding); charge moments in e and bonds; charges in e."""

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


def electronic(mol: Mol) -> list[float]:
    """The values of ``NAMES`` for one molecule."""
    return [*levels(mol), *charges(mol)]


def levels(mol: Mol) -> tuple[float, float]:
    """Highest occupied and lowest empty Hückel level of pi electrons and lone pairs, in beta.

    Every atom in a multiple or aromatic bond gives an orbital, and every N, O, S, P or halogen with a lone
    pair; saturated carbons give none.
    """
    kinds = {atom.GetIdx(): kind for atom in mol.GetAtoms() if (kind := _kind(atom)) is not None}
    if not kinds:
        return SIGMA, SIGMA_STAR
    place = {index: k for k, index in enumerate(kinds)}
    matrix = np.diag([ALPHA[kind] for kind in kinds.values()])
    for bond in mol.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if i in kinds and j in kinds:
            pair = (kinds[i], kinds[j]) if kinds[i] <= kinds[j] else (kinds[j], kinds[i])
            matrix[place[i], place[j]] = matrix[place[j], place[i]] = BETA.get(pair, OTHER_BETA)
        elif i in kinds and bond.GetEndAtom().GetAtomicNum() == 6:
            matrix[place[i], place[i]] -= INDUCTION
        elif j in kinds and bond.GetBeginAtom().GetAtomicNum() == 6:
            matrix[place[j], place[j]] -= INDUCTION
    electrons = sum(int(kind[-1]) for kind in kinds.values())
    found = np.linalg.eigvalsh(matrix)[::-1]
    filled = min((electrons + 1) // 2, len(found))
    homo = float(found[filled - 1]) if filled else SIGMA
    return homo, float(found[filled]) if filled < len(found) else SIGMA_STAR


def _kind(atom: Atom) -> str | None:
    """Element and number of electrons an atom gives to the pi system; ``None`` if it gives no orbital."""
    symbol = atom.GetSymbol()
    if symbol in _HALOGENS:
        return symbol + "2"
    if symbol == "B":
        return "B0"
    multiple = any(bond.GetBondType() != BondType.SINGLE for bond in atom.GetBonds())
    if symbol in {"C", "Si"}:
        return symbol + "1" if multiple else None
    if symbol not in _LONE_PAIRS or (atom.GetFormalCharge() > 0 and not multiple):
        return None
    return symbol + ("1" if multiple and not _gives_its_pair(atom) else "2")


def _gives_its_pair(atom: Atom) -> bool:
    """Whether an atom of an aromatic ring gives two electrons to it, as in pyrrole and furan."""
    if not atom.GetIsAromatic():
        return False
    return atom.GetSymbol() in {"O", "S"} or (atom.GetTotalDegree() == 3 and atom.GetFormalCharge() == 0)


def charges(mol: Mol) -> tuple[float, float, float, float]:
    """Two estimates of the dipole moment, and the extreme charges, from Gasteiger's charges.

    For a neutral molecule the squared dipole is minus half the sum of ``q_i q_j r_ij^2``; the number of
    bonds between two atoms stands for ``r``, or for its square, as chains coil.
    """
    rdPartialCharges.ComputeGasteigerCharges(mol)
    own = np.array(
        [a.GetDoubleProp("_GasteigerCharge") + a.GetDoubleProp("_GasteigerHCharge") for a in mol.GetAtoms()]
    )
    q: FloatArray = np.nan_to_num(own, nan=0.0, posinf=0.0, neginf=0.0)
    q -= q.mean()
    apart = GetDistanceMatrix(mol)
    first, second = (float(np.sqrt(max(0.0, -0.5 * q @ d @ q))) for d in (apart, apart * apart))
    return first, second, float(q.max()), float(q.min())
