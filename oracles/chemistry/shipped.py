"""Write the reference energies that come with the package: ``python -m oracles.chemistry.shipped``.

To be run whenever the recipe for complexes, the functional or a version in the lock has changed; takes some
minutes. What is still valid is kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import oracles
from oracles.chemistry import references
from oracles.chemistry.exchange import compute_reference
from oracles.chemistry.ions import IONS
from oracles.chemistry.level import Solvation, level
from oracles.chemistry.theory import Resources

MEMORY_MB = 3000


def main() -> None:
    """Compute what is missing for every ion and solvation, and drop what no default protocol asks for."""
    path = Path(oracles.__path__[0]) / references.SHIPPED
    before = json.loads(path.read_text()) if path.exists() else {}
    after = {}
    for ion in IONS:
        for solvation in get_args(Solvation):
            at = level(ion, solvation)
            key = references.key_of(at.settings())
            with TemporaryDirectory() as scratch:
                after[key] = before.get(key) or references.record(
                    at.settings(), compute_reference(at, Resources(Path(scratch), MEMORY_MB))
                )
            sys.stdout.write(f"{ion} {solvation}: {after[key]['hydrate']:.8f} hartree\n")
            # After each, so that an interruption loses one.
            path.write_text(json.dumps(before | after, indent=1) + "\n")
    path.write_text(json.dumps(after, indent=1) + "\n")


if __name__ == "__main__":
    main()
