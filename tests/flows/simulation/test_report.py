"""What the curves of a report are drawn through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flows.simulation.replaying import open_simulation, replay
from flows.simulation.report import curves, write_report
from flows.simulation.summary import summarise
from tests.flows.simulation.conftest import FILE


def run(seed: int, seconds: list[float], shares: list[float]) -> pd.DataFrame:
    """A campaign of two molecules a round."""
    return pd.DataFrame(
        {
            "scenario": "a",
            "seed": seed,
            "round": range(len(shares)),
            "evaluations": 2 * np.arange(1, len(shares) + 1),
            "cost_seconds": seconds,
            "clock_seconds": seconds,
            "hypervolume_share": shares,
            "pareto_recall": shares,
            "top_recall": shares,
        }
    )


def test_seeds_are_compared_at_the_same_time_and_not_in_the_same_round() -> None:
    quick, slow = run(0, [10.0, 20.0], [0.2, 0.4]), run(1, [20.0, 60.0], [0.0, 0.8])
    figure = curves(pd.concat([quick, slow]))
    band, median = (t for t in figure.select_traces(row=1, col=3))
    assert median.x.tolist() == [20.0, 60.0], "from where every seed has begun to where the last one ends"
    assert median.y.tolist() == pytest.approx([0.2, 0.6]), "the quick one keeps what it ended with"
    assert band.y.tolist() == pytest.approx([0.32, 0.72, 0.48, 0.08])
    assert figure.layout.xaxis3.title.text == "time / s"
    hours = curves(pd.concat([quick, slow.assign(clock_seconds=[3600.0, 9000.0])]))
    assert next(hours.select_traces(row=1, col=3)).x.max() == 2.5
    assert hours.layout.xaxis3.title.text == "time / h"


def test_the_page_says_how_each_strategy_proceeds(simulation: Path) -> None:
    filled = '\n[[scenarios]]\nname = "filled"\nacquisition = { kind = "random" }\nasynchronous = true\n'
    simulation.write_text("places = 3\n" + FILE + filled)
    opened = open_simulation(simulation)
    results = pd.concat([replay(opened, name, 0) for name in ("random", "filled")])
    page = simulation.parent / "report.html"
    write_report(page, opened, results, summarise(results))
    written = page.read_text()
    assert "3 places, rounds of 5" in written
    assert "3 places, filled as they fall free" in written
