"""How well properties are read off a point; chemprop on the same molecules and CPU budget."""

from __future__ import annotations

import csv
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from benchmarks.durable.machine import ROOT
from benchmarks.generator_rows.row import Options, data, measured, trained
from benchmarks.rows import Result
from flows.generating.pages import UNITS
from generators.latent.evaluate import beliefs
from generators.latent.points import means
from generators.latent.training import table
from generators.latent.weights import account
from loop.molecule import Molecule

WHAT = "mean absolute error of properties of molecules held out; HOMO and LUMO beside chemprop"
TARGET = "report"

CHILD = ROOT / "benchmarks" / "generator_rows" / "chemprop_child.py"
NAMES = ("homo", "lumo")


def run(options: Options) -> Result:
    """From located points and from means; chemprop where there is an environment with it."""
    network, known = trained(options), data(options.weights)
    properties = network.network.shape.properties
    molecules = measured(known.judged, known, network, ())
    labels = table(molecules, properties, known.labels)
    found = beliefs(network, molecules, labels)
    with torch.no_grad():
        read = network.network.properties(means(network, molecules)).numpy()
    for k, name in enumerate(properties):
        plain = float(np.nanmean(np.abs(read[:, k] - labels[:, k])))
        one = found[name]
        print(
            f"  {name}: {one.error:.3f} {UNITS[name]} located, {plain:.3f} from the mean, "
            f"guess {one.spread:.3f}, {one.of} molecules"
        )
    ours = ", ".join(f"{name} {one.error:.3f} {UNITS[name]}" for name, one in found.items())
    if options.chemprop is None:
        print("  no chemprop: --chemprop PATH of the Python of an environment with it")
        return Result(ours, None)
    budget = float(account(options.weights)["time"]["CPU_seconds_of_fitting"])
    with tempfile.TemporaryDirectory() as place:
        for name, some in (("train", known.labelled), ("test", known.judged)):
            _write(Path(place) / f"{name}.csv", measured(some, known, network, NAMES), known.labels)
        done = subprocess.run(
            [str(options.chemprop), str(CHILD), place, str(budget)],
            capture_output=True,
            text=True,
            check=True,
        )
    theirs = json.loads(done.stdout.splitlines()[-1])
    print(f"  chemprop: {theirs}", flush=True)
    rival = ", ".join(f"{name} {theirs[name]:.3f} eV" for name in NAMES)
    return Result(f"{ours}; chemprop {rival} in {theirs['cpu_seconds']:.0f} of {budget:.0f} CPU-s", None)


def _write(path: Path, molecules: Sequence[Molecule], labels: Mapping[Molecule, Mapping[str, float]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["smiles", *NAMES])
        for molecule in molecules:
            writer.writerow([molecule.smiles, *(labels[molecule][name] for name in NAMES)])
