"""What is admitted of a stream."""

from __future__ import annotations

from collections.abc import Iterator

from generators.corpus.admission import admit
from loop.molecule import Limits, parse
from loop.records import Candidate

STREAM = ["CCO", None, "CCO", "CCCCCCCCCCCC", "OCCO", "CS(C)=O", "CC#N"]


def stream() -> Iterator[Candidate | None]:
    return (Candidate(parse(text), "test") if text else None for text in STREAM)


def test_repeats_failures_and_what_is_outside_are_passed_over() -> None:
    taken = {parse("OCCO")}
    found = admit(stream(), 10, Limits(), taken, attempts=100)
    assert [c.molecule.smiles for c in found] == ["CCO", "CS(C)=O", "CC#N"]
    assert {c.molecule for c in found} < taken


def test_it_ends_when_there_are_enough_or_patience_is_over() -> None:
    assert len(admit(stream(), 1, Limits(), set(), attempts=100)) == 1
    assert len(admit(stream(), 10, Limits(), set(), attempts=5)) == 2
    assert admit(stream(), 0, Limits(), set(), attempts=100) == []
