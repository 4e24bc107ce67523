"""Moves from one minimum of a complex to another."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry import complexes, hops
from oracles.chemistry.complexes import QUICK
from oracles.chemistry.coordinated import Complex
from oracles.chemistry.ions import IONS
from oracles.chemistry.ligand import Ligand, prepare
from oracles.chemistry.shell import rearranged, shell_of

ZINC = IONS["Zn2+"]


@pytest.fixture(scope="module")
def glycol() -> tuple[Ligand, tuple[Complex, ...]]:
    ligand = prepare(parse("OCCO"), water=True)
    return ligand, complexes.build(ligand, ZINC, QUICK).complexes


@pytest.mark.parametrize("which", [0, -1], ids=["one donor", "chelate"])
def test_a_hop_moves_waters_and_keeps_every_bond_and_donor(
    glycol: tuple[Ligand, tuple[Complex, ...]], which: int
) -> None:
    ligand, found = glycol
    complex_, rng = found[which], np.random.default_rng(0)
    starts = [hops.hop(complex_, ligand.mol, k, rng) for k in range(6)]
    assert len({start.positions.tobytes() for start in starts}) == 6
    for start in starts:
        assert rearranged(ligand.mol, ligand.isomer, start) is None
        shell, before = shell_of(start, ligand.mol, ZINC), complex_.shell
        bound = dict(zip(shell.ligand + shell.waters, shell.distances, strict=True))
        for atom, distance in zip(before.ligand + before.waters, before.distances, strict=True):
            assert bound[atom] == pytest.approx(distance, abs=1e-3), "what is bound stays where it is"


def test_only_odd_hops_twist_the_ligand(glycol: tuple[Ligand, tuple[Complex, ...]]) -> None:
    ligand, (complex_, *_) = glycol
    n = ligand.mol.GetNumAtoms()

    def inside(k: int) -> float:
        start = hops.hop(complex_, ligand.mol, k, np.random.default_rng(3))
        apart = [np.linalg.norm(g[:n, None] - g[None, :n], axis=2) for g in (start.positions, before)]
        return float(np.abs(apart[0] - apart[1]).max())

    before = complex_.geometry.positions
    assert inside(0) == pytest.approx(0.0, abs=1e-9)
    assert inside(1) > 0.3


def test_nothing_twists_where_every_bond_is_in_a_ring_or_ends_in_an_atom() -> None:
    mol = prepare(parse("C1COCO1"), water=True).mol
    assert hops._turnable(mol, {2}) == []
