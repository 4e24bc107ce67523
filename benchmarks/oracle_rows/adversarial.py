"""Values let through on molecules made to go wrong, and what an independent judge says of each.

Judged is every value, whatever was expected: by the graph read in two other ways, by a triplet or an
open-shell singlet below the closed shell, by the unaccelerated orbitals at the lowest conformer that this
record or another search has, relaxed with B3LYP, by the energy of the same complex with plain PySCF, and by
another search for the complex. A value is wrong if it
is more than four of its own stated uncertainties off, or not of the molecule, state or complex that its
record claims. Under another protocol each molecule is asked about again, and judged again where the answer is
another one (``benchmarks.judge.standing``).
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from functools import partial
from typing import Any

from benchmarks.judge import standing
from benchmarks.judge.adversaries import Adversary, adversaries
from benchmarks.judge.verdicts import REVISION, UNDECIDED, WRONG, Judge
from benchmarks.oracle_rows.asking import answered, ask, row_of
from benchmarks.oracle_rows.row import Options
from benchmarks.rows import Result
from loop.molecule import MoleculeError, parse
from loop.records import digest
from oracles.orbitals import Orbitals
from oracles.zinc_exchange import ZincExchange

WHAT = "wrong values let through on the adversarial set"
TARGET = "0"

Judged = Orbitals | ZincExchange
ORACLES: tuple[Judged, ...] = (Orbitals(), ZincExchange())


def run(options: Options) -> Result:
    """Ask, judge, print a line for each, and count."""
    chosen = adversaries()[: options.molecules]
    print(f"{'outcome':<22} {'expected':<9} {'judge':<10} {'CPU s':>6} {'judge s':>7}  molecule: reason")
    verdicts: Counter[str] = Counter()
    unexpected = 0
    for oracle in (o for o in ORACLES if options.only in {None, o.kind}):
        kept = options.kept("adversarial", {"kind": oracle.kind, "judge": REVISION})
        known = kept.rows()
        for adversary in chosen:
            row = known.get(adversary.smiles)
            if row is None or row["protocol"] != oracle.protocol().digest:
                row = _row(adversary, oracle, row, options)
                kept.add(adversary.smiles, row)
            expected = adversary.orbitals if oracle.kind == "orbitals" else adversary.binding
            unexpected += surprising(row, expected)
            verdicts[row["verdict"]] += 1
            print(_line(oracle.kind, adversary, expected, row), flush=True)
    values = sum(verdicts.values()) - verdicts["no value"]
    rest = f"{verdicts[UNDECIDED]} undecided, {unexpected} other than expected"
    figure = f"{verdicts[WRONG]} wrong of {values} values of {len(chosen)} molecules ({rest})"
    return Result(figure, verdicts[WRONG] == 0)


def surprising(row: dict[str, Any], expected: str) -> bool:
    """Whether an outcome is not the one that the table calls right."""
    failure: str | None = row["outcome"].get("failure")
    right = {
        "value": failure is None,
        "refusal": failure == "input",
        "failure": failure is not None,
        "any": True,
    }
    return not right[expected]


def _row(
    adversary: Adversary, oracle: Judged, before: dict[str, Any] | None, options: Options
) -> dict[str, Any]:
    """Ask, and judge unless the verdict about an answer ``before`` is one about this one."""
    outcome = _outcome(adversary, oracle, options)
    row = {"protocol": oracle.protocol().digest, "outcome": outcome}
    if "failure" in outcome:
        return {**row, "verdict": "no value", "reason": outcome["reason"], "seconds": 0.0}
    if before is not None and "judged" in before and standing.stands(before["judged"], outcome):
        return {**before, **row}
    started = time.monotonic()
    judge = Judge(parse(adversary.smiles).smiles, oracle, options.deadline)
    values = {name: (v, sd) for name, (v, sd) in outcome["values"].items()}
    if oracle.kind == "orbitals":
        found = judge.orbitals(values, outcome["details"])
    else:
        kept = options.kept("adversarial", {"aqua": oracle.protocol().digest, "judge": REVISION})
        aqua = kept.once("aqua ion and water", partial(_aqua, oracle, options))
        one_donor = oracle.protocol().settings.get("denticity") == 1
        found = judge.binding(values["zn_exchange"], outcome["details"], aqua, one_donor=one_donor)
    seconds = time.monotonic() - started
    return {**row, **asdict(found), "seconds": seconds, "judged": standing.judged(outcome)}


def _aqua(oracle: Judged, options: Options) -> dict[str, Any]:
    found = answered(oracle, "O", options.answers, options.deadline)
    return Judge("O", oracle, options.deadline).aqua(found["details"])


def _outcome(adversary: Adversary, oracle: Judged, options: Options) -> dict[str, Any]:
    try:
        return answered(oracle, adversary.smiles, options.answers, options.deadline)
    except MoleculeError:
        home = options.answers / digest({"text": adversary.smiles})
        return row_of(ask(oracle, adversary.smiles, home, options.deadline))


def _line(kind: str, adversary: Adversary, expected: str, row: dict[str, Any]) -> str:
    outcome = row["outcome"]
    shown = (
        f"failure: {outcome['failure']}"
        if "failure" in outcome
        else " ".join(f"{value:.2f}±{sd:.2f}" for value, sd in outcome["values"].values())
    )
    cost = outcome["cost"]["cpu_seconds"]
    mark = "!" if surprising(row, expected) else ""
    name = f"{kind}, {adversary.smiles} ({adversary.name})"
    return (
        f"{shown:<22} {expected + mark:<9} {row['verdict']:<10} {cost:>6.1f} {row['seconds']:>7.0f}  {name}: "
        f"{row['reason']}"
    )
