"""The initial design spreads out."""

from __future__ import annotations

import numpy as np
import pytest

from loop.design import REASON, spread
from loop.molecule import Molecule, parse, similarities
from loop.records import Candidate

CHAINS = ["C" * n + "O" for n in range(8, 20)]
OTHERS = ["NC(N)=O", "CS(C)=O", "c1ccncc1", "OCC(O)CO", "CC#N", "C1CCOC1"]
POOL = [Candidate(parse(s), "library", name=s) for s in CHAINS + OTHERS]


def nearest(molecules: list[Molecule]) -> float:
    """Largest similarity between two of the molecules."""
    return max(float(similarities(m, molecules[i + 1 :]).max(initial=0.0)) for i, m in enumerate(molecules))


def test_it_takes_one_chain_and_everything_else() -> None:
    picks = spread(POOL, 7, (), seed=0)
    chosen = {p.candidate.name for p in picks}
    assert set(OTHERS) < chosen
    assert all(p.reason == REASON and p.value is None and not p.predictions for p in picks)


def test_it_spreads_farther_than_chance() -> None:
    ours = [p.candidate.molecule for p in spread(POOL, 6, (), seed=0)]
    for seed in range(20):
        rows = np.random.default_rng(seed).choice(len(POOL), 6, replace=False)
        assert nearest(ours) <= nearest([POOL[i].molecule for i in rows])


def test_each_pick_is_the_farthest_from_those_before() -> None:
    asked = [parse("CCCCCO")]
    chosen = list(asked)
    for pick in spread(POOL, 8, asked, seed=3):
        left = [c.molecule for c in POOL if c.molecule not in chosen]
        closest = min(similarities(m, chosen).max() for m in left)
        assert similarities(pick.candidate.molecule, chosen).max() == closest
        chosen.append(pick.candidate.molecule)


def test_the_seed_decides_where_to_start_and_the_order_of_the_pool_does_not() -> None:
    assert spread(POOL, 5, (), seed=1) == spread(POOL, 5, (), seed=1)
    assert spread(POOL[::-1], 5, (), seed=1) == spread(POOL, 5, (), seed=1)
    assert len({spread(POOL, 1, (), seed=s)[0].candidate.name for s in range(12)}) > 1


def test_what_was_asked_is_not_asked_again() -> None:
    asked = [c.molecule for c in POOL[:15]]
    picks = spread([*POOL, *POOL], 10, asked, seed=0)
    assert sorted(p.candidate.name or "" for p in picks) == sorted(c.name or "" for c in POOL[15:])


def test_small_and_impossible_wishes() -> None:
    assert spread(POOL, 0, (), seed=0) == []
    assert spread([], 3, (), seed=0) == []
    with pytest.raises(ValueError, match="-1 molecules"):
        spread(POOL, -1, (), seed=0)
