"""The learned descriptors: the network that ships is the one that was fitted, and it knows some chemistry."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file
from scipy.stats import spearmanr

from benchmarks.electronic_table import computed, wanted
from benchmarks.zinc_set import chosen
from loop.molecule import parse
from loop.objective import FloatArray
from surrogates.gp.features import NAMES, views
from surrogates.learned.network import OUTPUTS, Network, folded, shipped
from surrogates.learned.train import Fitted, inputs, train

SMILES = ("CCO", "C[N+](=O)[O-]", "N#CC(C#N)=C", "CN(C)C", "c1ccccc1", "CC(N)=O", "FC(F)(F)C", "NC(N)=O")


def answered(network: Network, smiles: str) -> FloatArray:
    environments, described = views(parse(smiles))
    return network(*folded(environments), described)


def test_in_numpy_it_says_what_it_says_in_torch(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = Fitted(len(NAMES) - len(OUTPUTS)).eval()
    save_file(model.tensors(), tmp_path / "weights.safetensors")
    found = load_file(tmp_path / "weights.safetensors")
    network = Network(
        found["environments"], tuple((found[f"weight{k}"], found[f"bias{k}"]) for k in range(3))
    )
    with torch.no_grad():
        theirs = model(inputs([parse(s) for s in SMILES])).numpy()
    np.testing.assert_allclose([answered(network, s) for s in SMILES], theirs, rtol=2e-4, atol=2e-5)


def test_it_orders_orbitals_as_a_chemist_would() -> None:
    homo, lumo = OUTPUTS.index("learned homo"), OUTPUTS.index("learned lumo")
    found = {smiles: answered(shipped(), smiles) for smiles in SMILES}
    assert found["CN(C)C"][homo] > found["CCO"][homo] > found["FC(F)(F)C"][homo]
    assert found["N#CC(C#N)=C"][lumo] < found["CC(N)=O"][lumo]
    assert found["C[N+](=O)[O-]"][lumo] < found["c1ccccc1"][lumo] < found["CCO"][lumo]


@pytest.mark.slow
def test_it_agrees_with_the_calculation_on_molecules_it_was_not_fitted_to() -> None:
    molecules = [parse(entry.smiles) for entry in chosen(2080)[300:340]]
    truth = [computed(m) for m in molecules]
    card = json.loads(files("surrogates.learned").joinpath("electronic.json").read_text())
    for k, name in enumerate(("homo", "lumo", "dipole")):
        scaled = np.array([t[name] for t in truth])
        ours = card["means"][k] + card["sds"][k] * np.array(
            [answered(shipped(), m.smiles)[k] for m in molecules]
        )
        assert spearmanr(ours, scaled)[0] > (0.85, 0.85, 0.4)[k]
        assert np.sqrt(np.mean((ours - scaled) ** 2)) < 2 * card["held_out_rmse"][k]


@pytest.mark.slow
def test_no_molecule_of_the_zinc_set_is_in_its_table() -> None:
    ours = {m.smiles for m in wanted(500, 200)}
    assert len(ours) == 700
    assert not ours & {parse(entry.smiles).smiles for entry in chosen(2080)}


@pytest.mark.slow
def test_a_fit_learns_from_a_small_table(tmp_path: Path) -> None:
    rows = [{"smiles": m.smiles, **computed(m)} for m in wanted(400, 0)]
    table = tmp_path / "table.jsonl"
    table.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    train(table, tmp_path)
    card = json.loads((tmp_path / "electronic.json").read_text())
    assert card["molecules"] + card["held_out"] == sum("homo" in row for row in rows)
    assert card["held_out_spearman"][1] > 0.5
