"""Whether raw draws have plausible shapes, and how many real molecules have."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.generator_rows.draws import raw_molecules
from benchmarks.generator_rows.row import Options, data
from benchmarks.rows import Result
from generators.evaluation.plausible import plausibility
from generators.evaluation.shares import Share
from loop.molecule import Limits, Molecule, known

WHAT = "raw draws that pass PoseBusters' tests of a molecule alone, beside those inside limits and real ones"
TARGET = "0.995 of 1,000"

BESIDE = 0.3
"""Part of the draws' number that is judged of draws inside the default limits, and of real molecules."""


def run(options: Options) -> Result:
    """A second or so for each, in two processes."""
    raw, limits, beside = raw_molecules(options), Limits(), round(BESIDE * options.shapes)
    drawn = _judged(raw[: options.shapes], "draws")
    inside = _judged([m for m in dict.fromkeys(raw) if limits.refusal(m) is None][:beside], "inside limits")
    ceiling = _judged(list(data(options.weights).split.random)[:beside], "real molecules held out")
    figure = f"{drawn} of {drawn.of}; inside limits {inside} of {inside.of}; held out {ceiling}"
    return Result(figure, drawn.value >= 0.995)


def _judged(molecules: list[Molecule], name: str) -> Share:
    smiles = [m.smiles for m in molecules]
    parts = [smiles[k::20] for k in range(20)]
    hits, failed = 0, dict[str, int]()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for passed, wrong in pool.map(_some, parts):
            hits += passed
            for test, count in wrong.items():
                failed[test] = failed.get(test, 0) + count
    print(f"  {name}: {hits} of {len(smiles)} pass; failed: {failed}", flush=True)
    return Share(hits, len(smiles))


def _some(smiles: list[str]) -> tuple[int, dict[str, int]]:
    found = plausibility([known(one) for one in smiles])
    return found.valid.hits, found.failed
