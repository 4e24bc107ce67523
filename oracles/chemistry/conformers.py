"""From a molecule to starting geometries, with RDKit alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers
from rdkit.Chem.rdchem import Mol
from scipy.spatial.distance import cdist

from loop.molecule import Molecule
from loop.protocols import ConvergenceError
from oracles.chemistry.connectivity import isomer_in_space
from oracles.chemistry.flexibility import turning
from oracles.chemistry.geometry import FloatArray, Geometry, shape

SEED = 61453
"""Seed of every embedding: a molecule has one set of starting geometries."""

LADDER: tuple[dict[str, bool], ...] = (
    {"useSmallRingTorsions": True},
    {"useRandomCoords": True},
    {"useExpTorsionAnglePrefs": False, "useBasicKnowledge": False},
)
"""Ways to embed, tried in this order."""

SAME_ENERGY = 0.01
"""Force-field energies closer than this (kcal/mol) belong to the same or the mirror-image conformer."""


EMBEDDED = ((0, 10), (3, 150), (7, 300))
"""Bonds that turn, at most -> embeddings. For up to seven such bonds 50 find what was crystallised, within an
angstrom (Ebejer, Morris & Deane, 10.1021/ci2004658); the lowest conformer is harder to find. Of five seeds
one missed that of 1,2-dimethoxyethane by 0.03 eV with 50, and none with 150."""

EMBEDDED_MORE = 500
"""Where more bonds turn."""

UNRELAXED = 16
"""Embeddings kept as they were, at most, for shapes that the force field does not have. Serine's zwitterion
rests 0.05 eV lower in one of them, dimethylsulfonium methylide 0.11 eV."""

ANOTHER = 0.3
"""In angstrom: an embedding whose distances between atoms, sorted, differ by more from those of every relaxed
conformer has another shape."""


@dataclass(frozen=True, eq=False)
class Isomer:
    """One stereoisomer with explicit hydrogens and its starting geometries.

    Attributes
    ----------
    mol
        RDKit molecule, hydrogens explicit, every stereo element set.
    smiles
        Its canonical SMILES; more specific than the request where that left stereochemistry open.
    starts
        Conformers: distinct and relaxed with a force field, lowest first, where one applies; else as they
        were embedded.
    distinct
        Whether a force field applied.
    unrelaxed
        Where it did, embeddings of shapes that none of these has.
    """

    mol: Mol
    smiles: str
    starts: tuple[Geometry, ...]
    distinct: bool
    unrelaxed: tuple[Geometry, ...] = ()


def embed(molecule: Molecule, at_most: int = EMBEDDED_MORE) -> Isomer:
    """Choose a stereoisomer and generate its conformers.

    ETKDG (Wang et al., 10.1021/acs.jcim.0c00025) with a constant seed, then MMFF94 (Halgren,
    10.1002/(SICI)1096-987X(199604)17:5/6<490::AID-JCC1>3.0.CO;2-P) where it has parameters. It has none for
    boron, and UFF in its place turns every O-H on boron to 90 degrees, so that conformers fall together
    which GFN2 would tell apart. Open stereo elements are set as the first embedding happens to have them, so
    that a ligand and its complex are the same isomer.

    Raises
    ------
    ConvergenceError
        If the molecule cannot be embedded.
    """
    mol = Chem.AddHs(molecule.rdkit())
    first = _embedded(mol, 1)
    smiles = isomer_in_space(mol, _positions(first)[0])
    # A fresh parse carries the stereo tags that the next embedding must respect.
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    conformers = _embedded(mol, min(at_most, _wanted(mol)))
    embedded = _geometries(conformers)
    energies = _relax(conformers)
    starts = _geometries(conformers)
    if energies is None:
        return Isomer(mol, smiles, starts, distinct=False)
    relaxed = tuple(starts[k] for k in _distinct(energies))
    return Isomer(mol, smiles, relaxed, distinct=True, unrelaxed=_other_shapes(embedded, relaxed))


def _wanted(mol: Mol) -> int:
    """Embeddings of a molecule with explicit hydrogens."""
    return next((n for most, n in EMBEDDED if turning(mol) <= most), EMBEDDED_MORE)


def _embedded(mol: Mol, n: int) -> Mol:
    """Embed ``n`` conformers, more plainly where RDKit gives up on a strained cage."""
    for rung in LADDER:
        copy = Chem.Mol(mol)
        parameters = rdDistGeom.ETKDGv3()
        for name, value in {"randomSeed": SEED, **rung}.items():
            setattr(parameters, name, value)
        try:
            if rdDistGeom.EmbedMultipleConfs(copy, n, parameters):
                return copy
        except RuntimeError:  # an invariant of its optimiser
            continue
    raise ConvergenceError(f"no three-dimensional structure of {Chem.MolToSmiles(mol)} was found")


def _geometries(mol: Mol) -> tuple[Geometry, ...]:
    symbols = tuple(atom.GetSymbol() for atom in mol.GetAtoms())
    charge = Chem.GetFormalCharge(mol)
    return tuple(Geometry(symbols, positions, charge) for positions in _positions(mol))


def _positions(mol: Mol) -> list[FloatArray]:
    return [np.asarray(c.GetPositions(), dtype=np.float64) for c in mol.GetConformers()]


def _relax(mol: Mol) -> list[float] | None:
    """Relax every conformer in place; energies in kcal/mol, or ``None`` where MMFF94 does not apply."""
    if not rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        return None
    try:
        results = rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(mol, maxIters=500)
    except RuntimeError:  # an invariant of its optimiser
        return None
    return [energy for _, energy in results]


def _distinct(energies: list[float]) -> list[int]:
    """Indices of conformers with distinct energies, lowest first."""
    kept: list[int] = []
    for k in sorted(range(len(energies)), key=energies.__getitem__):
        if not kept or energies[k] - energies[kept[-1]] > SAME_ENERGY:
            kept.append(k)
    return kept


def _other_shapes(embedded: Sequence[Geometry], known: Sequence[Geometry]) -> tuple[Geometry, ...]:
    """Those farthest from the shapes that are known and from each other, the farthest first."""
    shapes = np.array([shape(each) for each in embedded])
    if not shapes.size:  # a lone atom
        return ()
    nearest = cdist(shapes, [shape(each) for each in known], "chebyshev").min(axis=1)
    chosen: list[Geometry] = []
    while len(chosen) < UNRELAXED and nearest.max() > ANOTHER:
        k = int(nearest.argmax())
        chosen.append(embedded[k])
        nearest = np.minimum(nearest, cdist(shapes, shapes[k : k + 1], "chebyshev")[:, 0])
    return tuple(chosen)
