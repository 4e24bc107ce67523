"""The initial design stands for its pool."""

from __future__ import annotations

import numpy as np
import pytest

from loop.design import REASON, representative
from loop.molecule import Molecule, parse, similarities
from loop.records import Candidate

CHAINS = ["C" * n + "O" for n in range(8, 20)]
OTHERS = ["NC(N)=O", "CS(C)=O", "c1ccncc1", "OCC(O)CO", "CC#N", "C1CCOC1"]
POOL = [Candidate(parse(s), "library", name=s) for s in CHAINS + OTHERS]


def covered(chosen: list[Molecule]) -> float:
    """Similarity of every molecule of the pool to the nearest chosen one, summed."""
    return float(np.array([similarities(c.molecule, chosen).max() for c in POOL]).sum())


def test_it_takes_one_chain_before_the_odd_ones() -> None:
    picks = representative(POOL, 7, (), seed=0)
    chosen = [p.candidate.name for p in picks]
    assert chosen[0] in CHAINS, "one chain stands for twelve"
    assert set(OTHERS) <= set(chosen)
    assert all(p.reason == REASON and p.value is None and not p.predictions for p in picks)


def test_it_stands_for_more_than_chance() -> None:
    ours = [p.candidate.molecule for p in representative(POOL, 5, (), seed=0)]
    for seed in range(20):
        rows = np.random.default_rng(seed).choice(len(POOL), 5, replace=False)
        assert covered(ours) >= covered([POOL[i].molecule for i in rows])


def test_each_pick_adds_the_most() -> None:
    asked = [parse("CCCCCO")]
    chosen = list(asked)
    for pick in representative(POOL, 8, asked, seed=3):
        left = [c.molecule for c in POOL if c.molecule not in chosen]
        best = max(covered([*chosen, m]) for m in left)
        chosen.append(pick.candidate.molecule)
        assert covered(chosen) == pytest.approx(best)


def test_a_crowd_is_thinned_and_the_wish_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loop.design.CROWD", 5)
    assert len(representative(POOL, 3, (), seed=0)) == 3
    assert len(representative(POOL, 9, (), seed=0)) == 9


def test_the_seed_decides_and_the_order_of_the_pool_does_not() -> None:
    assert representative(POOL, 5, (), seed=1) == representative(POOL, 5, (), seed=1)
    assert representative(POOL[::-1], 5, (), seed=1) == representative(POOL, 5, (), seed=1)
    alone = [Candidate(parse(s), "library") for s in ("NC(N)=O", "CC#N")]
    assert len({representative(alone, 1, (), seed=s)[0].candidate.molecule for s in range(12)}) > 1


def test_what_was_asked_is_not_asked_again() -> None:
    asked = [c.molecule for c in POOL[:15]]
    picks = representative([*POOL, *POOL], 10, asked, seed=0)
    assert sorted(p.candidate.name or "" for p in picks) == sorted(c.name or "" for c in POOL[15:])


def test_small_and_impossible_wishes() -> None:
    assert representative(POOL, 0, (), seed=0) == []
    assert representative([], 3, (), seed=0) == []
    with pytest.raises(ValueError, match="-1 molecules"):
        representative(POOL, -1, (), seed=0)
