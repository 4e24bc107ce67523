"""What ``zincloop simulate`` prints."""

from __future__ import annotations

from rich.table import Table

from flows import terminal
from flows.simulation.measures import REACHED
from flows.simulation.running import Simulated
from flows.simulation.summary import Summary
from flows.simulation.wording import duration, interval, plain_duration


def show_summary(simulated: Simulated) -> None:
    """The strategies, the best first, what they cost, and what follows."""
    console = terminal.console()
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
    console.print()
    console.print(_costs(simulated.summary))
    console.print()
    for alarm in simulated.summary.alarms:
        console.print(f"warning: {alarm}", style="yellow", highlight=False)
    console.print(simulated.summary.advice, highlight=False)
    console.print(f"report: {simulated.directory / 'report.html'}", highlight=False, soft_wrap=True)


def _costs(summary: Summary) -> Table:
    """What each strategy had spent when it held nearly all of the pool's hypervolume, and its time in all."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(f"to {REACHED:.0%} of the\nhypervolume", no_wrap=True)
    for column in ("molecules\n(95 % interval)", "CPU time", "time", "in all", "idle"):
        table.add_column(column, justify="right")
    for row in summary.table.to_dict("records"):
        table.add_row(
            str(row["scenario"]),
            interval(row, "evaluations_to_reach", ".3g"),
            duration(row, "core_hours_to_reach"),
            duration(row, "hours_to_reach"),
            plain_duration(row["clock_hours"]),
            f"{row['idle']:.0%}",
        )
    return table


def warn_of_pool() -> None:
    """What a backtest cannot tell."""
    terminal.console().print(
        "The pool is what this campaign chose to measure; among all molecules chance would do worse.",
        highlight=False,
    )
