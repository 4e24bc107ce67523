"""What a tree sees."""

from __future__ import annotations

import numpy as np

from loop.molecule import parse
from surrogates.forest.inputs import inputs
from surrogates.gp.features import descriptors, thermometers

MOLECULES = (parse("CCO"), parse("CC(=O)NC"), parse("CCO"))


def test_descriptors_come_first_and_every_environment_is_counted_once() -> None:
    rows = inputs(MOLECULES, 64)
    described = descriptors(MOLECULES)
    np.testing.assert_array_equal(rows[:, : described.shape[1]], described.astype(np.float32))
    counted = rows[:, described.shape[1] :]
    assert counted.shape == (3, 64)
    assert counted.sum(axis=1).tolist() == [len(t) for t in thermometers(MOLECULES)]
    np.testing.assert_array_equal(rows[0], rows[2])
    assert not np.array_equal(rows[0], rows[1])


def test_environments_can_be_left_out() -> None:
    assert inputs(MOLECULES, 0).shape == descriptors(MOLECULES).shape
