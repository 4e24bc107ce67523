"""What every acquisition must do, whatever its criterion; run over each module of the package."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from pydantic import ValidationError

from loop.molecule import Molecule, parse, similarities
from loop.objective import Direction, Objective
from loop.parts import kinds, load
from loop.protocols import Acquisition, Shortlisting
from tests.surrogates.questions import OBJECTIVES, question, with_pool

every_kind = pytest.mark.parametrize("kind", kinds("surrogates.acquisitions"))


def make(kind: str) -> Acquisition:
    return cast(Acquisition, load("surrogates.acquisitions", kind)())


@every_kind
def test_the_kind_is_the_name_of_the_module_and_settings_are_strict(kind: str) -> None:
    assert make(kind).kind == kind
    with pytest.raises(ValidationError):
        load("surrogates.acquisitions", kind)(no_such_setting=1)


@every_kind
def test_it_fills_the_batch_with_distinct_candidates_of_the_pool(kind: str) -> None:
    asked = question()
    picks = make(kind).choose(asked)
    chosen = [pick.candidate for pick in picks]
    assert len({c.molecule for c in chosen}) == 5
    assert all(c in asked.pool for c in chosen)


@every_kind
def test_every_pick_has_its_reason_value_and_predictions(kind: str) -> None:
    asked = question()
    rows = {c.molecule: i for i, c in enumerate(asked.pool)}
    for pick in make(kind).choose(asked):
        assert pick.reason
        assert pick.value is not None
        assert np.isfinite(pick.value)
        assert set(pick.predictions) == {o.property for o in OBJECTIVES}
        exact = pick.predictions["heavy atoms"]
        assert (exact.mean, exact.sd) == (asked.exact["heavy atoms"][rows[pick.candidate.molecule]], 0.0)
        mean, sd = asked.beliefs["boiling"].predict((pick.candidate.molecule,))
        learned = pick.predictions["boiling"]
        assert learned.mean == pytest.approx(mean[0])
        assert learned.sd == pytest.approx(sd[0])


@every_kind
def test_the_seed_decides(kind: str) -> None:
    one, two = make(kind).choose(question()), make(kind).choose(question())
    assert one == two
    if kind in {"random", "thompson", "scalarised_ucb"}:
        choices = {
            frozenset(p.candidate.molecule for p in make(kind).choose(question(seed=s))) for s in range(4)
        }
        assert len(choices) > 1


@every_kind
def test_nothing_asked_is_chosen_again(kind: str) -> None:
    asked = question(pending=4)
    known = (*asked.measured[:20], *asked.pending)
    fresh = tuple(c.molecule for c in asked.pool[:3])
    picks = make(kind).choose(with_pool(asked, (*known, *fresh, *fresh)))
    assert {p.candidate.molecule for p in picks} == set(fresh)
    assert len(picks) == 3


@every_kind
def test_it_tells_what_deserves_a_closer_look(kind: str) -> None:
    asked, acquisition = question(), make(kind)
    assert isinstance(acquisition, Shortlisting)
    found = acquisition.promising(asked, 12)
    assert len({c.molecule for c in found}) == len(found) == 12
    assert all(c in asked.pool for c in found)
    assert found == make(kind).promising(asked, 12)  # type: ignore[attr-defined]
    assert acquisition.promising(with_pool(asked, tuple(asked.measured[:4])), 12) == [], (
        "all were asked before"
    )
    if kind != "random":
        means = asked.beliefs["boiling"].predict(tuple(c.molecule for c in asked.pool))[0]
        looked_at = asked.beliefs["boiling"].predict(tuple(c.molecule for c in found))[0]
        goal = next(o for o in OBJECTIVES if o.property == "boiling")
        assert goal.gain(looked_at).mean() > goal.gain(means).mean()


@every_kind
def test_a_small_pool_gives_a_small_batch(kind: str) -> None:
    asked = question()
    assert len(make(kind).choose(with_pool(asked, (asked.pool[0].molecule,)))) == 1
    assert make(kind).choose(with_pool(asked, ())) == []
    assert make(kind).choose(replace(asked, batch=0)) == []


@every_kind
def test_picks_keep_their_distance(kind: str) -> None:
    asked = question(pending=3)
    acquisition = cast(Acquisition, load("surrogates.acquisitions", kind)(max_similarity=0.5))
    chosen: list[Molecule] = []
    for pick in acquisition.choose(asked):
        others = (*asked.asked, *chosen)
        assert similarities(pick.candidate.molecule, others).max() <= 0.5
        assert "similarity" not in pick.reason
        chosen.append(pick.candidate.molecule)


@every_kind
def test_a_cap_that_empties_the_pool_is_relaxed_and_said_so(kind: str) -> None:
    chains = tuple(parse("C" * n + "O") for n in range(9, 15))
    picks = make(kind).choose(with_pool(question(batch=4), chains))
    assert len({p.candidate.molecule for p in picks}) == 4
    # The bits of these alcohols are all alike, so every pick after the first has to break the cap.
    assert all("similarity cap of 0.85" in p.reason for p in picks[1:])


@every_kind
def test_everything_above_the_reference_is_saturated_and_still_answered(kind: str) -> None:
    asked = question()
    full = replace(asked, front=np.tile([470.0, 60.0, 3.0], (len(asked.measured), 1)))
    assert len(make(kind).choose(full)) == 5


@every_kind
def test_a_front_below_the_reference_is_answered(kind: str) -> None:
    asked = question()
    poor = replace(asked, front=np.tile([200.0, 0.0, 30.0], (len(asked.measured), 1)))
    assert len(make(kind).choose(poor)) == 5


@every_kind
def test_pending_molecules_are_counted_as_believed(kind: str) -> None:
    picks = make(kind).choose(question(pending=6))
    assert len(picks) == 5
    assert not {p.candidate.molecule for p in picks} & set(question(pending=6).pending)


@every_kind
def test_failures_count_against_their_kin(kind: str) -> None:
    """Half of a pool is of a family that failed; without those failures it would be asked sooner."""
    alcohols = tuple(parse("C" * n + "C(O)" + end) for n in range(1, 7) for end in ("C", "CC", "C(C)C"))
    nitriles = tuple(parse("C" * n + "C(C#N)" + end) for n in range(1, 7) for end in ("C", "CC", "C(C)C"))
    kin = set(nitriles[1::2])
    asked = replace(with_pool(question(measured=60), (*alcohols[1::2], *nitriles[1::2])), batch=18)
    failed = replace(asked, failed=nitriles[::2])
    acquisition = cast(Acquisition, load("surrogates.acquisitions", kind)(max_similarity=1.0))
    before, after = acquisition.choose(asked), acquisition.choose(failed)
    if kind == "random":
        assert after == before, "chance takes no notice"
        return
    places = [[k for k, p in enumerate(picks) if p.candidate.molecule in kin] for picks in (before, after)]
    assert np.mean(places[1]) > np.mean(places[0])
    assert all("measurable with a probability of" in after[k].reason for k in places[1])
    ignoring = load("surrogates.acquisitions", kind)(max_similarity=1.0, feasibility_weight=0.0)
    assert cast(Acquisition, ignoring).choose(failed) == before


@every_kind
def test_costs_count_only_where_asked_for(kind: str) -> None:
    asked = question(measured=60)
    paid = replace(asked, spent={m: float(m.heavy_atoms) ** 6 for m in asked.measured})
    assert make(kind).choose(paid) == make(kind).choose(asked)
    if kind == "random":
        return
    thrifty = cast(Acquisition, load("surrogates.acquisitions", kind)(cost_weight=1.0))
    picks = thrifty.choose(paid)
    assert all("core-hours" in p.reason for p in picks)
    plain = np.mean([p.candidate.molecule.heavy_atoms for p in make(kind).choose(paid)])
    assert np.mean([p.candidate.molecule.heavy_atoms for p in picks]) <= plain


@every_kind
def test_of_equals_the_cheaper_is_chosen(kind: str) -> None:
    """Nothing is learned of two candidates but their cost: the goal is exact and the same for both."""
    if kind == "random":
        return
    asked = question(measured=60)
    goal = Objective("heavy atoms", "1", Direction.MINIMIZE, 16.0)
    cheap, dear = parse("CCCCCCO"), parse("CCCCCCCl")
    spent = {m: 1000.0 if "Cl" in m.smiles else 10.0 for m in asked.measured}
    equal = replace(
        with_pool(asked, (dear, cheap)), objectives=(goal,), front=asked.front[:, 2:], beliefs={}, spent=spent
    )
    acquisition = load("surrogates.acquisitions", kind)(cost_weight=1.0, max_similarity=1.0)
    first = cast(Acquisition, acquisition).choose(replace(equal, batch=1))[0]
    assert first.candidate.molecule == cheap


@every_kind
def test_a_question_that_makes_no_sense_is_refused(kind: str) -> None:
    asked = question()
    few = replace(asked, measured=asked.measured[:1], front=asked.front[:1])
    with pytest.raises(ValueError, match="initial design"):
        make(kind).choose(few)
    with pytest.raises(ValueError, match="nothing is known of boiling"):
        make(kind).choose(replace(asked, beliefs={}))
    with pytest.raises(ValueError, match="the front has shape"):
        make(kind).choose(replace(asked, front=asked.front[:-1]))
    with pytest.raises(ValueError, match="exact values of heavy atoms"):
        make(kind).choose(replace(asked, exact={"heavy atoms": np.zeros(1)}))


@every_kind
def test_it_goes_where_the_goal_is(kind: str) -> None:
    """With one objective, anything but chance expects more of its picks than of the pool."""
    goal = Objective("boiling", "K", Direction.MAXIMIZE, 300.0)
    asked = replace(question(), objectives=(goal,), front=question().front[:, :1], exact={})
    pool = asked.beliefs["boiling"].predict([c.molecule for c in asked.pool])[0]
    picked = [p.predictions["boiling"].mean for p in make(kind).choose(asked)]
    assert np.mean(picked) > pool.mean() or kind == "random"
