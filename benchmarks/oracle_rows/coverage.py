"""How many molecules get their values without a person: known additives and draws from the corpus."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from benchmarks.oracle_rows.asking import answered
from benchmarks.oracle_rows.compounds import drawn_corpus, neutral_known
from benchmarks.oracle_rows.row import Options, Result
from loop.molecule import Molecule
from loop.protocols import ComputedOracle
from oracles.orbitals import Orbitals
from oracles.synthesizability import Synthesizability
from oracles.zinc_exchange import ZincExchange

WHAT = "share with HOMO, LUMO and SA, and with dE_ex: neutral known additives, 200 of the corpus"
TARGET = ">= 99 %, >= 97 %"

DRAWN = 200
WORKERS = 2
SHARES = (0.99, 0.97)

ORACLES: tuple[ComputedOracle, ...] = (Synthesizability(), Orbitals(), ZincExchange())


def run(options: Options) -> Result:
    """Ask about each, print each failure, and count."""
    sets = {"known": neutral_known(), "corpus": drawn_corpus(DRAWN, options.seed)}
    sets = {name: molecules[: options.molecules] for name, molecules in sets.items()}
    everyone = [molecule for molecules in sets.values() for molecule in molecules]
    rows = {oracle.kind: asked(oracle, everyone, options) for oracle in ORACLES}
    figures, met = [], True
    for name, molecules in sets.items():
        orbitals, exchange = shares(rows, molecules)
        met = met and orbitals >= SHARES[0] and exchange >= SHARES[1]
        figures.append(f"{name} ({len(molecules)}) {orbitals:.1%}, {exchange:.1%}")
    return Result("; ".join(figures), met)


def shares(rows: dict[str, dict[str, Any]], molecules: Sequence[Molecule]) -> tuple[float, float]:
    """Share with HOMO, LUMO and SA, and with an exchange energy; rows by oracle and SMILES."""

    def have(*kinds: str) -> float:
        found = [all("values" in rows[kind][m.smiles] for kind in kinds) for m in molecules]
        return sum(found) / len(found)

    return have("orbitals", "synthesizability"), have("zinc_exchange")


def asked(oracle: ComputedOracle, molecules: Sequence[Molecule], options: Options) -> dict[str, Any]:
    """SMILES -> row, each asked once; failures are printed as they come, with what they cost."""
    kept = options.kept("coverage", {oracle.kind: oracle.protocol().digest})
    home = options.home("coverage") / kept.under
    rows = kept.rows()
    missing = [m for m in dict.fromkeys(molecules) if m.smiles not in rows]
    # What takes longest is started first, as a campaign does.
    missing.sort(key=oracle.expected_cpu_seconds, reverse=True)
    print(f"{oracle.kind}: {len(molecules) - len(missing)} known, {len(missing)} to ask", flush=True)
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = {pool.submit(answered, oracle, m.smiles, home, options.deadline): m for m in missing}
        for future in as_completed(futures):
            smiles = futures[future].smiles
            rows[smiles] = kept.once(smiles, future.result)
    for molecule in molecules:
        row = rows[molecule.smiles]
        if "failure" in row:
            cost = row["cost"]["cpu_seconds"]
            print(f"  {row['failure']:<12} {cost:6.0f} CPU s  {molecule}: {row['reason']}", flush=True)
    return rows
