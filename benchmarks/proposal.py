"""Time and memory of a proposal: 8 molecules out of 10,000, four objectives, 100 measurements.

    OMP_NUM_THREADS=1 python -m benchmarks.proposal [--measured 1000] [--pool 100000]

The molecules are real compounds of the ``chemicals`` package. Their values are cheap RDKit descriptors
standing in for what oracles would measure: only time and memory are of interest here, and neither depends
on what the numbers mean. In the first round nothing is known beforehand: features of the pool, fits and the
choice all count; importing PyTorch, once a process, does not. In the round after, eight more are measured and
the pool is the same, as that of a library is. Pools larger than the real compounds are filled with their
homologues.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from typing import cast

import botorch  # noqa: F401 - the first round is not to be charged for it
import numpy as np
from rdkit.Chem import rdMolDescriptors

from benchmarks.descriptor_table import compounds
from flows.seating import seated
from generators.vae import VAE
from loop.molecule import Limits, Molecule, MoleculeError, parse
from loop.objective import Direction, FloatArray, Objective
from loop.parts import load
from loop.protocols import Acquisition, Evidence, Question, Surrogate
from loop.records import Candidate, Property

POOL, BATCH = 10_000, 8

OBJECTIVES = (
    Objective("polar surface", "angstrom^2", Direction.MAXIMIZE, 20.0),
    Objective("molar refractivity", "cm^3/mol", Direction.MINIMIZE, 60.0),
    Objective("logP", "1", Direction.WINDOW, 3.0, high=0.5),
    Objective("heavy atoms", "1", Direction.WINDOW, 15.0, low=4.0, high=9.0),
)
"""The last one plays the exact objective."""


SMALL = Limits(max_logp=None)
ANYTHING = Limits(max_logp=None, exclude={}, max_heavy_atoms=40)


def candidates(n: int) -> list[Molecule]:
    """Small real compounds, then larger ones, then what one carbon more makes of them."""
    small = compounds(SMALL, n)
    found = dict.fromkeys(small if len(small) == n else [*small, *compounds(ANYTHING, n)][:n])
    for molecule in list(found):
        if len(found) >= n:
            break
        try:
            found[parse(f"C{molecule.smiles}")] = None
        except MoleculeError:
            continue
    return list(found)


def stand_ins(molecule: Molecule) -> list[float]:
    """Descriptors in place of measured values, in the order of the objectives."""
    mol = molecule.rdkit()
    logp, refractivity = rdMolDescriptors.CalcCrippenDescriptors(mol)
    return [rdMolDescriptors.CalcTPSA(mol), refractivity, logp, float(molecule.heavy_atoms)]


def propose(
    acquisition: Acquisition,
    surrogate: Surrogate,
    pool: list[Molecule],
    exact: FloatArray,
    told: list[Molecule],
    values: FloatArray,
) -> tuple[float, float, list[str]]:
    """Seconds, CPU seconds, and the choice in words."""
    wall, cpu = time.perf_counter(), time.process_time()
    no_doubt = np.zeros(len(told))
    beliefs = {
        o.property: surrogate.fit(
            Evidence(Property(o.property, o.unit, ""), tuple(told), values[:, k], no_doubt), seed=0
        )
        for k, o in enumerate(OBJECTIVES[:-1])
    }
    question = Question(
        pool=[Candidate(m, "library") for m in pool],
        objectives=OBJECTIVES,
        beliefs=beliefs,
        exact={OBJECTIVES[-1].property: exact},
        measured=told,
        front=values,
        pending=(),
        pending_exact={OBJECTIVES[-1].property: np.empty(0)},
        asked=told,
        batch=BATCH,
        seed=0,
    )
    picks = acquisition.choose(question)
    chosen = [f"{p.candidate.molecule.smiles}: {p.reason}" for p in picks]
    return time.perf_counter() - wall, time.process_time() - cpu, chosen


def main() -> None:
    """Time two rounds and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--acquisition", default="portfolio")
    parser.add_argument("--surrogate", default="sum_gp")
    parser.add_argument("--measured", type=int, default=100)
    parser.add_argument("--pool", type=int, default=10_000)
    options = parser.parse_args()
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    molecules = candidates(options.pool + options.measured)
    order = np.random.default_rng(0).permutation(len(molecules))
    told = [molecules[i] for i in order[: options.measured]]
    pool = [molecules[i] for i in order[options.measured :]]
    values = np.array([stand_ins(m) for m in told])
    exact = np.array([float(m.heavy_atoms) for m in pool])
    chooser = cast(Acquisition, load("surrogates.acquisitions", options.acquisition)())
    learner = seated(load("surrogates", options.surrogate)(), [VAE()])
    for name, n in (("the first round", len(told) - BATCH), ("the round after", len(told))):
        wall, cpu, chosen = propose(chooser, learner, pool, exact, told[:n], values[:n])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{name}: {len(chosen)} of {len(pool)} with {n} measurements and {len(OBJECTIVES)} objectives "
            f"took {wall:.2f} s, {cpu:.2f} CPU s; peak memory {peak:.0f} MB"
        )
    print("\n".join(chosen))


if __name__ == "__main__":
    main()
