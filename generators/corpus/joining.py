"""More molecules to learn from: halves of real ones joined anew, as real ones are joined.

A few ten thousand compounds teach a network their names and not the language. Every single bond outside rings
cuts a molecule in two; halves of different molecules are joined where the corpus has such a bond; of these
so many are kept of each size and each synthetic accessibility that both are distributed as in the corpus.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.lib
import pyarrow.parquet as pq
from rdkit import Chem, rdBase
from rdkit.Chem.rdchem import Atom, BondType, Mol

from generators.corpus.kept import place, write
from generators.evaluation.accessibility import synthetic_accessibility
from loop.molecule import Molecule, MoleculeError, known, parse
from loop.records import digest

VERSION = 1
"""Raised whenever the same molecules may be joined to others."""

SA_STEP = 0.5
"""Width of a class of synthetic accessibility."""

PATIENCE = 20
"""Joints tried for each molecule wanted, before fewer are returned."""

LEAST_YIELD = 0.1
"""Share of the molecules joined last that are kept, below which no more are tried: classes that are still
open are those that joining rarely makes."""

LABEL = 1
"""Atom map that marks where a half was cut."""

Kind = tuple[str, bool, bool]
"""Of an atom at a cut: element, whether aromatic, whether another bond of it is a multiple one."""


@dataclass(frozen=True)
class Half:
    """A part of a molecule.

    Attributes
    ----------
    smiles
        With a marked dummy atom where the rest was.
    heavy_atoms
        Of the part, the dummy left aside.
    """

    smiles: str
    heavy_atoms: int


def joined(
    molecules: Sequence[Molecule],
    n: int,
    max_heavy_atoms: int,
    seed: int,
    cache: Path | None = None,
    report: Callable[[int], None] = lambda _found: None,
) -> list[Molecule]:
    """Join halves until there are ``n`` new molecules, fewer where that gets hard; or take those of before.

    Parameters
    ----------
    cache
        Directory of what was joined before; the user's cache directory by default.
    report
        Called with the number found so far.
    """
    about = {"joined": VERSION, "rdkit": rdBase.rdkitVersion, "n": n, "most": max_heavy_atoms, "seed": seed}
    path = place(digest({**about, "of": [molecule.smiles for molecule in molecules]}), cache)
    try:
        return [known(smiles) for smiles in pq.read_table(path)["smiles"].to_pylist()]
    except (OSError, pyarrow.lib.ArrowException, KeyError):
        found = _joined(molecules, n, max_heavy_atoms, seed, report)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"smiles": pa.array([m.smiles for m in found], pa.string())}), sink)
    write(path, bytes(sink.getvalue().to_pybytes()))
    return found


def _joined(
    molecules: Sequence[Molecule], n: int, max_heavy_atoms: int, seed: int, report: Callable[[int], None]
) -> list[Molecule]:
    rng = np.random.default_rng(seed)
    bonds, halves = _cut(molecules)
    wanted = _quotas(molecules, n)
    had = set(molecules)
    found: list[Molecule] = []
    block, before = max(500, n // 20), 0
    for made, molecule in enumerate(_tried(bonds, halves, max_heavy_atoms, rng, PATIENCE * n)):
        if len(found) == n:
            break
        if made % block == block - 1:
            if len(found) - before < LEAST_YIELD * block:
                break
            before = len(found)
        if molecule in had:
            continue
        kind = _class_of(molecule)
        if wanted[kind] > 0:
            wanted[kind] -= 1
            had.add(molecule)
            found.append(molecule)
            report(len(found))
    return found


def cuts(mol: Mol) -> Iterator[tuple[Kind, Half, Kind, Half]]:
    """Both halves for every single bond between heavy atoms outside rings, each with the atom at the cut."""
    for bond in mol.GetBonds():
        begin, end = bond.GetBeginAtom(), bond.GetEndAtom()
        single = bond.GetBondType() == BondType.SINGLE and not bond.IsInRing()
        # What is charged on both sides belongs together: nitro groups, N-oxides, ylides.
        if not single or (begin.GetFormalCharge() and end.GetFormalCharge()):
            continue
        parted = Chem.FragmentOnBonds(mol, [bond.GetIdx()], dummyLabels=[(0, 0)])
        of: list[tuple[int, ...]] = []
        parts = Chem.GetMolFrags(parted, asMols=True, fragsMolAtomMapping=of)
        first, second = (0, 1) if begin.GetIdx() in of[0] else (1, 0)
        yield _kind(begin), _half(parts[first]), _kind(end), _half(parts[second])


def _kind(atom: Atom) -> Kind:
    multiple = any(b.GetBondType() in {BondType.DOUBLE, BondType.TRIPLE} for b in atom.GetBonds())
    return atom.GetSymbol(), atom.GetIsAromatic(), multiple


def _half(part: Mol) -> Half:
    for atom in part.GetAtoms():
        if not atom.GetAtomicNum():
            atom.SetAtomMapNum(LABEL)
    return Half(Chem.MolToSmiles(part), part.GetNumHeavyAtoms())


def _cut(molecules: Sequence[Molecule]) -> tuple[list[tuple[Kind, Kind]], dict[Kind, list[Half]]]:
    """Which kinds of atoms are bonded to each other, once for each bond, and the halves of each kind."""
    bonds: list[tuple[Kind, Kind]] = []
    halves: dict[Kind, list[Half]] = defaultdict(list)
    for molecule in molecules:
        for one, half, other, rest in cuts(molecule.rdkit()):
            bonds.append((one, other))
            halves[one].append(half)
            halves[other].append(rest)
    return bonds, halves


def _quotas(molecules: Sequence[Molecule], n: int) -> Counter[tuple[int, int]]:
    counted = Counter(_class_of(molecule) for molecule in molecules)
    return Counter({kind: -(-count * n // len(molecules)) for kind, count in counted.items()})


def _class_of(molecule: Molecule) -> tuple[int, int]:
    return molecule.heavy_atoms, int(synthetic_accessibility([molecule])[0] // SA_STEP)


def _tried(
    bonds: Sequence[tuple[Kind, Kind]],
    halves: dict[Kind, list[Half]],
    max_heavy_atoms: int,
    rng: np.random.Generator,
    attempts: int,
) -> Iterator[Molecule]:
    for _ in range(attempts if bonds else 0):
        one, other = bonds[int(rng.integers(len(bonds)))]
        left, right = (halves[kind][int(rng.integers(len(halves[kind])))] for kind in (one, other))
        if left.heavy_atoms + right.heavy_atoms <= max_heavy_atoms:
            molecule = join(left, right)
            if molecule is not None and not molecule.charge:
                yield molecule


def join(left: Half, right: Half) -> Molecule | None:
    """The molecule of two halves; ``None`` where there is none (a radical, say, that a half had been)."""
    both = Chem.MolFromSmiles(f"{left.smiles}.{right.smiles}")
    try:
        return None if both is None else parse(Chem.MolToSmiles(Chem.molzip(both)))
    except (MoleculeError, ValueError, RuntimeError):
        return None
