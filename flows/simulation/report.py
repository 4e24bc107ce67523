"""The picture of a simulation: medians and bands against evaluations, cost and time, and the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.colors import qualitative
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from flows.simulation.measures import REACHED
from flows.simulation.replaying import Simulation, sizes
from flows.simulation.summary import Summary
from flows.simulation.tables import ScenarioTable, SimulationFile
from flows.simulation.wording import duration, interval, plain_duration
from flows.versions import versions
from loop.objective import FloatArray
from oracles.contained.spool import write_text

BAND = (0.2, 0.8)
POINTS = 200
"""Most points of a curve."""

PANELS = (
    ("hypervolume_share", "evaluations", "share of the pool's hypervolume", "molecules measured"),
    ("hypervolume_share", "cost_seconds", "share of the pool's hypervolume", "cost / CPU"),
    ("hypervolume_share", "clock_seconds", "share of the pool's hypervolume", "time /"),
    ("pareto_recall", "evaluations", "share of the Pareto front found", "molecules measured"),
    ("top_recall", "evaluations", "share of the top 1 % found", "molecules measured"),
    ("top_recall", "clock_seconds", "share of the top 1 % found", "time /"),
)
COLUMNS = 3


def write_report(path: Path, simulation: Simulation, results: pd.DataFrame, summary: Summary) -> None:
    """Write the report as one HTML file that needs no network."""
    environment = Environment(
        loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    file, yardstick = simulation.file, simulation.yardstick
    pool = len(yardstick.task.labels.molecules)
    page = environment.get_template("simulation.html").render(
        file=file,
        task=yardstick.task,
        pool=pool,
        front=len(yardstick.front),
        top=len(yardstick.top),
        sizes=sizes(file, pool),
        summary=summary,
        rows=summary.table.to_dict("records"),
        calibration=summary.calibration.to_dict("records"),
        ways={s.name: _way(file, s) for s in file.scenarios},
        interval=interval,
        duration=duration,
        plain_duration=plain_duration,
        reached=REACHED,
        figure=curves(results).to_html(
            full_html=False, include_plotlyjs=False, config={"displaylogo": False}
        ),
        versions=versions(),
        plotlyjs=get_plotlyjs(),
        now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_text(path, page)


def _way(file: SimulationFile, scenario: ScenarioTable) -> str:
    """How a strategy proceeds, in a few words."""
    places, batch = scenario.places or file.places, scenario.batch or file.batch
    kind = "filled as they fall free" if scenario.asynchronous else f"rounds of {batch}"
    return f"{places} place{'s' * (places > 1)}, {kind}"


def curves(results: pd.DataFrame) -> go.Figure:
    """Median and 20-80 % band of each scenario over seeds, one panel for each figure of merit."""
    figure = make_subplots(2, COLUMNS, horizontal_spacing=0.07, vertical_spacing=0.13)
    names = list(dict.fromkeys(results["scenario"]))
    colors = dict(zip(names, cycle(qualitative.Safe), strict=False))
    for k, (y, x, title, below) in enumerate(PANELS):
        cell = {"row": k // COLUMNS + 1, "col": k % COLUMNS + 1}
        unit, size = _unit(x, results[x].max())
        for name in names:
            some = results[results["scenario"] == name]
            at, (middle, low, high) = _bands(some, x, y)
            at = at / size
            line = {"color": colors[name], "width": 2}
            shared = {"legendgroup": name, "hoverinfo": "skip", "showlegend": False}
            band = go.Scatter(
                x=np.concatenate([at, at[::-1]]),
                y=np.concatenate([high, low[::-1]]),
                mode="lines",
                fill="toself",
                fillcolor=_faint(colors[name]),
                line={"width": 0},
                **shared,
            )
            median = go.Scatter(
                x=at, y=middle, name=name, legendgroup=name, line=line, mode="lines", showlegend=k == 0
            )
            figure.add_traces([band, median], rows=cell["row"], cols=cell["col"])
        figure.update_xaxes(title_text=f"{below} {unit}", gridcolor="#e6e9ee", zeroline=False, **cell)
        figure.update_yaxes(title_text=title, gridcolor="#e6e9ee", zeroline=False, range=[0, 1.03], **cell)
    figure.update_layout(
        height=760,
        margin={"l": 60, "r": 20, "t": 40, "b": 50},
        plot_bgcolor="white",
        paper_bgcolor="white",
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#1c2430"},
        legend={"orientation": "h", "y": 1.07},
    )
    return figure


def _unit(x: str, largest: float) -> tuple[str, int]:
    """Unit of an abscissa, and how many of its column make one."""
    if x == "evaluations":
        return "", 1
    return ("h", 3600) if largest > 2 * 3600 else ("s", 1)


def _bands(some: pd.DataFrame, x: str, y: str) -> tuple[FloatArray, FloatArray]:
    """Abscissas, and the median, lower and upper edge over seeds there, shape ``(3, n)``.

    Seeds end their rounds at times of their own: each is drawn straight from round to round, and stays
    where its budget ended.
    """
    runs = [one for _, one in some.groupby("seed")]
    at = np.unique(some[x].to_numpy(float))
    at = at[at >= max(one[x].iloc[0] for one in runs)]
    if len(at) > POINTS:
        at = np.linspace(at[0], at[-1], POINTS)
    held = [np.interp(at, one[x].to_numpy(float), one[y].to_numpy(float)) for one in runs]
    return at, np.quantile(held, (0.5, *BAND), axis=0)


def _faint(color: str) -> str:
    return color.replace("rgb(", "rgba(").replace(")", ", 0.15)")
