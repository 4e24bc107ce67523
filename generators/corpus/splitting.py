"""Molecules set aside to be judged on: some at random, some whose scaffold nothing in training has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem
from rdkit.Chem.Scaffolds import MurckoScaffold

from loop.molecule import Molecule

LARGEST_SHARE = 0.1
"""A scaffold that more than this share of those wanted has (benzene) stays in training."""


@dataclass(frozen=True)
class Split:
    """Three parts without a molecule in common.

    Attributes
    ----------
    training
        What is learned from.
    random
        Drawn at random; no stereoisomer of one is in training.
    scaffold
        Of scaffolds that neither of the others has.
    """

    training: tuple[Molecule, ...]
    random: tuple[Molecule, ...]
    scaffold: tuple[Molecule, ...]


def split(molecules: Sequence[Molecule], random: int, scaffold: int, seed: int) -> Split:
    """Set molecules aside.

    Parameters
    ----------
    random, scaffold
        How many of each, a few more where a group would be cut; fewer scaffolds where there are not as many.
    """
    rng = np.random.default_rng(seed)
    rest = list(dict.fromkeys(molecules))
    scaffolds = {molecule: framework(molecule) for molecule in rest} if scaffold else {}
    most = max(1, round(LARGEST_SHARE * scaffold))
    unseen = _drawn(rest, scaffolds, scaffold, rng, most)
    rest = [m for m in rest if m not in unseen]
    drawn = _drawn(rest, {m: constitution(m) for m in rest} if random else {}, random, rng, len(rest))
    training = tuple(m for m in rest if m not in drawn)
    return Split(training, tuple(drawn), tuple(unseen))


def framework(molecule: Molecule) -> str:
    """Bemis-Murcko scaffold without stereochemistry (10.1021/jm9602928); empty without a ring."""
    mol = molecule.rdkit()
    Chem.RemoveStereochemistry(mol)
    scaffold = MurckoScaffold.GetScaffoldForMol(mol)  # type: ignore[no-untyped-call]
    return str(Chem.MolToSmiles(scaffold))


def constitution(molecule: Molecule) -> str:
    """Canonical SMILES without stereochemistry."""
    if not set("@/\\") & set(molecule.smiles):
        return molecule.smiles
    mol = molecule.rdkit()
    Chem.RemoveStereochemistry(mol)
    return str(Chem.MolToSmiles(mol))


def _drawn(
    molecules: Sequence[Molecule],
    group_of: dict[Molecule, str],
    wanted: int,
    rng: np.random.Generator,
    largest: int,
) -> dict[Molecule, None]:
    """Whole groups at random until there are enough; no group without a name, none above ``largest``."""
    groups: dict[Hashable, list[Molecule]] = defaultdict(list)
    for molecule in molecules:
        if group := group_of.get(molecule):
            groups[group].append(molecule)
    small = [group for group in groups.values() if len(group) <= largest]
    found: dict[Molecule, None] = {}
    for k in rng.permutation(len(small)):
        if len(found) >= wanted:
            break
        found |= dict.fromkeys(small[k])
    return found
