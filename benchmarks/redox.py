"""Vertical potentials of the oracle ``redox`` beside measured ones of one-electron couples in water.

Measured: aniline, Jonsson et al., J. Am. Chem. Soc. 116 (1994) 1423; p-benzoquinone and nitrobenzene,
Wardman, 10.1063/1.555843; all in V against SHE. Minutes of CPU time for each molecule.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.durable.machine import machine
from loop.molecule import parse
from oracles.redox import ZINC, Redox

COUPLES = (
    ("aniline", "Nc1ccccc1", "oxidation_potential", 1.02),
    ("p-benzoquinone", "O=C1C=CC(=O)C=C1", "reduction_potential", 0.10),
    ("nitrobenzene", "O=[N+]([O-])c1ccccc1", "reduction_potential", -0.49),
)


def main() -> None:
    """Compute and print."""
    oracle = Redox()
    print(f"{oracle.protocol().name} ({oracle.protocol().digest}), V against SHE\n{machine()}")
    figures = f"{'computed':>9} {'±':>5} {'measured':>9} {'off by':>7} {'CPU s':>6}"
    print(f"{'molecule':>16} {'property':>20} {figures}")
    for name, smiles, what, measured in COUPLES:
        started = time.process_time()
        with tempfile.TemporaryDirectory(prefix="zincloop-redox-") as scratch:
            found = oracle.measure(parse(smiles), Path(scratch))
        value = next(v for v in found.values if v.property == what)
        computed, spent = value.value + ZINC, time.process_time() - started
        figures = f"{computed:9.2f} {value.uncertainty:5.2f} {measured:9.2f} {computed - measured:+7.2f}"
        print(f"{name:>16} {what:>20} {figures} {spent:6.0f}", flush=True)


if __name__ == "__main__":
    main()
