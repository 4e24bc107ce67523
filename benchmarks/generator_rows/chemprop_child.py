"""Train chemprop 2 on ``train.csv`` for a budget of CPU seconds and judge it on ``test.csv``.

    python chemprop_child.py FOLDER CPU_SECONDS

Runs by the Python of an environment with chemprop, which is no dependency of this project.
"""
# mypy: ignore-errors

from __future__ import annotations

import csv
import json
import logging
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from chemprop import data, featurizers, models, nn
from lightning import pytorch as pl

NAMES = ("homo", "lumo")
VALIDATION = 20


def main() -> None:
    """Time one epoch, then train as many as the budget holds."""
    warnings.filterwarnings("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    folder, budget = Path(sys.argv[1]), float(sys.argv[2])
    points = _points(folder / "train.csv")
    held, learned = points[::VALIDATION], [p for k, p in enumerate(points) if k % VALIDATION]
    train, val, test = (_set(some) for some in (learned, held, _points(folder / "test.csv")))
    scaler = train.normalize_targets()
    val.normalize_targets(scaler)
    spent = -time.process_time()
    _fit(train, val, scaler, 1)
    epoch = spent + time.process_time()
    epochs = max(1, int((budget - epoch) / epoch))
    spent = -time.process_time()
    model = _fit(train, val, scaler, epochs)
    spent += time.process_time()
    loader = data.build_dataloader(test, shuffle=False, batch_size=128)
    read = torch.cat(_trainer(1).predict(model, loader)).numpy()
    wanted = np.array([p.y for p in test.data])
    error = np.abs(read - wanted).mean(axis=0)
    figures = dict(zip(NAMES, map(float, error), strict=True))
    print(json.dumps({**figures, "epochs": epochs, "cpu_seconds": spent, "molecules": len(learned)}))


def _points(path: Path) -> list:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        data.MoleculeDatapoint.from_smi(row["smiles"], np.array([float(row[name]) for name in NAMES]))
        for row in rows
    ]


def _set(points: list) -> data.MoleculeDataset:
    found = data.MoleculeDataset(points, featurizers.SimpleMoleculeMolGraphFeaturizer())
    found.cache = True
    return found


def _fit(train: data.MoleculeDataset, val: data.MoleculeDataset, scaler: object, epochs: int) -> models.MPNN:
    pl.seed_everything(0)
    unscale = nn.UnscaleTransform.from_standard_scaler(scaler)
    head = nn.RegressionFFN(n_tasks=len(NAMES), output_transform=unscale)
    model = models.MPNN(nn.BondMessagePassing(), nn.MeanAggregation(), head, batch_norm=True)
    loaders = [data.build_dataloader(s, batch_size=64, shuffle=s is train) for s in (train, val)]
    _trainer(epochs).fit(model, *loaders)
    return model


def _trainer(epochs: int) -> pl.Trainer:
    return pl.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
    )


if __name__ == "__main__":
    main()
