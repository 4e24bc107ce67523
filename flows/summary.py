"""Where a campaign stands, in figures that status, display and report share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loop.campaign import State
from loop.definition import Definition
from loop.molecule import Molecule
from loop.objective import gains

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Spending:
    """One line of the budget: how much of what is spent."""

    name: str
    spent: float
    limit: float | None
    unit: str

    @property
    def fraction(self) -> float | None:
        """Share of the limit that is spent, 0 to 1; ``None`` without a limit."""
        return None if self.limit is None else min(self.spent / self.limit, 1.0)

    def __str__(self) -> str:
        spent = f"{self.spent:.2f}".rstrip("0").rstrip(".")
        return f"{spent} {self.unit}" if self.limit is None else f"{spent} of {self.limit:g} {self.unit}"


def spending(definition: Definition, state: State) -> list[Spending]:
    """What is spent of each entry of the budget."""
    budget = definition.budget
    return [
        Spending("evaluations", state.evaluations, budget.evaluations, "molecules"),
        Spending("rounds", max(len(state.rounds) - 1, 0), budget.rounds, "after the first"),
        Spending("CPU time", state.cpu_seconds / 3600, budget.core_hours, "core-hours"),
        Spending("wall clock", state.wall_seconds / 3600, budget.wall_clock_hours, "hours"),
    ]


def candidates(definition: Definition, state: State) -> pd.DataFrame:
    """One row per molecule ever asked about, in the order asked.

    Columns: round, smiles, name, origin, parent, reason, one pair ``<property>``, ``<property> ±`` per
    property measured, ``pareto``, ``meets all goals``, and ``failure``.
    """
    pareto = set(state.pareto(definition.objectives))
    met = set(state.meeting_all_goals(definition.objectives)) if state.rounds else set()
    failed = {a.request.molecule: a for a in state.failures}
    rows = []
    for r in state.rounds:
        for pick in r.picks:
            molecule = pick.candidate.molecule
            row: dict[str, object] = {
                "round": r.number,
                "smiles": molecule.smiles,
                "name": pick.candidate.name or "",
                "origin": pick.candidate.origin,
                "parent": pick.candidate.parent or "",
                "reason": pick.reason,
            }
            for name, known in state.values.items():
                value = known.get(molecule)
                row[name] = value.value if value else np.nan
                row[f"{name} ±"] = value.uncertainty if value else np.nan
            answer = failed.get(molecule)
            row["pareto"] = molecule in pareto
            row["meets all goals"] = molecule in met
            row["failure"] = f"{answer.request.oracle}: {answer.outcome.reason}" if answer else ""  # type: ignore[union-attr]
            rows.append(row)
    import pandas as pd  # noqa: PLC0415 - a third of a second that 'status' can do without

    return pd.DataFrame(rows)


def best_balanced(definition: Definition, state: State, n: int) -> Sequence[Molecule]:
    """The Pareto molecules whose worst objective is best, at most ``n``."""
    return state.pareto(definition.objectives)[:n]


def names(state: State) -> dict[Molecule, str]:
    """Molecule -> common name, or its SMILES where none is known."""
    return {p.candidate.molecule: p.candidate.name or str(p.candidate.molecule) for p in state.picks}


def worst_gain(definition: Definition, state: State, molecule: Molecule) -> float:
    """Gain of the objective in which a measured molecule is worst (0 at the reference, 1 in a window)."""
    values = [state.values[o.property][molecule].value for o in definition.objectives]
    return float(gains(definition.objectives, np.array([values]))[0].min())
