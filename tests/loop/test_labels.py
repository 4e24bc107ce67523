"""A labelled table in the seats of an oracle and a generator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from loop.labels import Labels, Lookup, Shelf
from loop.molecule import Limits, parse
from loop.protocols import ConvergenceError, ExactOracle, Generator, InputError
from loop.records import Property

MOLECULES = tuple(parse(s) for s in ("CO", "CCO", "CCCO"))
LABELS = Labels(
    MOLECULES,
    (Property("a", "eV", "first"), Property("b", "1", "second")),
    np.array([[1.0, 10.0], [2.0, 20.0], [np.nan, 30.0]]),
    np.array([5.0, 6.0, 7.0]),
)


def test_it_answers_with_what_stands_in_the_table(tmp_path: Path) -> None:
    found = Lookup(LABELS, ("a", "b"), exact=False).measure(MOLECULES[1], tmp_path)
    assert [(v.property, v.value, v.unit) for v in found.values] == [("a", 2.0, "eV"), ("b", 20.0, "1")]
    assert found.cost.cpu_seconds == 6.0


def test_what_has_no_label_is_refused_and_not_measured(tmp_path: Path) -> None:
    oracle = Lookup(LABELS, ("a",), exact=False)
    for molecule in (MOLECULES[2], parse("CCCCO")):
        assert oracle.refusal(molecule) == f"{molecule} has no label"
        with pytest.raises(InputError, match="has no label"):
            oracle.measure(molecule, tmp_path)
    assert Lookup(LABELS, ("b",), exact=False).refusal(MOLECULES[2]) is None


def test_a_failed_measurement_is_asked_and_fails(tmp_path: Path) -> None:
    failing = Labels(MOLECULES, LABELS.properties, LABELS.values, LABELS.seconds, frozenset(MOLECULES[2:]))
    oracle = Lookup(failing, ("a",), exact=False)
    assert oracle.refusal(MOLECULES[2]) is None
    with pytest.raises(ConvergenceError, match="whose measurement failed"):
        oracle.measure(MOLECULES[2], tmp_path)


def test_known_values_cost_nothing(tmp_path: Path) -> None:
    oracle = Lookup(LABELS, ("b",), exact=True)
    assert isinstance(oracle, ExactOracle)
    assert oracle.values(MOLECULES).tolist() == [[10.0], [20.0], [30.0]]
    assert oracle.measure(MOLECULES[0], tmp_path).cost.cpu_seconds == 0.0


def test_the_protocol_follows_the_labels() -> None:
    other = Labels(MOLECULES, LABELS.properties, LABELS.values + 1.0, LABELS.seconds)
    digests = {Lookup(table, ("a",), exact=False).protocol().digest for table in (LABELS, other)}
    assert len(digests) == 2


def test_the_shelf_offers_everything_every_time() -> None:
    shelf = Shelf(LABELS)
    assert isinstance(shelf, Generator)
    assert [c.molecule for c in shelf.propose([], 1, Limits(), seed=0)] == list(MOLECULES)
