"""Which ligands zinc prefers: the order of five that experiment and thorough calculations agree about."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from benchmarks.oracle_rows.asking import answered, uncertainty, value
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result
from oracles.zinc_exchange import ZincExchange

WHAT = "order of NH3, urea, DMSO, water, MeCN by zn_exchange at the default"
TARGET = "reproduced"

ORDER = {"NH3": "N", "urea": "NC(N)=O", "DMSO": "CS(C)=O", "water": "O", "MeCN": "CC#N"}
"""Strongest first."""


def run(options: Options) -> Result:
    """Measure, print and compare neighbours."""
    oracle = ZincExchange()
    kept = options.kept("series", {"zinc_exchange": oracle.protocol().digest})
    found: dict[str, float] = {}
    for name, smiles in list(ORDER.items())[: options.molecules]:
        row = kept.once(smiles, partial(answered, oracle, smiles, options.answers, options.deadline))
        if "failure" in row:
            return Result(f"{name} failed ({row['failure']}): {row['reason']}", False)
        found[name] = value(row, "zn_exchange")
        seconds = row["cost"]["cpu_seconds"]
        print(f"{found[name]:+7.3f} ± {uncertainty(row, 'zn_exchange'):.2f} eV {seconds:6.0f} CPU s  {name}")
    gaps = [after - before for before, after in pairwise(found.values())]
    figure = " < ".join(f"{name} {energy:+.2f}" for name, energy in found.items())
    return Result(f"{figure}; smallest gap {min(gaps):+.2f} eV", min(gaps) > 0.0)
