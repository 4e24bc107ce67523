"""Turn a campaign's own measurements into a simulation, to see what others would have cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from flows.campaign_file.tables import GeneratorTable, PartTable
from flows.opening import Opened
from flows.simulation.tables import STANDARD
from flows.store import StoreError
from loop.campaign import State
from loop.molecule import Molecule
from loop.proposing import screening_oracles
from loop.protocols import Embedding
from oracles.contained.spool import write_text

FEWEST = 12
"""Molecules with every objective measured below which strategies cannot be told apart at all."""

SEEDS = 20
AS_RUN = "as run"


def write_backtest(opened: Opened) -> Path:
    """Write ``backtest/measured.csv`` and ``backtest/backtest.toml`` into a campaign's directory.

    The pool is what the campaign measured in full, at the CPU seconds it cost; strategies replay it until
    everything is measured, on as many places as the campaign has workers. The file is an ordinary simulation
    file.

    Returns
    -------
    The simulation file.

    Raises
    ------
    StoreError
        If too little is measured.
    """
    definition, state = opened.assembled.definition, opened.ledger.state()
    molecules, values = state.complete(definition.objectives)
    if len(molecules) < FEWEST:
        raise StoreError(
            f"{opened.store.directory}: {len(molecules)} molecules have every objective measured; a backtest "
            f"needs {FEWEST}"
        )
    table = pd.DataFrame({"smiles": [m.smiles for m in molecules]})
    for k, objective in enumerate(definition.objectives):
        table[objective.property] = values[:, k]
    screening = {o.kind for o in screening_oracles(definition, opened.assembled.parts)}
    for name in definition.cheaper.values():
        known = state.values.get(name, {})
        table[name] = [known[m].value if m in known else None for m in molecules]
    costs = _costs(state, screening)
    table["cpu_seconds"] = [state.spent[m] - costs.get(m, 0.0) for m in molecules]
    if screening:
        table["screening_seconds"] = [costs.get(m, 0.0) for m in molecules]
    home = opened.store.directory / "backtest"
    home.mkdir(exist_ok=True)
    write_text(home / "measured.csv", table.to_csv(index=False))
    write_text(home / "backtest.toml", tomli_w.dumps(_file(opened, state, len(molecules))))
    return home / "backtest.toml"


def _costs(state: State, kinds: set[str]) -> dict[Molecule, float]:
    """What the answers of some oracles cost, CPU seconds."""
    found: dict[Molecule, float] = {}
    for answer in state.answers.values():
        if answer.request.oracle in kinds:
            molecule = answer.request.molecule
            found[molecule] = found.get(molecule, 0.0) + answer.outcome.cost.cpu_seconds
    return found


def _file(opened: Opened, state: State, pool: int) -> dict[str, Any]:
    definition, resolved = opened.assembled.definition, opened.assembled.resolved
    exact = {p.name for o in opened.assembled.parts.oracles if o.exact for p in o.properties}
    initial = sum(len(r.picks) for r in state.rounds if r.notes.get("stage") == "initial design")
    objectives = [
        {**{k: v for k, v in o.items() if v is not None}, "known": o["property"] in exact}
        for o in resolved["objectives"]
    ]
    as_run = {"name": AS_RUN, "surrogate": resolved["surrogate"], "acquisition": resolved["acquisition"]}
    screened: dict[str, Any] = {}
    if definition.cheaper:
        # An estimate that failed is an empty cell.
        screened = {"missing": "failure", "screening_seconds": "screening_seconds"}
        as_run["screen"] = definition.screened
        for objective in objectives:
            if (name := definition.cheaper.get(objective["property"])) is not None:
                objective["cheaper"] = name
    others = [s.model_dump(exclude_defaults=True) for s in STANDARD if s.name != "default"]
    return {
        "name": f"backtest-{definition.name}"[:64],
        "table": "measured.csv",
        "seconds": "cpu_seconds",
        "evaluations": pool,
        "initial": max(4, min(initial, pool // 3)),
        "batch": definition.batch,
        "places": opened.assembled.workers.count,
        "seeds": SEEDS,
        "workers": opened.assembled.workers.count,
        **_embedding(opened),
        **screened,
        "objectives": objectives,
        "scenarios": [as_run, *others],
    }


def _embedding(opened: Opened) -> dict[str, Any]:
    """The generator whose latent space the campaign's surrogate would get, if it has one."""
    tables = opened.assembled.resolved["generators"]
    role = set(GeneratorTable.model_fields) - set(PartTable.model_fields)
    for source, table in zip(opened.assembled.parts.sources, tables, strict=True):
        if isinstance(source.generator, Embedding):
            return {"embedding": {k: v for k, v in table.items() if k not in role}}
    return {}
