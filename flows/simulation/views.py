"""What ``zincloop simulate`` prints."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from flows.simulation.running import Simulated
from flows.simulation.summary import REACHED


def show_summary(simulated: Simulated) -> None:
    """The strategies, the best first, and what follows."""
    console = Console()
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("strategy", no_wrap=True)
    for column in (
        "area",
        "over random\n95 % interval",
        "last\nhypervolume",
        "Pareto\nrecall",
        "top 1 %\nrecall",
    ):
        table.add_column(column, justify="right")
    for row in simulated.summary.table.to_dict("records"):
        low, high = row.get("area_over_random_low"), row.get("area_over_random_high")
        table.add_row(
            str(row["scenario"]),
            f"{row['area']:.3f}",
            "" if low is None or low != low else f"{low:+.3f} to {high:+.3f}",  # noqa: PLR0124 - NaN
            f"{row['hypervolume_share']:.3f}",
            f"{row['pareto_recall']:.3f}",
            f"{row['top_recall']:.3f}",
        )
    console.print(table)
    console.print(simulated.summary.advice, highlight=False)
    console.print(f"report: {simulated.directory / 'report.html'}", highlight=False, soft_wrap=True)


def show_costs(simulated: Simulated) -> None:
    """What each strategy had spent when it held nearly everything the campaign found."""
    console = Console()
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("strategy", no_wrap=True)
    table.add_column(f"molecules to {REACHED:.0%} of the\nhypervolume, 95 % interval", justify="right")
    table.add_column("core-hours, 95 % interval", justify="right")
    for row in simulated.summary.table.to_dict("records"):
        table.add_row(
            str(row["scenario"]),
            _cell(row, "evaluations_to_reach", ".1f"),
            _cell(row, "core_hours_to_reach", ".3f"),
        )
    console.print(table)
    console.print(
        "The pool is what this campaign chose to measure; among all molecules chance would do worse.",
        highlight=False,
    )


def _cell(row: Mapping[Hashable, Any], name: str, form: str) -> str:
    """A mean and its interval; a dash where a seed never got there."""
    if math.isnan(row[name]):
        return "-"
    return f"{row[name]:{form}} ({row[name + '_low']:{form}} to {row[name + '_high']:{form}})"
