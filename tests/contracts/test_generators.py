"""What every generator must do, whichever it is: found by listing the package."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from loop.molecule import Limits, Molecule, parse
from loop.parts import kinds, load
from loop.protocols import Generator
from loop.records import Candidate

KINDS = kinds("generators")
N = 40


@cache
def generator(kind: str) -> Generator:
    made = load("generators", kind)()
    assert isinstance(made, Generator)
    return made


@pytest.fixture(params=KINDS)
def each(request: pytest.FixtureRequest) -> Generator:
    return generator(request.param)


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def incumbents() -> list[Molecule]:
    return [parse("CS(C)=O"), parse("OCC(O)CO"), parse("NC(=O)c1cccnc1")]


def smiles(candidates: list[Candidate]) -> list[str]:
    return [candidate.molecule.smiles for candidate in candidates]


def test_the_package_holds_these_generators() -> None:
    assert {"graph_ga", "library", "vae"} <= set(KINDS)


def test_the_kind_is_the_name_of_the_module(each: Generator) -> None:
    assert type(each).__module__ == f"generators.{each.kind}"


def test_the_version_is_stable(each: Generator) -> None:
    assert each.version() == type(each)().version()
    assert len(each.version()) == 16


@pytest.mark.parametrize("near", [False, True], ids=["no incumbents", "incumbents"])
class TestProposals:
    @pytest.fixture
    def around(self, near: bool, incumbents: list[Molecule]) -> list[Molecule]:
        return incumbents if near else []

    def test_are_as_many_as_asked_for(self, each: Generator, around: list[Molecule], limits: Limits) -> None:
        assert len(each.propose(around, N, limits, seed=1)) == N
        assert len(each.propose(around, 1, limits, seed=1)) == 1
        assert each.propose(around, 0, limits, seed=1) == []

    def test_are_distinct_and_not_the_incumbents(
        self, each: Generator, around: list[Molecule], limits: Limits
    ) -> None:
        found = smiles(each.propose(around, N, limits, seed=1))
        assert len(set(found)) == len(found)
        assert not set(found) & {molecule.smiles for molecule in around}

    def test_are_canonical_molecules_inside_the_limits(
        self, each: Generator, around: list[Molecule], limits: Limits
    ) -> None:
        narrow = replace(limits, max_heavy_atoms=9, max_logp=0.5)
        for candidate in each.propose(around, N, narrow, seed=2):
            assert narrow.refusal(candidate.molecule) is None
            again = parse(candidate.molecule.smiles)
            assert again == candidate.molecule
            assert (again.charge, again.heavy_atoms) == (
                candidate.molecule.charge,
                candidate.molecule.heavy_atoms,
            )

    def test_depend_on_the_seed_alone(self, each: Generator, around: list[Molecule], limits: Limits) -> None:
        first = each.propose(around, N, limits, seed=3)
        assert each.propose(around, N, limits, seed=3) == first
        assert set(smiles(each.propose(around, N, limits, seed=4))) != set(smiles(first))

    def test_say_where_they_come_from(self, each: Generator, around: list[Molecule], limits: Limits) -> None:
        found = each.propose(around, N, limits, seed=1)
        assert all(candidate.origin for candidate in found)
        named = {molecule.smiles for molecule in around}
        assert all(candidate.parent is None or candidate.parent in named for candidate in found)


def test_incumbents_matter(each: Generator, incumbents: list[Molecule], limits: Limits) -> None:
    alone = each.propose([], N, limits, seed=5)
    near = each.propose(incumbents, N, limits, seed=5)
    assert set(smiles(alone)) != set(smiles(near))
    assert sum(candidate.parent is not None for candidate in near) >= N // 3


def test_limits_nothing_satisfies_bring_an_empty_list(
    each: Generator, incumbents: list[Molecule], limits: Limits
) -> None:
    impossible = replace(limits, max_logp=-50.0)
    assert each.propose([], 3, impossible, seed=0) == []
    assert each.propose(incumbents, 3, impossible, seed=0) == []
