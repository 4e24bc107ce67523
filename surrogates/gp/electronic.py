"""What the electrons of a molecule do, as far as its graph tells: Hückel levels and charge moments.

Frontier orbitals depend on how pi electrons and lone pairs are connected, which counts of groups miss. A
simple Hückel calculation on the graph ranks the LUMO of QM9's molecules by itself (Spearman 0.9) and halves
the held-out error of the LUMO at 50 measurements; it takes a tenth of a millisecond.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from rdkit.Chem import GetAdjacencyMatrix, GetDistanceMatrix, rdPartialCharges
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
_PLACE = {kind: k for k, kind in enumerate(ALPHA)}
_ALPHA = np.array(list(ALPHA.values()))
_ELECTRONS = np.array([int(kind[-1]) for kind in ALPHA])


def electronic(mol: Mol) -> list[float]:
    """The values of ``NAMES`` for one molecule."""
    return [*levels(mol), *charges(mol)]


def levels(mol: Mol) -> tuple[float, float]:
    """Highest occupied and lowest empty Hückel level of pi electrons and lone pairs, in beta.

    Every atom in a multiple or aromatic bond gives an orbital, and every N, O, S, P or halogen with a lone
    pair; saturated carbons give none.
    """
    # Indices are quicker than RDKit's iterators, and pools have a hundred thousand atoms.
    atoms = [mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms())]
    orders = GetAdjacencyMatrix(mol, True)
    highest = orders.max(axis=1, initial=0.0).tolist()
    kinds = [_kind(atom, order > 1.0) for atom, order in zip(atoms, highest, strict=True)]
    inside = [i for i, kind in enumerate(kinds) if kind >= 0]
    if not inside:
        return SIGMA, SIGMA_STAR
    kind = np.array(kinds)[inside]
    bonded = orders[inside] > 0.0
    matrix = _betas()[kind[:, None], kind] * bonded[:, inside]
    saturated = [float(k < 0 and a.GetAtomicNum() == 6) for k, a in zip(kinds, atoms, strict=True)]
    matrix.ravel()[:: len(inside) + 1] = _ALPHA[kind] - INDUCTION * (bonded @ saturated)
    found = np.linalg.eigvalsh(matrix)[::-1].tolist()
    filled = min((int(_ELECTRONS[kind].sum()) + 1) // 2, len(found))
    homo = found[filled - 1] if filled else SIGMA
    return homo, found[filled] if filled < len(found) else SIGMA_STAR


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


def charges(mol: Mol) -> tuple[float, float, float, float]:
    """Two estimates of the dipole moment, and the extreme charges, from Gasteiger's charges.

    For a neutral molecule the squared dipole is minus half the sum of ``q_i q_j r_ij^2``; the number of
    bonds between two atoms stands for ``r``, or for its square, as chains coil.
    """
    if mol.GetNumAtoms() and not mol.GetAtomWithIdx(0).HasProp("_GasteigerHCharge"):  # PEOE_VSA leaves them
        rdPartialCharges.ComputeGasteigerCharges(mol)
    atoms = (mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms()))
    q = np.array([a.GetDoubleProp("_GasteigerCharge") + a.GetDoubleProp("_GasteigerHCharge") for a in atoms])
    if not np.isfinite(q).all():  # elements without parameters
        q = np.where(np.isfinite(q), q, 0.0)
    q -= q.mean()
    apart = GetDistanceMatrix(mol)
    first, second = -0.5 * q @ apart @ q, -0.5 * q @ (apart * apart) @ q
    return max(0.0, first) ** 0.5, max(0.0, second) ** 0.5, float(q.max()), float(q.min())
