"""Starting geometries: from a force field where it knows the molecule, as embedded where it does not."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from rdkit.Chem import rdForceFieldHelpers
from rdkit.Chem.rdchem import Mol

from loop.molecule import parse
from oracles.chemistry.conformers import ANOTHER, EMBEDDED, UNRELAXED, embed
from oracles.chemistry.geometry import apart


def test_where_the_force_field_applies_its_conformers_are_distinct() -> None:
    butane = embed(parse("CCCC"))
    assert butane.distinct
    assert len(butane.starts) == 2  # anti and gauche; the two gauche ones are mirror images


def test_without_parameters_every_embedding_is_a_start_and_none_is_distorted() -> None:
    acid = embed(parse("CB(O)O"))
    assert not acid.distinct
    assert len(acid.starts) == EMBEDDED[1][1]  # two bonds turn
    for start in acid.starts:
        assert start.symbols[:4] == ("C", "B", "O", "O")
        lengths = [np.linalg.norm(start.positions[1] - start.positions[k]) for k in (0, 2, 3)]
        assert all(1.2 < length < 1.8 for length in lengths)


def test_an_optimiser_that_gives_up_leaves_every_embedding(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(mol: Mol, maxIters: int) -> list[tuple[int, float]]:
        raise RuntimeError("an invariant")

    monkeypatch.setattr(rdForceFieldHelpers, "MMFFOptimizeMoleculeConfs", gives_up)
    butane = embed(parse("CCCC"))
    assert not butane.distinct
    assert len(butane.starts) > 2


def test_shapes_that_the_force_field_does_not_have_are_kept_as_embedded() -> None:
    """MMFF94 turns the CH2 of dimethylsulfonium methylide to one place, wherever it was."""
    ylide = embed(parse("C[S+](C)[CH2-]"))
    assert len(ylide.starts) == 1
    shapes = [*ylide.starts, *ylide.unrelaxed]
    assert 1 < len(shapes) <= 1 + UNRELAXED
    assert all(apart(one, other) > ANOTHER for one, other in combinations(shapes, 2))


@pytest.mark.parametrize("smiles", ["c1ccccc1", "C#N", "[Cl-]"])
def test_what_cannot_change_its_shape_has_one_start(smiles: str) -> None:
    rigid = embed(parse(smiles))
    assert len(rigid.starts) == 1
    assert rigid.unrelaxed == ()
