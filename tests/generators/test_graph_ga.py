"""The graph genetic algorithm as a generator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from generators.graph_ga import GraphGA
from loop.molecule import Limits, parse, similarities

INCUMBENTS = [parse(s) for s in ("COC(=O)OC", "OCC(F)(F)F", "CS(C)(=O)=O", "NC(=O)c1cccnc1", "COCCOC")]


def test_without_incumbents_everything_descends_from_the_corpus() -> None:
    found = GraphGA().propose([], 50, Limits(), seed=0)
    assert {(c.origin, c.parent) for c in found} == {("immigrant", None)}


def test_with_incumbents_the_share_of_immigrants_is_the_setting() -> None:
    found = GraphGA(immigrant_share=0.2).propose(INCUMBENTS, 50, Limits(), seed=0)
    assert [c.origin for c in found].count("offspring") == 40
    assert {c.parent for c in found if c.origin == "offspring"} == {m.smiles for m in INCUMBENTS}


def test_immigrants_fill_what_the_incumbents_leave() -> None:
    found = GraphGA(immigrant_share=0.0, mutation_rate=0.0).propose([parse("CO")], 300, Limits(), seed=0)
    origins = [c.origin for c in found]
    assert 0 < origins.count("offspring") < 200
    assert origins.count("immigrant") > 100


def test_offspring_stay_closer_to_their_parents_than_immigrants() -> None:
    found = GraphGA(immigrant_share=0.5).propose(INCUMBENTS, 200, Limits(), seed=0)
    near = [similarities(c.molecule, [parse(c.parent)])[0] for c in found if c.parent]
    far = [similarities(c.molecule, INCUMBENTS).max() for c in found if not c.parent]
    assert np.mean(near) > np.mean(far) + 0.05


def test_settings_are_part_of_the_version() -> None:
    versions = {g.version() for g in (GraphGA(), GraphGA(mutation_rate=0.1), GraphGA(immigrant_share=0.1))}
    assert len(versions) == 3


def test_limits_hold_for_offspring_and_immigrants() -> None:
    narrow = replace(Limits(), max_heavy_atoms=6, elements=("H", "C", "N", "O"))
    found = GraphGA().propose(INCUMBENTS, 60, narrow, seed=0)
    assert len(found) == 60
    assert all(narrow.refusal(c.molecule) is None for c in found)


@pytest.mark.parametrize("settings", [{"mutation_rate": 1.5}, {"immigrant_share": -0.1}])
def test_shares_outside_0_to_1_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        GraphGA(**settings)
