"""The picture of a simulation: medians and bands against evaluations and against cost, and the table."""

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

from flows.simulation.replaying import Simulation, sizes
from flows.simulation.summary import Summary
from flows.versions import versions
from oracles.contained.spool import write_text

BAND = (0.2, 0.8)
PANELS = (
    ("hypervolume_share", "evaluations", "share of the pool's hypervolume", "molecules measured"),
    ("hypervolume_share", "cost_seconds", "share of the pool's hypervolume", "cost / CPU s"),
    ("pareto_recall", "evaluations", "share of the Pareto front found", "molecules measured"),
    ("top_recall", "evaluations", "share of the top 1 % found", "molecules measured"),
)


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
        figure=curves(results).to_html(
            full_html=False, include_plotlyjs=False, config={"displaylogo": False}
        ),
        versions=versions(),
        plotlyjs=get_plotlyjs(),
        now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_text(path, page)


def curves(results: pd.DataFrame) -> go.Figure:
    """Median and 20-80 % band of each scenario over seeds, one panel for each figure of merit."""
    figure = make_subplots(2, 2, horizontal_spacing=0.09, vertical_spacing=0.13)
    names = list(dict.fromkeys(results["scenario"]))
    colors = dict(zip(names, cycle(qualitative.Safe), strict=False))
    for k, (y, x, title, below) in enumerate(PANELS):
        cell = {"row": k // 2 + 1, "col": k % 2 + 1}
        for name in names:
            some = results[results["scenario"] == name]
            middle, low, high, at = _bands(some, x, y)
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
        figure.update_xaxes(title_text=below, gridcolor="#e6e9ee", zeroline=False, **cell)
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


def _bands(some: pd.DataFrame, x: str, y: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Median, lower and upper edge by round, at the mean abscissa of the round."""
    grouped = some.groupby("round")
    quantiles = [grouped[y].quantile(q).to_numpy() for q in (0.5, *BAND)]
    return quantiles[0], quantiles[1], quantiles[2], grouped[x].mean().to_numpy()


def _faint(color: str) -> str:
    return color.replace("rgb(", "rgba(").replace(")", ", 0.15)")
