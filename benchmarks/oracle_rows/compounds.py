"""Molecules that rows are about: the neutral known additives of zinc, and draws from the shipped corpus."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

import numpy as np

from generators.corpus.entries import corpus
from loop.molecule import Molecule, parse

ADDITIVES = "zn_additives.csv"

LARGEST_PLAIN = 8
"""Heavy atoms of what is held against plain PySCF: the complex of ten takes it an hour."""


def neutral_known() -> list[Molecule]:
    """The known additives without a net charge, in the order of the list."""
    text = files("generators.data").joinpath(ADDITIVES).read_text(encoding="utf-8")
    found = dict.fromkeys(parse(row["smiles"]) for row in csv.DictReader(io.StringIO(text)))
    return [molecule for molecule in found if not molecule.charge]


def drawn_known(n: int, seed: int, largest: int) -> list[Molecule]:
    """``n`` of them at random, with up to ``largest`` heavy atoms; a longer draw begins with the shorter."""
    molecules = [m for m in neutral_known() if m.heavy_atoms <= largest]
    order = np.random.default_rng(seed).permutation(len(molecules))
    return [molecules[k] for k in order[:n]]


def drawn_over_sizes(n: int, seed: int) -> list[Molecule]:
    """``n`` of all of them, one at random of each of ``n`` equal parts in the order of size.

    For a median of what depends on size: thirty drawn without regard to it have a median of 6.5 to 9.5 heavy
    atoms (nine draws of ten), drawn so one of 8 or 8.5; all 127 have 8.
    """
    molecules = sorted(neutral_known(), key=lambda m: m.heavy_atoms)
    rng = np.random.default_rng(seed)
    return [molecules[rng.choice(part)] for part in np.array_split(np.arange(len(molecules)), n)]


def drawn_corpus(n: int, seed: int) -> list[Molecule]:
    """``n`` compounds of the shipped corpus at random, none of them a known additive."""
    entries = [entry for entry in corpus() if entry.origin == "library"]
    order = np.random.default_rng(seed).permutation(len(entries))
    return [parse(entries[k].smiles) for k in order[:n]]
