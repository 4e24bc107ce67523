"""A short, quick list of two-dimensional descriptors, standardised once and for all.

Counts of functional groups carry most of what the frontier orbitals of small molecules depend on; size,
shape, polarity, surface area by partial charge and Hückel levels (:mod:`surrogates.gp.electronic`) carry the
rest. They take 0.25 ms a molecule, a tenth of what all descriptors of RDKit take.

Means and standard deviations come from a table made with ``benchmarks/descriptor_table.py``, not from
the measurements of a campaign: a group that no measured molecule holds must still set a candidate apart.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from rdkit.Chem import MolFromSmarts, rdMolDescriptors
from rdkit.Chem.rdchem import Mol

from loop.molecule import Molecule
from loop.objective import FloatArray
from surrogates.gp import electronic

GROUPS: Mapping[str, tuple[str, str]] = {
    "alcohol": ("[OX2H][CX4]", "O"),
    "hydroxyl on an unsaturated carbon": ("[OX2H][c,$(C=C)]", "O"),
    "ether": ("[OX2;!$(O[C,S,P]=[O,S,N])]([#6])[#6]", "O"),
    "carboxyl": ("[CX3](=O)[OX2H1,OX1-]", "O="),
    "ester": ("[CX3](=O)[OX2][#6]", "O="),
    "amide": ("[CX3](=O)[NX3;!$(N[CX3](=O)[#7,#8])]", "NO="),
    "urea or carbamate": ("[#7,#8][CX3](=O)[#7]", "NO="),
    "ketone": ("[#6][CX3](=O)[#6]", "O="),
    "aldehyde": ("[CX3H1](=O)", "O="),
    "nitrile": ("[CX2]#[NX1]", "N#"),
    "alkyne or isonitrile": ("[C,N+]#[CX2,CX1-]", "#"),
    "primary amine": ("[NX3H2;!$(NC=[O,N,S]);!$(N[S,P]=O)]", "N"),
    "secondary amine": ("[NX3H1;!$(NC=[O,N,S]);!$(N[S,P]=O);!a]", "N"),
    "tertiary amine": ("[NX3H0;!$(NC=[O,N,S]);!$(N[S,P]=O);!$(N=O);!a;+0]", "N"),
    "amine on an aromatic ring": ("[NX3;+0]c", "N1"),
    "imine or oxime": ("[NX2]=[CX3;!$(C[#7])]", "N="),
    "amidine or guanidine": ("[NX2]=[CX3][#7]", "N="),
    "nitrogen bonded to nitrogen or oxygen": ("[#7;!$(N(=O)[O-])]~[#7,#8]", "N"),
    "bare aromatic nitrogen": ("[nX2]", "N1"),
    "substituted aromatic nitrogen": ("[nX3]", "N1"),
    "aromatic oxygen": ("o", "O1"),
    "aromatic sulfur": ("s", "S1"),
    "aromatic carbon": ("c", "1"),
    "nitro": ("[N+](=O)[O-]", "NO+"),
    "cationic nitrogen": ("[#7+;!$([#7+][O-]);!$([#7+]=[#7-])]", "N+"),
    "alkene": ("[CX3]=[CX3]", "="),
    "conjugated double bonds": ("[C,N,O]=[C,N]-[C,c]=[C,N,O,c]", "="),
    "thiol": ("[SX2H]", "S"),
    "thioether or disulfide": ("[SX2H0;!a]", "S"),
    "thiocarbonyl": ("[CX3]=[SX1]", "S="),
    "sulfoxide": ("[SX3]=O", "SO"),
    "sulfonyl": ("[SX4](=O)=O", "S="),
    "sulfonate or sulfate": ("[SX4](=O)(=O)[OX2H1,OX1-]", "SO="),
    "phosphorus": ("[#15]", "P"),
    "oxygen on phosphoryl": ("[PX4](=O)[O]", "PO="),
    "silicon or boron": ("[Si,B]", ""),
    "fluorine": ("F", "F"),
    "chlorine": ("Cl", "CL"),
    "bromine": ("Br", "BR"),
    "three-membered ring": ("[r3]", "1"),
    "four-membered ring": ("[r4]", "1"),
    "carbon without hydrogen": ("[CX4H0]", ""),
    "methyl": ("[CX4H3]", ""),
}
"""Functional groups counted: the SMARTS that matches one, and characters without which none can be there.

The characters are looked for in the SMILES in capitals, and spare most of the matching."""

WHOLE = (
    "NumHBD",
    "NumHeavyAtoms",
    "NumHeteroatoms",
    "FractionCSP3",
    "NumRings",
    "NumAromaticRings",
    "NumHeterocycles",
    "labuteASA",
    "tpsa",
    "chi0v",
    "chi1v",
    "hallKierAlpha",
    "kappa1",
)
"""RDKit properties of the whole molecule."""

CHARGE_BINS = 14
"""Bins of surface area by Gasteiger charge (PEOE_VSA; Labute, 10.1016/S1093-3263(00)00068-1)."""

NAMES = (*WHOLE, *(f"PEOE_VSA{k + 1}" for k in range(CHARGE_BINS)), *electronic.NAMES, *GROUPS)
"""Names of the descriptors, in the order of the vector."""

FARTHEST = 5.0
"""Standardised values are cut here, so that one odd atom does not outweigh everything else."""


def raw(molecule: Molecule, mol: Mol) -> list[float]:
    """Descriptors of one molecule, parsed as ``mol``, in their own units and in the order of ``NAMES``."""
    groups = dict.fromkeys(GROUPS, 0)
    for name, group in _possible(frozenset(molecule.smiles.upper())):
        groups[name] = len(mol.GetSubstructMatches(group))
    return [
        *_whole().ComputeProperties(mol),
        *rdMolDescriptors.PEOE_VSA_(mol),
        *electronic.electronic(mol),
        *groups.values(),
    ]


def standardised(values: FloatArray) -> FloatArray:
    """Standardised descriptors of raw ones, of the same shape; the mean where RDKit has no number."""
    means, sds = _table()
    return np.clip(np.nan_to_num((values - means) / sds, nan=0.0), -FARTHEST, FARTHEST)


@cache
def _whole() -> rdMolDescriptors.Properties:
    return rdMolDescriptors.Properties(list(WHOLE))


@cache
def _groups() -> Mapping[str, tuple[Mol, frozenset[str]]]:
    return {name: (MolFromSmarts(smarts), frozenset(marks)) for name, (smarts, marks) in GROUPS.items()}


@lru_cache(maxsize=4096)
def _possible(written: frozenset[str]) -> tuple[tuple[str, Mol], ...]:
    """Groups whose characters all occur in a SMILES, by the characters it is written with."""
    return tuple((name, group) for name, (group, marks) in _groups().items() if marks <= written)


@cache
def _table() -> tuple[FloatArray, FloatArray]:
    with files("surrogates.gp").joinpath("descriptors.csv").open(encoding="utf-8") as table:
        rows = {row["name"]: (float(row["mean"]), float(row["sd"])) for row in csv.DictReader(table)}
    means, sds = np.array([rows[name] for name in NAMES]).T
    return means, sds
