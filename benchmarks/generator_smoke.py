"""How fast the generators propose, and what the radius of the trust region does.

Run with ``OMP_NUM_THREADS=1 python benchmarks/generator_smoke.py``; about two minutes.
"""

from __future__ import annotations

import time

import numpy as np

from generators.evaluation.accessibility import synthetic_accessibility
from generators.library import Library
from generators.vae import VAE
from loop.molecule import Limits, Molecule, parse, similarities
from loop.protocols import Generator
from loop.records import Candidate

N = 3000
INCUMBENTS = [
    parse(smiles)
    for smiles in ("CS(C)=O", "OCC(O)CO", "O=C(O)CC(O)(CC(=O)O)C(=O)O", "NC(=O)c1cccnc1", "COP(=O)(OC)OC")
]


def timed(name: str, generator: Generator, incumbents: list[Molecule], n: int = N) -> list[Candidate]:
    """Propose and print how long it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = generator.propose(incumbents, n, Limits(), seed=1)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:42s} {len(found):5d} proposals  {cpu:6.2f} CPU-s  {wall:6.2f} s")
    return found


def trust_region(radius: float) -> None:
    """Print what 600 proposals at one radius are like."""
    found = VAE(radius=radius, prior_share=0).propose(INCUMBENTS, 600, Limits(), seed=1)
    near = [c for c in found if c.parent]
    like = [similarities(c.molecule, [parse(c.parent)])[0] for c in near if c.parent]
    hardness = synthetic_accessibility([c.molecule for c in near])
    print(
        f"radius {radius:4.1f}: {len(near):4d} of 600 from the trust region, "
        f"Tanimoto to the parent {np.mean(like):.2f}, SA {np.mean(hardness):.2f}"
    )


def main() -> None:
    """Run everything."""
    for name, generator in (("library corpus", Library(source="corpus")), ("vae", VAE())):
        timed(f"{name}, first call, no incumbents", generator, [])
        timed(f"{name}, first call, incumbents", generator, INCUMBENTS)
        timed(f"{name}, again", generator, INCUMBENTS)
    for radius in (4.0, 5.0, 6.0, 7.0, 8.0, 10.0):
        trust_region(radius)


if __name__ == "__main__":
    main()
