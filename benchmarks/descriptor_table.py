"""Write the means and standard deviations the descriptors of the surrogates are standardised with.

Over the real compounds of the ``chemicals`` package within the elements and sizes the project covers;
spreads of counts below a floor are raised to it, so that a rare group does not push a molecule out of reach.

    python -m benchmarks.descriptor_table surrogates/gp/descriptors.csv
"""

from __future__ import annotations

import csv
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np

from loop.molecule import ELEMENTS, Limits, Molecule, MoleculeError, parse
from surrogates.gp.descriptors import GROUPS, NAMES, raw

FLOOR = 0.25
"""Smallest spread of a count of groups."""


def compounds(limits: Limits, most: int) -> list[Molecule]:
    """The first ``most`` compounds of the package inside the limits, in the package's order."""
    found: dict[Molecule, None] = {}
    for name in ("small", "large"):
        source = files("chemicals").joinpath("Identifiers", f"chemical identifiers pubchem {name}.tsv")
        with source.open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    molecule = parse(line.split("\t")[4])
                except (MoleculeError, IndexError):
                    continue
                if limits.refusal(molecule) is None:
                    found[molecule] = None
                if len(found) == most:
                    return list(found)
    return list(found)


def main(path: Path) -> None:
    """Describe 20,000 compounds and write one line for each descriptor."""
    limits = Limits(max_logp=None, elements=ELEMENTS, exclude={}, allow_charged=True, allow_zwitterions=True)
    values = np.array([raw(molecule, molecule.rdkit()) for molecule in compounds(limits, 20_000)])
    with path.open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(("name", "mean", "sd"))
        for name, mean, sd in zip(NAMES, np.nanmean(values, axis=0), np.nanstd(values, axis=0), strict=True):
            rows.writerow((name, f"{mean:.4g}", f"{max(sd, FLOOR if name in GROUPS else 0.0):.4g}"))
    print(f"{len(values)} compounds, {len(NAMES)} descriptors -> {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
