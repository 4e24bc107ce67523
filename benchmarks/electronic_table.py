"""Compute the table that the learned electronic descriptors are fitted to (``surrogates.learned``).

    python -m benchmarks.electronic_table [--known 10000] [--drawn 10000] [--kept FILE]

GFN1-xTB in gas (Grimme, Bannwarth & Shushkov, 10.1021/acs.jctc.7b00118) at the lowest of a few force-field
conformers: HOMO and LUMO in eV, dipole moment in debye. The molecules are compounds of the shipped corpus and
draws of the shipped generator, up to twelve heavy atoms; those of the labelled zinc set
(``benchmarks.zinc_set``) are left out, so that it stays a test. No measured or DFT value enters. Resumable;
about 0.05 CPU seconds a molecule.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.units import Bohr, Debye, Hartree
from rich.progress import track
from tblite.exceptions import TBLiteRuntimeError
from tblite.interface import Calculator

from benchmarks import json_lines
from benchmarks.zinc_set import chosen
from generators.corpus.entries import corpus
from generators.vae import VAE
from loop.molecule import Limits, Molecule, parse
from loop.protocols import ConvergenceError
from oracles.chemistry.conformers import embed
from oracles.chemistry.geometry import Geometry

LARGEST = 12
"""Heavy atoms."""
HELD_BACK = 2100
"""Molecules of the zinc set."""
SEED = 0

ANYTHING = Limits(max_heavy_atoms=LARGEST, max_logp=None, exclude={})


def main() -> None:
    """Compute what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--known", type=int, default=10_000)
    parser.add_argument("--drawn", type=int, default=10_000)
    parser.add_argument("--kept", type=Path, default=Path("build/electronic_table.jsonl"))
    options = parser.parse_args()
    done = {row["smiles"] for row in json_lines.read(options.kept)}
    missing = [m for m in wanted(options.known, options.drawn) if m.smiles not in done]
    for molecule in track(missing, "molecules"):
        json_lines.append(options.kept, {"smiles": molecule.smiles, **computed(molecule)})


def wanted(known: int, drawn: int) -> list[Molecule]:
    """Compounds of the corpus in random order, then draws of the generator around them."""
    held_back = {parse(entry.smiles) for entry in chosen(HELD_BACK)}
    entries = corpus()
    order = np.random.default_rng(SEED).permutation(len(entries))
    compounds = [m for i in order if ANYTHING.refusal(m := parse(entries[i].smiles)) is None]
    found = [m for m in dict.fromkeys(compounds) if m not in held_back][:known]
    new = [c.molecule for c in VAE(radius=9.0).propose([], 2 * drawn, ANYTHING, SEED)]
    taken = {*found, *held_back}
    return [*found, *(m for m in new if m not in taken)][: known + drawn]


def computed(molecule: Molecule) -> dict[str, float]:
    """HOMO, LUMO and dipole moment; nothing where the calculation fails."""
    try:
        return _point(embed(molecule, at_most=3).starts[0])
    except (ConvergenceError, TBLiteRuntimeError):
        return {}


def _point(geometry: Geometry) -> dict[str, float]:
    numbers = np.array(Atoms(list(geometry.symbols)).numbers)
    calculator = Calculator("GFN1-xTB", numbers, geometry.positions / Bohr, float(geometry.charge), 0)
    calculator.set("verbosity", 0)
    found = calculator.singlepoint()
    orbitals = np.asarray(found.get("orbital-energies")) * Hartree
    filled = round(float(np.sum(found.get("orbital-occupations"))) / 2)
    dipole = float(np.linalg.norm(np.asarray(found.get("dipole")))) * Bohr / Debye
    return {"homo": float(orbitals[filled - 1]), "lumo": float(orbitals[filled]), "dipole": dipole}


if __name__ == "__main__":
    main()
