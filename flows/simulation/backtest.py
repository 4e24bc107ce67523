"""Turn a campaign's own measurements into a simulation, to see what others would have cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from flows.opening import Opened
from flows.simulation.tables import STANDARD
from flows.store import StoreError
from loop.campaign import State
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
    table["cpu_seconds"] = [state.spent[m] for m in molecules]
    home = opened.store.directory / "backtest"
    home.mkdir(exist_ok=True)
    write_text(home / "measured.csv", table.to_csv(index=False))
    write_text(home / "backtest.toml", tomli_w.dumps(_file(opened, state, len(molecules))))
    return home / "backtest.toml"


def _file(opened: Opened, state: State, pool: int) -> dict[str, Any]:
    definition, resolved = opened.assembled.definition, opened.assembled.resolved
    exact = {p.name for o in opened.assembled.parts.oracles if o.exact for p in o.properties}
    initial = sum(len(r.picks) for r in state.rounds if r.notes.get("stage") == "initial design")
    objectives = [
        {**{k: v for k, v in o.items() if v is not None}, "known": o["property"] in exact}
        for o in resolved["objectives"]
    ]
    as_run = {"name": AS_RUN, "surrogate": resolved["surrogate"], "acquisition": resolved["acquisition"]}
    others = [s.model_dump(exclude_defaults=True) for s in STANDARD if s.name != "default"]
    return {
        "name": f"backtest-{definition.name}"[:64],
        "table": "measured.csv",
        "seconds": "cpu_seconds",
        "evaluations": pool,
        "initial": max(4, min(initial, pool // 3)),
        "batch": definition.batch,
        "places": opened.assembled.workers,
        "seeds": SEEDS,
        "workers": opened.assembled.workers,
        "objectives": objectives,
        "scenarios": [as_run, *others],
    }
