"""SA against RDKit's own script, and fast enough for a pool."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rdkit.Chem import RDConfig

from loop.molecule import parse
from oracles.synthesizability import Synthesizability

SMILES = ["O", "CS(C)=O", "NC(N)=O", "OCC(O)CO", "NC(=O)c1cccnc1", "C1CC2CC1C2", "O=c1[nH]cnc2nc[nH]c12"]


def test_values_are_those_of_the_contributed_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(RDConfig.RDContribDir) / "SA_Score"))
    sys.modules.pop("sascorer", None)
    import sascorer  # type: ignore[import-not-found]  # noqa: PLC0415

    molecules = [parse(s) for s in SMILES]
    expected = [sascorer.calculateScore(m.rdkit()) for m in molecules]
    np.testing.assert_allclose(Synthesizability().values(molecules)[:, 0], expected, rtol=1e-12)


def test_published_kind_of_order_easy_before_hard() -> None:
    easy, hard = Synthesizability().values([parse("CCO"), parse("C1C2CC3CC1CC(C2)C3(O)[C@H](F)Br")])[:, 0]
    assert 1.0 <= easy < 2.5
    assert 4.0 < hard <= 10.0


def test_no_molecules_give_an_empty_column() -> None:
    assert Synthesizability().values([]).shape == (0, 1)


def test_a_pool_takes_a_tenth_of_a_millisecond_each_and_a_second_look_nothing() -> None:
    molecules = [
        parse(f"{'C' * (1 + k % 10)}OC{'C' * (k // 10 % 10)}N{'C' * (k // 100)}") for k in range(1000)
    ]
    oracle = Synthesizability()
    oracle.values(molecules[:1])  # reads the fragment statistics
    started = time.process_time()
    first = oracle.values(molecules)
    cold = time.process_time() - started
    started = time.process_time()
    np.testing.assert_array_equal(oracle.values(molecules), first)
    assert cold < 1.0  # 0.12 s on one quiet core
    assert time.process_time() - started < 0.05
