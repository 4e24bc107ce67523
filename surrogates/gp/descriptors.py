"""A short, quick list of two-dimensional descriptors, standardised once and for all.

Counts of functional groups carry most of what the frontier orbitals of small molecules depend on;
size, shape, polarity and surface area by partial charge carry the rest. Together they predict QM9's
orbital energies and dipoles as well as RDKit's 217 descriptors at a tenth of the time (measured with
``benchmarks/surrogates.py``), and a pool of 10,000 candidates is described in about a second and a half.

Means and standard deviations come from a table made with ``benchmarks/descriptor_table.py``, not from
the measurements of a campaign: a group that no measured molecule holds must still set a candidate apart.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import MolFromSmarts, rdMolDescriptors
from rdkit.Chem.rdchem import Mol

GROUPS: Mapping[str, str] = {
    "alcohol": "[OX2H][CX4]",
    "hydroxyl on an unsaturated carbon": "[OX2H][c,$(C=C)]",
    "ether": "[OX2;!$(O[C,S,P]=[O,S,N])]([#6])[#6]",
    "carboxyl": "[CX3](=O)[OX2H1,OX1-]",
    "ester": "[CX3](=O)[OX2][#6]",
    "amide": "[CX3](=O)[NX3;!$(N[CX3](=O)[#7,#8])]",
    "urea or carbamate": "[#7,#8][CX3](=O)[#7]",
    "ketone": "[#6][CX3](=O)[#6]",
    "aldehyde": "[CX3H1](=O)",
    "nitrile": "[CX2]#[NX1]",
    "alkyne or isonitrile": "[C,N+]#[CX2,CX1-]",
    "primary amine": "[NX3H2;!$(NC=[O,N,S]);!$(N[S,P]=O)]",
    "secondary amine": "[NX3H1;!$(NC=[O,N,S]);!$(N[S,P]=O);!a]",
    "tertiary amine": "[NX3H0;!$(NC=[O,N,S]);!$(N[S,P]=O);!$(N=O);!a;+0]",
    "amine on an aromatic ring": "[NX3;+0]c",
    "imine or oxime": "[NX2]=[CX3;!$(C[#7])]",
    "amidine or guanidine": "[NX2]=[CX3][#7]",
    "nitrogen bonded to nitrogen or oxygen": "[#7;!$(N(=O)[O-])]~[#7,#8]",
    "bare aromatic nitrogen": "[nX2]",
    "substituted aromatic nitrogen": "[nX3]",
    "aromatic oxygen": "o",
    "aromatic sulfur": "s",
    "aromatic carbon": "c",
    "nitro": "[N+](=O)[O-]",
    "cationic nitrogen": "[#7+;!$([#7+][O-]);!$([#7+]=[#7-])]",
    "alkene": "[CX3]=[CX3]",
    "conjugated double bonds": "[C,N,O]=[C,N]-[C,c]=[C,N,O,c]",
    "thiol": "[SX2H]",
    "thioether or disulfide": "[SX2H0;!a]",
    "thiocarbonyl": "[CX3]=[SX1]",
    "sulfoxide": "[SX3]=O",
    "sulfonyl": "[SX4](=O)=O",
    "sulfonate or sulfate": "[SX4](=O)(=O)[OX2H1,OX1-]",
    "phosphorus": "[#15]",
    "oxygen on phosphoryl": "[PX4](=O)[O]",
    "silicon or boron": "[Si,B]",
    "fluorine": "F",
    "chlorine": "Cl",
    "bromine": "Br",
    "three-membered ring": "[r3]",
    "four-membered ring": "[r4]",
    "carbon without hydrogen": "[CX4H0]",
    "methyl": "[CX4H3]",
}
"""Functional groups counted, named and matched as SMARTS."""

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

NAMES = (*WHOLE, *(f"PEOE_VSA{k + 1}" for k in range(CHARGE_BINS)), *GROUPS)
"""Names of the descriptors, in the order of the vector."""

FARTHEST = 5.0
"""Standardised values are cut here, so that one odd atom does not outweigh everything else."""


def raw(mol: Mol) -> NDArray[np.float64]:
    """Descriptors in their own units, shape ``(len(NAMES),)``; 0 where RDKit has no number."""
    values = [
        *_whole().ComputeProperties(mol),
        *rdMolDescriptors.PEOE_VSA_(mol),
        *(len(mol.GetSubstructMatches(group)) for group in _groups()),
    ]
    return np.nan_to_num(np.array(values, dtype=np.float64), posinf=0.0, neginf=0.0)


def describe(mol: Mol) -> NDArray[np.float32]:
    """Standardised descriptors, shape ``(len(NAMES),)``."""
    means, sds = _table()
    return np.clip((raw(mol) - means) / sds, -FARTHEST, FARTHEST).astype(np.float32)


@cache
def _whole() -> rdMolDescriptors.Properties:
    return rdMolDescriptors.Properties(list(WHOLE))


@cache
def _groups() -> tuple[Mol, ...]:
    return tuple(MolFromSmarts(smarts) for smarts in GROUPS.values())


@cache
def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with files("surrogates.gp").joinpath("descriptors.csv").open(encoding="utf-8") as table:
        rows = {row["name"]: (float(row["mean"]), float(row["sd"])) for row in csv.DictReader(table)}
    means, sds = np.array([rows[name] for name in NAMES]).T
    return means, sds
