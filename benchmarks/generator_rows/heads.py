"""How well HOMO and LUMO are read off a point, beside chemprop on the same molecules and CPU budget."""

from __future__ import annotations

import csv
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.durable.machine import ROOT
from benchmarks.generator_rows.row import Options, Result, data, trained
from generators.latent.evaluate import beliefs
from generators.latent.points import means
from generators.latent.training import table
from generators.latent.weights import account
from loop.molecule import Molecule

WHAT = "mean absolute error of HOMO and LUMO of QM9 molecules held out, beside chemprop"
TARGET = "report"

CHILD = ROOT / "benchmarks" / "generator_rows" / "chemprop_child.py"
NAMES = ("homo", "lumo")


def run(options: Options) -> Result:
    """From located points and from means; chemprop where there is an environment with it."""
    network, known = trained(options), data(options.weights)
    properties = network.network.shape.properties
    molecules = list(known.judged)
    labels = table(molecules, properties, known.labels)
    found = beliefs(network, molecules, labels)
    with torch.no_grad():
        read = network.network.properties(means(network, molecules)).numpy()
    for name in NAMES:
        k = properties.index(name)
        plain = float(np.nanmean(np.abs(read[:, k] - labels[:, k])))
        one = found[name]
        print(
            f"  {name}: {one.error:.3f} eV located, {plain:.3f} from the mean, guess {one.spread:.3f}, "
            f"{one.of} molecules"
        )
    ours = ", ".join(f"{name} {found[name].error:.3f} eV" for name in NAMES)
    if options.chemprop is None:
        print("  no chemprop: --chemprop PATH of the Python of an environment with it")
        return Result(ours, None)
    budget = float(account(options.weights)["time"]["CPU_seconds_of_fitting"])
    with tempfile.TemporaryDirectory() as place:
        for name, some in (("train", list(known.labelled)), ("test", molecules)):
            _write(Path(place) / f"{name}.csv", some, known.labels)
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


def _write(path: Path, molecules: list[Molecule], labels: object) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["smiles", *NAMES])
        for molecule in molecules:
            writer.writerow([molecule.smiles, *(labels[molecule][name] for name in NAMES)])  # type: ignore[index]
