"""Another search for conformers: from another seed, by GFN1-xTB, and ordered by B3LYP.

A conformer that is lower than the one of a record has the values that the record should have had. GFN1 and
the force field are asked for geometries only; nothing is left out by their energies but what is half an eV
above.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from scipy.spatial.distance import pdist

from benchmarks.judge import graphs, reference
from benchmarks.judge.embedding import embedded, positions
from benchmarks.judge.resting import rested
from benchmarks.oracle_rows.plain import Recipe, mean_field
from benchmarks.oracle_rows.structure import HARTREE, Structure, read_xyz

SEED = 20_261_128
EMBEDDED = 40
DENSITIES = 12
"""Lowest by GFN1 that get a density."""
WINDOW = 0.5
"""In eV by GFN1; its errors between conformers are a third of that."""
SAME = 0.15
"""In angstrom, of sorted distances; a geometry of GFN1 is off by half of it from one of B3LYP."""
KEPT = 2
"""That are relaxed with B3LYP."""
NEAR = 0.15
"""In eV by B3LYP above the lowest; what relaxation may make up for."""


def job(recorded: Structure, smiles: str, *, water: bool) -> dict[str, Any]:
    """The argument of :func:`search`."""
    recipe = reference.relaxing(water=water)
    return {"xyz": recorded.xyz(), "smiles": smiles, "recipe": asdict(recipe)}


def search(argument: dict[str, Any]) -> dict[str, Any]:
    """Conformers that may be lower than the recorded one; a child's function.

    Returns
    -------
    dict
        ``others``: XYZ at GFN1's geometry, lowest first by B3LYP/6-31G(d), none of them the recorded one;
        ``found``: how many there are at all; ``energies``: theirs, above the lowest, in eV.
    """
    recorded, recipe = read_xyz(argument["xyz"]), Recipe(**argument["recipe"])
    smiles = argument["smiles"]
    by_gfn1 = _distinct(_at_rest(smiles, recorded, water=recipe.solvent is not None))
    if len(by_gfn1) == 1 and same(by_gfn1[0], recorded):
        return {"others": [], "found": 1, "energies": [0.0]}
    by_b3lyp = sorted(((_energy(s, recipe), s) for s in by_gfn1), key=lambda pair: pair[0])
    energies = [energy - by_b3lyp[0][0] for energy, _ in by_b3lyp]
    near = [s for above, (_, s) in zip(energies, by_b3lyp, strict=True) if above < NEAR]
    others = [s for s in near if not same(s, recorded)][:KEPT]
    return {"others": [s.xyz() for s in others], "found": len(by_gfn1), "energies": energies}


def same(one: Structure, other: Structure) -> bool:
    """Whether two geometries of a molecule are one conformer, or mirror images; an atom is the same."""
    if len(one.symbols) < 2:
        return True
    apart = np.sort(pdist(one.positions)) - np.sort(pdist(other.positions))
    return bool(np.abs(apart).max() < SAME)


def _at_rest(smiles: str, recorded: Structure, *, water: bool) -> list[Structure]:
    """Within the window by GFN1 and still the molecule, lowest first."""
    mol = embedded(smiles, EMBEDDED, SEED)
    symbols = tuple(a.GetSymbol() for a in mol.GetAtoms())
    starts = [Structure(symbols, x, recorded.charge) for x in positions(mol)]
    ends = [end for start in starts if (end := rested(start, "GFN1-xTB", water=water)) is not None]
    intact = [(energy, end) for energy, end in ends if graphs.is_the_molecule(end, smiles)]
    intact.sort(key=lambda pair: pair[0])
    return [end for energy, end in intact if energy - intact[0][0] < WINDOW]


def _distinct(structures: list[Structure]) -> list[Structure]:
    kept: list[Structure] = []
    for structure in structures:
        if len(kept) < DENSITIES and not any(same(structure, other) for other in kept):
            kept.append(structure)
    return kept


def _energy(structure: Structure, recipe: Recipe) -> float:
    """In eV; infinite where there is no density."""
    mf = mean_field(structure, recipe)
    mf.kernel()
    return float(mf.e_tot) * HARTREE if mf.converged else float("inf")
