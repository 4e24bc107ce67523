"""What is expected of a calculation is what those of the table took."""

from __future__ import annotations

import numpy as np
import pytest

from loop.molecule import parse
from oracles.chemistry import effort
from oracles.validation import tables
from oracles.validation.calculation import computed


@pytest.mark.parametrize("kind", ["orbitals", "zinc_exchange", "xtb_orbitals", "xtb_zinc_exchange"])
def test_known_additives_cost_what_is_expected(kind: str) -> None:
    table, oracle = tables.read("known_additives"), computed(kind)
    assert table is not None
    cost = f"cpu_seconds {kind}"
    asked = [row for row in table.rows if row[cost] and not row[f"failure {kind}"]]
    expected = np.array([oracle.expected_cpu_seconds(parse(row["smiles"])) for row in asked])
    ratio = np.array([float(row[cost]) for row in asked]) / expected
    assert 2 / 3 < np.median(ratio) < 3 / 2
    assert np.mean(np.abs(np.log(ratio)) < np.log(3)) > 0.8


def test_a_molecule_with_more_shapes_costs_more_than_a_stiff_one_of_its_size() -> None:
    stiff, floppy = parse("C1N2CN3CN1CN2C3"), parse("COCCOCCOC")
    assert stiff.heavy_atoms == floppy.heavy_atoms
    assert effort.conformers(floppy) > 2 * effort.conformers(stiff)


def test_shapes_are_counted_with_hydroxyl_groups_and_up_to_a_bound() -> None:
    assert effort.size(parse("OCCO")) == (10, 8.0)
    assert effort.size(parse("C" * 20)) == (62, effort.MOST)
