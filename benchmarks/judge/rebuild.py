"""A zinc complex searched for once more, and its energy at the record's functional by plain PySCF."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.judge import graphs, placing
from benchmarks.judge.resting import rested
from benchmarks.oracle_rows.plain import Recipe
from benchmarks.oracle_rows.structure import Structure, read_xyz

STARTS = 10
KEPT = 2
"""Complexes whose energy a functional gives: the lowest of all, and the lowest at another donor."""
NEIGHBOUR = 0.12
"""Valence of a bond from which an atom is a neighbour of zinc: 2.49 angstrom for oxygen, 2.87 for sulfur."""
DOUBTFUL = 0.07
"""Valence below which it is none; between the two a record may say either."""


def job(smiles: str, waters: int, *, one_donor: bool) -> dict[str, Any]:
    """The argument of :func:`search`."""
    return {"smiles": smiles, "waters": waters, "one_donor": one_donor, "starts": STARTS}


def search(argument: dict[str, Any]) -> dict[str, Any]:
    """Complexes that GFN2/ALPB(water) brings to rest as what they were built as; a child's function.

    Returns
    -------
    dict
        ``complexes``: XYZ, lowest first, one for each set of donors, at most ``KEPT``; ``tried``, ``intact``.
    """
    smiles, waters = argument["smiles"], argument["waters"]
    built = placing.starts(smiles, waters, argument["starts"])
    ends = [end for start in built if (end := rested(start, "GFN2-xTB", water=True)) is not None]
    intact = [(e, s) for e, s in ends if graphs.disagreement(_neutral(s), smiles, waters) is None]
    lowest: dict[tuple[int, ...], Structure] = {}
    for _, structure in sorted(intact, key=lambda pair: pair[0]):
        donors = ligand_donors(structure, waters)
        if donors and (len(donors) == 1 or not argument["one_donor"]):
            lowest.setdefault(donors, structure)
    kept = [structure.xyz() for structure in list(lowest.values())[:KEPT]]
    return {"complexes": kept, "tried": len(built), "intact": len(intact)}


def ligand_donors(structure: Structure, waters: int) -> tuple[int, ...]:
    """Atoms of the ligand that are bound to zinc beyond doubt."""
    zinc = len(structure.symbols) - 3 * waters - 1
    return tuple(sorted(k for k in neighbours(structure)[0] if k < zinc))


def neighbours(structure: Structure) -> tuple[frozenset[int], frozenset[int]]:
    """Atoms bound to zinc beyond doubt, and those that may be.

    An atom next to one that zinc holds more strongly is near it in any case: the S of N=S=O, bound through O
    at 1.95 angstrom, is 2.82 angstrom away.
    """
    valences = graphs.zinc_valences(structure)
    bonded = graphs.by_neighbours(structure)
    beside = {
        weak
        for pair in bonded
        for weak, strong in (pair, pair[::-1])
        if valences.get(weak, 0.0) < valences.get(strong, 0.0)
    }
    perhaps = frozenset(k for k, v in valences.items() if v >= DOUBTFUL)
    return frozenset(k for k in perhaps - beside if valences[k] >= NEIGHBOUR), perhaps


def claim_disagreement(details: dict[str, Any], smiles: str) -> str | None:
    """Say what a recorded complex is if it is not what its record claims."""
    structure = read_xyz(details["complex"])
    ligand = read_xyz(details["ligand"])
    zinc = len(ligand.symbols)
    waters = (len(structure.symbols) - zinc - 1) // 3
    if (wrong := graphs.disagreement(_neutral(structure), smiles, waters)) is not None:
        return wrong
    of_ligand = structure.part(list(range(zinc)))
    of_ligand = Structure(of_ligand.symbols, of_ligand.positions, ligand.charge)
    if (wrong := graphs.stereo_disagreement(of_ligand, smiles)) is not None:
        return wrong
    sure, perhaps = neighbours(structure)
    for name, end in (("denticity", zinc), ("coordination", len(structure.symbols))):
        least, most = (sum(k < end for k in some) for some in (sure, perhaps))
        if not least <= details[name] <= most:
            return f"the {name} is {least} to {most}, not {details[name]}"
    return None


def energy_recipe(recipe: Recipe) -> Recipe:
    """PySCF's own PCM and density fitting on a good grid; each is far below the uncertainty in question."""
    return replace(recipe, fitted=True, grid=2, surface=17, tolerance=1e-7)


def _neutral(structure: Structure) -> Structure:
    """Bonds do not depend on the charge, and RDKit would look for it."""
    return Structure(structure.symbols, structure.positions, 0)
