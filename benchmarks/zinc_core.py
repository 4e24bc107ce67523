"""What the 3s and 3p electrons of zinc add to coupled cluster's energies of bare Zn2+-OH2 and Zn2+-NH3.

    python -m benchmarks.zinc_core

``zincloop validate-oracles`` holds B3LYP against CCSD(T) with 1s to 3p of zinc uncorrelated. Here 3s and 3p
are correlated as well, in the same basis set and at the same geometries. Minutes of CPU time.
"""

from __future__ import annotations

from functools import partial

from benchmarks.durable.machine import machine
from oracles.validation.bare_zinc import CORE, KCAL_PER_MOL, SYMBOLS, coupled_cluster, dissociation

SMALL = {**CORE, "Zn": 5}
"""1s, 2s and 2p of zinc."""


def main() -> None:
    """Compute and print."""
    print(f"dissociation of Zn2+-L, CCSD(T)/def2-TZVPP, kcal/mol\n{machine()}")
    print(f"{'':>10} {'3s, 3p not correlated':>22} {'correlated':>11} {'difference':>11}")
    for ligand in SYMBOLS:
        frozen, all_but_neon = (
            dissociation(ligand, partial(coupled_cluster, core=core)) * KCAL_PER_MOL for core in (CORE, SMALL)
        )
        print(f"{ligand:>10} {frozen:22.2f} {all_but_neon:11.2f} {all_but_neon - frozen:+11.2f}", flush=True)


if __name__ == "__main__":
    main()
