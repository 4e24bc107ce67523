"""Whether molecules alike in their orbitals lie together: R2 of nearest neighbours in the latent space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsRegressor

from benchmarks.generator_rows.row import Options, data, electrolytes, measured, trained
from benchmarks.generator_rows.training import fitted
from benchmarks.rows import Result
from generators.latent import SA
from generators.latent.codec import Codec
from generators.latent.fit import Examples, Recipe
from generators.latent.points import locate
from generators.latent.training import Data, table
from generators.latent.weights import Trained
from loop.molecule import Molecule
from loop.objective import FloatArray

WHAT = (
    "R2 of HOMO and LUMO by ten neighbours in the latent space, QM9 held out; with and without property heads"
)
TARGET = "with heads beats without"

COMPOUNDS, EPOCHS, NEIGHBOURS = 8000, 6, 10
NAMES = ("homo", "lumo")


def run(options: Options) -> Result:
    """Of the weights, and of two networks trained alike but for their heads."""
    known = data(options.weights)
    print(f"  the weights: {_said(quality(trained(options), known))}", flush=True)
    molecules = [*electrolytes(COMPOUNDS), *known.labelled[:COMPOUNDS]]
    codec = Codec.learn(molecules, 250)
    molecules = [molecule for molecule in molecules if codec.knows(molecule)]
    labels = table(molecules, (*NAMES, SA), known.labels)
    found = {}
    for name, weight in (("with", 0.5), ("without", 0.0)):
        recipe = replace(Recipe(), epochs=EPOCHS, properties=weight)
        examples = Examples(codec.rows(molecules), labels)
        network = fitted(codec, examples, recipe, options.seed, None, (*NAMES, SA)).network
        found[name] = quality(Trained(codec, network.requires_grad_(False), ""), known)
        print(
            f"  {len(molecules)} molecules, {EPOCHS} epochs, {name} heads: {_said(found[name])}", flush=True
        )
    better = all(found["with"][name] > found["without"][name] for name in NAMES)
    return Result(f"with {_said(found['with'])}; without {_said(found['without'])}", better)


def quality(network: Trained, known: Data) -> dict[str, float]:
    """R2 of each orbital, from molecules learned from to molecules held out, both located."""
    both = (known.labelled[:5000], known.judged)
    seen, unseen = (measured(some, known, network, NAMES) for some in both)
    at, there = (_points(network, some) for some in (seen, unseen))
    found = {}
    for name in NAMES:
        values, wanted = (np.array([known.labels[m][name] for m in some]) for some in (seen, unseen))
        near = KNeighborsRegressor(NEIGHBOURS, weights="distance").fit(at, values)
        found[name] = float(r2_score(wanted, near.predict(there)))
    return found


def _points(network: Trained, molecules: Sequence[Molecule]) -> FloatArray:
    points: FloatArray = locate(network, molecules).points.double().numpy()
    return points


def _said(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in found.items())
