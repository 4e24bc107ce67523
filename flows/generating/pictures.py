"""Pictures of a latent space: where molecules lie, and how alike is how far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import torch
from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs
from sklearn.manifold import TSNE

from flows.generating.evaluating import Evaluation
from flows.generating.pages import UNITS
from flows.report.figures import FRONT, GRID, INK
from generators.latent.points import at_random, means
from generators.latent.training import Watcher
from generators.latent.weights import Trained
from loop.objective import FloatArray

SHOWN = 2000
"""Most molecules, and most draws, of the map."""


def write_pictures(path: Path, trained: Trained, found: Evaluation, watcher: Watcher, seed: int) -> None:
    """Write one HTML file that needs no network."""
    watcher.begin("map of the space", None)
    figures = [*maps(trained, found, seed), by_radius(found)]
    page = Environment(loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined)
    text = page.get_template("generator.html").render(
        molecules=len(found.gathered.compounds),
        sources=", ".join(found.gathered.counts),
        weights=trained.checksum,
        figures=[figure.to_html(full_html=False, include_plotlyjs=False) for figure in figures],
        plotlyjs=get_plotlyjs(),
        now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    path.write_text(text, encoding="utf-8")


def maps(trained: Trained, found: Evaluation, seed: int) -> list[go.Figure]:
    """A map for each property, coloured by what is believed of it; draws from the prior are on it, too.

    By t-SNE (van der Maaten & Hinton, JMLR 9, 2579, 2008).
    """
    spelled = [molecule for molecule in found.gathered.molecules if trained.codec.knows(molecule)]
    order = np.random.default_rng(seed).permutation(len(spelled))[:SHOWN]
    molecules = [spelled[k] for k in order]
    drawn = at_random(trained, len(molecules), torch.Generator().manual_seed(seed))
    points = torch.cat([means(trained, molecules), drawn])
    with torch.no_grad():
        believed = trained.network.properties(points).double().numpy()
    perplexity = min(30, len(points) // 4)
    flat = TSNE(init="pca", random_state=seed, perplexity=perplexity).fit_transform(points.numpy())
    smiles = [molecule.smiles for molecule in molecules]
    names = trained.network.shape.properties
    return [_map(name, flat, believed[:, k], smiles) for k, name in enumerate(names)]


def _map(name: str, flat: FloatArray, believed: FloatArray, smiles: Sequence[str]) -> go.Figure:
    unit = UNITS.get(name, "1")
    label = name if unit == "1" else f"{name} / {unit}"
    low, high = (float(np.quantile(believed, share)) for share in (0.02, 0.98))
    figure = go.Figure()
    for title, part, symbol in (
        ("molecules", slice(0, len(smiles)), "circle"),
        ("draws from the prior", slice(len(smiles), None), "x"),
    ):
        marker = {"size": 4, "symbol": symbol, "color": believed[part], "colorscale": "Viridis"}
        bar = {"showscale": symbol == "circle", "colorbar": {"title": label}}
        figure.add_trace(
            go.Scattergl(
                x=flat[part, 0],
                y=flat[part, 1],
                mode="markers",
                name=title,
                text=smiles if symbol == "circle" else None,
                marker={**marker, **bar, "cmin": low, "cmax": high},
            )
        )
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(showticklabels=False, gridcolor=GRID, zeroline=False)
    return _styled(figure, f"Latent space, coloured by what is believed of {label}", 560)


def by_radius(found: Evaluation) -> go.Figure:
    """Similarity to the molecule, and share of points that are the molecule, against the distance."""
    radii = found.figures.radii
    distances = [at.radius for at in radii]
    figure = go.Figure()
    for title, colour, values in (
        ("similarity to the molecule (Tanimoto)", FRONT, [at.similarity for at in radii]),
        ("share that is the molecule itself", INK, [at.same.value for at in radii]),
    ):
        line = {"color": colour}
        figure.add_trace(go.Scatter(x=distances, y=values, name=title, mode="lines+markers", line=line))
    figure.update_xaxes(title="distance in the latent space (L2)", gridcolor=GRID)
    figure.update_yaxes(range=[0, 1.02], gridcolor=GRID)
    return _styled(figure, "How far is how alike", 420)


def _styled(figure: go.Figure, title: str, height: int) -> go.Figure:
    figure.update_layout(title=title, height=height, plot_bgcolor="white", legend={"orientation": "h"})
    return figure
