"""The figures of the report, each a plotly figure built from the campaign's state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from flows.assembly import Assembled
from flows.summary import names
from loop.agreement import agreements
from loop.calibration import expectations
from loop.campaign import State
from loop.definition import Definition
from loop.molecule import Molecule
from loop.objective import Direction, Objective

INK, FRONT, GOAL, GRID = "#8a94a3", "#0b6e4f", "rgba(11,110,79,0.09)", "#e6e9ee"
CELL = 340


def pareto(definition: Definition, state: State) -> go.Figure | None:
    """Every pair of objectives, with error bars, the goal shaded and the reference dashed."""
    objectives = definition.objectives
    molecules, _ = state.complete(objectives)
    pairs = list(combinations(range(len(objectives)), 2))
    if not molecules or not pairs:
        return None
    columns = min(len(pairs), 3)
    rows = -(-len(pairs) // columns)
    figure = make_subplots(rows, columns, horizontal_spacing=0.08, vertical_spacing=0.14)
    front = set(state.pareto(objectives))
    for k, (a, b) in enumerate(pairs):
        cell = {"row": k // columns + 1, "col": k % columns + 1}
        for name, color, some in (
            ("dominated", INK, [m for m in molecules if m not in front]),
            ("Pareto front", FRONT, [m for m in molecules if m in front]),
        ):
            trace = _cloud(state, some, (objectives[a], objectives[b]), name, color)
            figure.add_trace(trace.update(showlegend=k == 0), **cell)
        _goals(figure, objectives[a], objectives[b], cell)
    return _styled(figure, rows * CELL)


def _cloud(
    state: State, molecules: Sequence[Molecule], pair: tuple[Objective, Objective], name: str, color: str
) -> go.Scatter:
    known = names(state)
    x, y = ([state.values[o.property][m] for m in molecules] for o in pair)
    bar = {"type": "data", "thickness": 1, "width": 0}
    return go.Scatter(
        x=[v.value for v in x],
        y=[v.value for v in y],
        error_x=bar | {"array": [v.uncertainty for v in x]},
        error_y=bar | {"array": [v.uncertainty for v in y]},
        mode="markers",
        name=name,
        legendgroup=name,
        marker={"color": color, "size": 8},
        text=[known[m] for m in molecules],
        hovertemplate=(
            f"%{{text}}<br>{pair[0].property} %{{x:.3f}} {pair[0].unit}"
            f"<br>{pair[1].property} %{{y:.3f}} {pair[1].unit}<extra></extra>"
        ),
    )


def _goals(figure: go.Figure, a: Objective, b: Objective, cell: dict[str, int]) -> None:
    figure.update_xaxes(title_text=f"{a.property} / {a.unit}", **cell)
    figure.update_yaxes(title_text=f"{b.property} / {b.unit}", **cell)
    figure.add_vline(x=a.reference, line={"dash": "dash", "width": 1, "color": INK}, **cell)
    figure.add_hline(y=b.reference, line={"dash": "dash", "width": 1, "color": INK}, **cell)
    for objective, add, low, high in ((a, figure.add_vrect, "x0", "x1"), (b, figure.add_hrect, "y0", "y1")):
        if objective.direction is Direction.WINDOW:
            edges = {
                low: objective.reference - 99 if objective.low is None else objective.low,
                high: objective.reference + 99 if objective.high is None else objective.high,
            }
            add(**edges, fillcolor=GOAL, line_width=0, layer="below", **cell)
    for axis, objective in ((figure.update_xaxes, a), (figure.update_yaxes, b)):
        axis(range=_span(figure, objective, cell, axis == figure.update_xaxes), **cell)


def _span(figure: go.Figure, objective: Objective, cell: dict[str, int], horizontal: bool) -> list[float]:
    values: list[float] = [objective.reference]
    for trace in figure.select_traces(row=cell["row"], col=cell["col"]):
        values += list(trace.x if horizontal else trace.y)
    margin = 0.08 * (max(values) - min(values)) or 1.0
    return [min(values) - margin, max(values) + margin]


def hypervolume_curves(definition: Definition, state: State) -> go.Figure | None:
    """Hypervolume against evaluations and against core-hours, from the declared references."""
    curve = state.progress(definition.objectives)
    if not curve:
        return None
    figure = make_subplots(1, 2, horizontal_spacing=0.1)
    volume = [v for _, _, v in curve]
    for column, values, title in (
        (1, [n for n, _, _ in curve], "molecules answered"),
        (2, [h for _, h, _ in curve], "core-hours"),
    ):
        line = {"shape": "hv", "color": FRONT}
        figure.add_trace(
            go.Scatter(x=values, y=volume, mode="lines+markers", line=line, showlegend=False), 1, column
        )
        figure.update_xaxes(title_text=title, row=1, col=column)
        figure.update_yaxes(title_text="hypervolume", rangemode="tozero", row=1, col=column)
    ends = np.cumsum([len(r.picks) for r in state.rounds])[:-1]
    for end in ends:
        figure.add_vline(x=float(end) + 0.5, line={"dash": "dot", "width": 1, "color": INK}, row=1, col=1)
    return _styled(figure, CELL)


def predicted_against_measured(definition: Definition, state: State) -> go.Figure | None:
    """What the surrogate expected of the molecules it chose, against what was measured."""
    units = {o.property: o.unit for o in definition.objectives}
    shown = expectations(state, list(units))
    if not shown:
        return None
    figure = make_subplots(1, len(shown), horizontal_spacing=0.08)
    known = names(state)
    for k, found in enumerate(shown, start=1):
        both = np.concatenate([found.measured, found.means])
        ends = [both.min(), both.max()]
        figure.add_trace(
            go.Scatter(x=ends, y=ends, mode="lines", line={"color": INK, "dash": "dash"}, showlegend=False),
            1,
            k,
        )
        figure.add_trace(
            go.Scatter(
                x=found.measured,
                y=found.means,
                error_y={
                    "type": "data",
                    "array": 2 * found.sds,
                    "thickness": 1,
                    "width": 0,
                },
                mode="markers",
                marker={"color": FRONT, "size": 8},
                text=[known[m] for m in found.molecules],
                hovertemplate="%{text}<br>measured %{x:.3f}<br>expected %{y:.3f}<extra></extra>",
                showlegend=False,
            ),
            1,
            k,
        )
        figure.update_xaxes(title_text=f"measured {found.name} / {units[found.name]}", row=1, col=k)
        figure.update_yaxes(title_text="expected ± 2 sd", row=1, col=k)
    return _styled(figure, CELL)


def computed_against_measured(assembled: Assembled, state: State) -> go.Figure | None:
    """What was computed against what was measured, of the properties that are to go together."""
    shown = agreements(state, assembled.checks)
    if not shown:
        return None
    figure = make_subplots(1, len(shown), horizontal_spacing=0.08)
    known, units = names(state), {name: p.unit for name, p in assembled.properties.items()}
    for k, found in enumerate(shown, start=1):
        bars = {"type": "data", "thickness": 1, "width": 0}
        figure.add_trace(
            go.Scatter(
                x=found.computed,
                y=found.measured,
                error_x={**bars, "array": found.computed_uncertainties},
                error_y={**bars, "array": found.measured_uncertainties},
                mode="markers",
                marker={"color": FRONT, "size": 8},
                text=[known.get(m, str(m)) for m in found.molecules],
                hovertemplate="%{text}<br>computed %{x:.3f}<br>measured %{y:.3f}<extra></extra>",
                showlegend=False,
            ),
            1,
            k,
        )
        for axis, name in (("xaxes", found.computed_name), ("yaxes", found.measured_name)):
            how = "computed" if axis == "xaxes" else "measured"
            getattr(figure, f"update_{axis}")(title_text=f"{how} {name} / {units[name]}", row=1, col=k)
    return _styled(figure, CELL)


def _styled(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 60, "r": 20, "t": 30, "b": 50},
        plot_bgcolor="white",
        paper_bgcolor="white",
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#1c2430"},
        legend={"orientation": "h", "y": 1.06},
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return figure
