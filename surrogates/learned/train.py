"""Fit the network of learned descriptors to a table of calculations.

    python -m surrogates.learned.train build/electronic_table.jsonl [DIRECTORY]

Nine tenths of the molecules are fitted to; the error on the others goes into the card beside the weights,
which are the shipped ones if no directory is given.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from scipy.stats import spearmanr
from torch import Tensor, nn

from loop.molecule import Molecule, parse
from surrogates.gp.features import views
from surrogates.learned.network import FOLDED, OUTPUTS, WEIGHTS, folded

COLUMNS = ("homo", "lumo", "dipole")
WIDTH = 256
EPOCHS = 60
BATCH = 128
RATE = 2e-3
DECAY = 0.05
DROPPED = 0.15
HELD_OUT = 0.1
SEED = 0


class Fitted(nn.Module):
    """The network in training, with dropout on inputs and between layers."""

    def __init__(self, described: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(DROPPED / 2),
            nn.Linear(FOLDED + described, WIDTH),
            nn.SiLU(),
            nn.Dropout(DROPPED),
            nn.Linear(WIDTH, WIDTH),
            nn.SiLU(),
            nn.Dropout(DROPPED),
            nn.Linear(WIDTH, len(OUTPUTS)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Standardised outputs, shape ``(n, len(OUTPUTS))``."""
        found: Tensor = self.layers(x)
        return found

    def tensors(self) -> dict[str, Tensor]:
        """Weights as :mod:`surrogates.learned.network` reads them."""
        linear = [layer for layer in self.layers if isinstance(layer, nn.Linear)]
        first = linear[0].weight.detach().T
        found = {"environments": first[:FOLDED], "weight0": first[FOLDED:]}
        found |= {f"weight{k}": layer.weight.detach().T for k, layer in enumerate(linear) if k}
        found |= {f"bias{k}": layer.bias.detach() for k, layer in enumerate(linear)}
        return {name: value.contiguous() for name, value in found.items()}


def rows(table: Path) -> Iterator[tuple[Molecule, list[float]]]:
    """Molecules and values of the table; calculations that failed have none."""
    for line in table.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "homo" in row:
            yield parse(row["smiles"]), [row[name] for name in COLUMNS]


def inputs(molecules: list[Molecule]) -> Tensor:
    """Inputs of the network, shape ``(n, FOLDED + n_descriptors)``."""
    found = []
    for molecule in molecules:
        environments, described = views(molecule)
        row = np.zeros(FOLDED, dtype=np.float32)
        np.add.at(row, *folded(environments))
        found.append(np.concatenate([row, described]))
    return torch.from_numpy(np.array(found, dtype=np.float32))


def train(table: Path, folder: Path) -> None:
    """Fit, and write the weights and the card into a folder."""
    torch.manual_seed(SEED)
    started = time.process_time()
    molecules, values = zip(*rows(table), strict=True)
    x, y = inputs(list(molecules)), torch.tensor(values, dtype=torch.float32)
    means, sds = y.mean(0), y.std(0)
    y = (y - means) / sds
    order = torch.randperm(len(x))
    held = round(HELD_OUT * len(x))
    ours, others = order[held:], order[:held]
    model = fitted(x[ours], y[ours])
    with torch.no_grad():
        found = model(x[others])
    save_file(model.tensors(), folder / WEIGHTS)
    card = {
        "outputs": dict(zip(OUTPUTS, ("eV", "eV", "debye"), strict=True)),
        "method": "GFN1-xTB in gas at a force-field conformer (benchmarks/electronic_table.py)",
        "molecules": len(ours),
        "held_out": held,
        "held_out_rmse": (((found - y[others]) ** 2).mean(0).sqrt() * sds).tolist(),
        "held_out_spearman": [float(spearmanr(found[:, k], y[others, k])[0]) for k in range(len(OUTPUTS))],
        "means": means.tolist(),
        "sds": sds.tolist(),
        "cpu_seconds": round(time.process_time() - started),
    }
    (folder / WEIGHTS).with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def fitted(x: Tensor, y: Tensor) -> Fitted:
    """Fit with AdamW under a cosine schedule; the Huber loss forgives odd geometries."""
    model = Fitted(x.shape[1] - FOLDED)
    steps = EPOCHS * (len(x) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    loss = nn.HuberLoss(delta=0.5)
    for _ in range(EPOCHS):
        for some in torch.randperm(len(x))[: BATCH * (len(x) // BATCH)].view(-1, BATCH):
            optimizer.zero_grad()
            loss(model(x[some]), y[some]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


if __name__ == "__main__":
    train(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent)
