"""The arithmetic of the oracles' benchmark, and what makes it go on where it was stopped."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import known_additives
from benchmarks.judge import standing
from benchmarks.judge.adversaries import adversaries
from benchmarks.judge.verdicts import REVISION, Verdict
from benchmarks.kept_answers import Line
from benchmarks.oracle_rows import (
    accuracy,
    adversarial,
    coverage,
    minima,
    ours,
    plain,
    plainly,
    qm9,
    repeats,
    speed,
)
from benchmarks.oracle_rows.asking import ask, row_of, uncertainty, value
from benchmarks.oracle_rows.children import call
from benchmarks.oracle_rows.compounds import drawn_corpus, drawn_known, drawn_over_sizes, neutral_known
from benchmarks.oracle_rows.kept import Kept
from benchmarks.oracle_rows.plain import Recipe
from benchmarks.oracle_rows.row import Options
from benchmarks.oracle_rows.structure import HARTREE, Structure, exchanged, read_xyz, waters_released
from benchmarks.rows import Result
from loop.molecule import parse
from oracles.orbitals import Orbitals
from oracles.synthesizability import Synthesizability
from oracles.zinc_exchange import ZincExchange

HELIUM = Structure(("He",), np.zeros((1, 3)), 0)


def endless(argument: dict[str, Any]) -> dict[str, Any]:
    """What a child never comes back from."""
    while True:
        time.sleep(0.01)


def never() -> dict[str, Any]:
    raise AssertionError("it was computed again")


def test_water_for_water_is_no_exchange_and_a_chelate_gets_back_what_it_releases() -> None:
    aqua = {"complex": -2240.0, "ligand": -76.25}
    assert exchanged(1, aqua, aqua) == 0.0
    chelate = {"complex": -2240.0 + 2 * 76.25 - 190.0 - 0.01, "ligand": -190.0}
    assert exchanged(2, chelate, aqua) == pytest.approx(-0.01 * HARTREE)


def test_a_row_is_computed_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "rows.jsonl", "a")
    assert kept.once("CCO", lambda: {"x": 1.0}) == {"x": 1.0}
    assert kept.once("CCO", never) == {"x": 1.0}


def test_what_speed_has_timed_is_not_computed_again_for_accuracy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, recipe = Options(tmp_path / "oracles"), Recipe("b3lyp", "6-31g")
    timed = plainly.timed(HELIUM, recipe, options)
    assert timed["value"]["converged"]
    monkeypatch.setattr(plainly, "call", never)
    assert plainly.solved(HELIUM, recipe, options) == timed


def test_plain_pyscf_is_as_good_as_the_accuracy_row_says() -> None:
    water = Recipe("b3lyp", "sto-3g", solvent="IEF-PCM")
    mf = plain.mean_field(HELIUM, water)
    assert (mf.grids.level, mf.conv_tol, mf.with_solvent.lebedev_order) == (3, 1e-9, 29)
    assert not hasattr(mf, "with_df")


def test_rows_of_another_protocol_are_never_mixed_in(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    Kept(path, "old").once("CCO", lambda: {"x": 1.0})
    assert Kept(path, "new").rows() == {}
    assert Kept(path, "new").once("CCO", lambda: {"x": 2.0}) == {"x": 2.0}
    assert Kept(path, "old").once("CCO", never) == {"x": 1.0}


def test_a_line_that_a_kill_cut_off_is_computed_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "rows.jsonl", "a")
    kept.once("CCO", lambda: {"x": 1.0})
    with kept.path.open("a", encoding="utf-8") as file:
        file.write('{"under": "a", "name": "CO", "ro')
    kept.once("CO", lambda: {"x": 2.0})
    assert kept.rows() == {"CCO": {"x": 1.0}, "CO": {"x": 2.0}}


def test_what_did_not_come_about_is_tried_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "rows.jsonl", "a")
    assert kept.once("CCO", lambda: {"error": "the deadline of 1 s passed"})["error"]
    assert kept.once("CCO", lambda: {"x": 1.0}) == {"x": 1.0}


def test_another_version_of_a_program_has_rows_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Options(directory=tmp_path)
    before = options.kept("wall", {"oracle": "x"}).under
    assert options.kept("wall", {"oracle": "y"}).under != before
    monkeypatch.setattr("benchmarks.oracle_rows.row.PROGRAMS", ("pyscf", "numpy"))
    assert options.kept("wall", {"oracle": "x"}).under != before


def test_a_geometry_is_read_as_it_was_written() -> None:
    structure = Structure(("Zn", "O"), np.array([[0.0, 0.0, 0.0], [0.5, -1.25, 2.0]]), 2)
    again = read_xyz(structure.xyz())
    assert (again.symbols, again.charge) == (structure.symbols, 2)
    assert np.array_equal(again.positions, structure.positions)
    with pytest.raises(ValueError, match="not 'charge N'"):
        read_xyz("1\nhelium\nHe 0 0 0\n")


@pytest.mark.parametrize(("waters", "released"), [(5, 1), (4, 2), (3, 3)])
def test_a_chelate_releases_the_waters_that_its_complex_lacks(waters: int, released: int) -> None:
    ligand = Structure(("N", "H", "H", "H"), np.zeros((4, 3)), 0)
    symbols = (*ligand.symbols, "Zn", *("O", "H", "H") * waters)
    assert waters_released(Structure(symbols, np.zeros((len(symbols), 3)), 2), ligand) == released
    with pytest.raises(ValueError, match="whole waters"):
        waters_released(Structure(symbols[:-1], np.zeros((len(symbols) - 1, 3)), 2), ligand)


def test_a_child_answers_and_says_what_it_took() -> None:
    answer = call("benchmarks.oracle_rows.plain:solve", plain.job(HELIUM, plain.Recipe("hf", "6-31g")), 60.0)
    assert answer["value"]["energy"] == pytest.approx(-2.85516, abs=1e-4)
    assert answer["value"]["converged"]
    assert {p.name for p in Orbitals().properties} <= answer["value"].keys(), "the judge compares them all"
    assert 0.0 < answer["cpu_seconds"] <= answer["wall_seconds"]


def test_a_rough_density_to_start_from_changes_the_cycles_and_not_the_result() -> None:
    water = Structure(
        ("O", "H", "H"), np.array([[0.0, 0, 0.119], [0, 0.763, -0.477], [0, -0.763, -0.477]]), 0
    )
    recipe = plain.Recipe("b3lyp", "6-31g", solvent="C-PCM", permittivity=78.4, surface=11, tolerance=1e-9)
    cold, helped = (plain.solve(plain.job(water, replace(recipe, helped=helped))) for helped in (False, True))
    assert helped["energy"] == pytest.approx(cold["energy"], abs=1e-7)
    assert helped["homo"] == pytest.approx(cold["homo"], abs=1e-3)
    assert helped["cycles"] < cold["cycles"]


def test_a_child_that_raises_is_an_error_and_no_more() -> None:
    answer = call(
        "benchmarks.oracle_rows.plain:solve", plain.job(HELIUM, plain.Recipe("hf", "no-such-set")), 60.0
    )
    assert "ended with status 1" in answer["error"]
    assert "no-such-set" in answer["error"].replace("nosuchset", "no-such-set")


def test_a_child_ends_at_its_deadline() -> None:
    started = time.monotonic()
    assert (
        call("tests.benchmarks.test_oracle_rows:endless", {}, 0.2)["error"] == "the deadline of 0.2 s passed"
    )
    assert time.monotonic() - started < 10.0


def test_outcomes_keep_values_and_reasons(tmp_path: Path) -> None:
    row = row_of(ask(Synthesizability(), "CCO", tmp_path, 10.0))
    assert value(row, "sa") == Synthesizability().values([parse("CCO")])[0, 0]
    assert uncertainty(row, "sa") == 0.0
    row = row_of(ask(ZincExchange(), "CCCC", tmp_path / "butane", 60.0))
    assert row["failure"] == "input"
    assert "no donor atom" in row["reason"]


def test_the_known_additives_are_neutral_and_a_longer_draw_begins_with_a_shorter() -> None:
    assert len(neutral_known()) == 127
    assert not any(m.charge for m in neutral_known())
    assert drawn_known(9, 1, 10)[:4] == drawn_known(4, 1, 10)
    assert max(m.heavy_atoms for m in drawn_known(30, 0, 8)) <= 8
    assert not set(drawn_corpus(50, 0)) & set(neutral_known())
    sizes = [m.heavy_atoms for m in neutral_known()]
    for seed in range(5):
        of_each = [m.heavy_atoms for m in drawn_over_sizes(30, seed)]
        assert of_each == sorted(of_each)
        assert len(set(drawn_over_sizes(30, seed))) == 30
        assert abs(np.median(of_each) - np.median(sizes)) <= 0.5


def test_shares_count_what_has_all_its_values() -> None:
    good, bad = (Line("", "", {}, failure, 1.0, 1.0) for failure in ("", "input: no"))
    c, o, n, s = map(parse, "CONS")
    lines = {
        "orbitals": {c: good, o: good, n: bad, s: good},
        "synthesizability": {c: good, o: bad, n: good, s: good},
        "zinc_exchange": {c: bad, o: good, n: good, s: good},
    }
    assert coverage.shares(lines, [c, o, n, s]) == (0.5, 0.75)
    assert coverage.shares({"zinc_exchange": lines["zinc_exchange"]}, [c, o]) == (0.5,)


def test_one_oracle_alone_is_reported_and_meets_nothing(tmp_path: Path) -> None:
    result = coverage.run(Options(directory=tmp_path / "oracles", molecules=3, only="synthesizability"))
    assert result == Result("corpus (3) 100.0%; known (3) 100.0%", None)


def test_a_set_is_asked_once_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options(directory=tmp_path / "oracles")
    molecules, oracles = [parse("CCO"), parse("CO")], ("synthesizability",)
    first = coverage.asked(molecules[:1], oracles, options)["synthesizability"]
    second = coverage.asked(molecules, oracles, options)["synthesizability"]
    assert second[molecules[0]] == first[molecules[0]]
    assert second[molecules[1]].values["sa"] == Synthesizability().values(molecules[1:])[0, 0]
    monkeypatch.setattr(known_additives, "run", None)
    assert coverage.asked(molecules, oracles, options)["synthesizability"] == second
    coverage.costs({"synthesizability": {molecules[0]: Line("", "", {}, "rejected: broken", 7.0, 7.0)}})
    assert "7 CPU s  CCO: rejected: broken" in capsys.readouterr().out


def test_speed_is_a_ratio_of_molecules_per_hour() -> None:
    rows = [
        {"ours": 1.0, "fitted": 2.0, "plain": 6.0, "search": 3.0},
        {"ours": 3.0, "fitted": 4.0, "plain": 18.0, "search": 5.0},
    ]
    assert speed.compared(rows) == {"plain": 6.0, "fitted": 4.0, "with search": 3.0, "per hour": 1800.0}
    assert np.isnan(speed.compared([])["plain"])


def test_plain_is_the_same_functional_with_nothing_that_makes_it_fast() -> None:
    recipe = plain.like(Orbitals().functional())
    assert (recipe.xc, recipe.basis, recipe.solvent) == ("b3lyp", "6-31++g**", "IEF-PCM")
    assert not recipe.fitted
    assert (recipe.grid, recipe.tolerance, recipe.surface) == (None, None, None)
    assert plain.like(Orbitals(solvent="gas").functional()).solvent is None
    assert plain.like(ZincExchange().functional()).dispersion == "d3bj"


def test_each_acceleration_can_be_taken_away_where_it_is_used() -> None:
    gas, water = Orbitals(solvent="gas"), Orbitals()
    assert ours.has(gas, "density fitting")
    assert not ours.has(gas, ours.STORED)
    assert ours.has(water, ours.STORED)
    assert not ours.WITHOUT["density fitting"](water.functional()).density_fitting
    assert ours.WITHOUT["a coarse last grid"](water.functional()).grids == (3,)


def test_accuracy_is_a_mean_of_absolute_errors() -> None:
    errors = {"homo": [0.01, -0.01], "lumo": [0.0], "zn_exchange": [0.02, -0.03]}
    result = accuracy.result(errors, 0)
    assert result.met
    assert "homo MAE 0.0100" in result.figure
    assert not accuracy.result(errors | {"lumo": [0.03]}, 0).met
    assert not accuracy.result(errors | {"lumo": []}, 1).met


def test_two_searches_may_differ_by_what_both_state() -> None:
    first, again = {"homo": [-7.0, 0.03]}, [{"homo": [-6.95, 0.04]}, {"homo": [-7.05, 0.04]}]
    apart = repeats.differences(first, again)
    assert apart["homo"] == [pytest.approx((0.05, 1.0)), pytest.approx((-0.05, -1.0))]
    result = repeats.result({"homo": [(0.03, 0.7), (-0.04, -0.9)]}, 0)
    assert result.met
    assert "homo 0.035 (worst 0.040), 0.81 of ± (2)" in result.figure
    assert not repeats.result({"homo": [(0.03, 0.7)], "lumo": [(0.01, 0.2), (0.09, 1.8)]}, 0).met
    assert not repeats.result({"homo": [(0.03, 0.7)]}, 1).met, "a molecule without a value is no agreement"
    assert not repeats.result({}, 0).met


def test_what_was_looked_at_is_held_against_all_there_is() -> None:
    row = {"asked": 7, "of": 12, "average": 0.013, "over_all": 0.01, "first": 0.05, "spread": 0.2}
    found = minima.result([row, row | {"average": 0.006, "asked": 6}], 0)
    assert found.met
    assert found.figure.startswith("0.004 eV (worst 0.004) from 6.5 of 12.0 minima; the first alone 0.040")
    assert not minima.result([row | {"average": 0.05}], 0).met
    assert not minima.result([row], 1).met
    assert minima.result([], 0).met is None


@pytest.mark.slow
def test_the_minima_of_a_complex_are_averaged_as_its_functional_would() -> None:
    found = minima.every({"smiles": "CO"})
    assert 2 <= found["asked"] <= found["of"]
    assert found["average"] == pytest.approx(found["over_all"], abs=0.03)
    assert 0 <= found["over_all"] <= found["spread"]


def test_every_seed_of_a_search_is_another_one_in_a_repeat() -> None:
    chemistry = Path(str(files("oracles"))) / "chemistry"
    own = re.compile(r"^SEED = |import .*\bSEED\b", re.MULTILINE)
    seeded = {path.stem for path in chemistry.glob("*.py") if own.search(path.read_text("utf-8"))}
    assert {name.rpartition(".")[2] for name in repeats.SEEDED} == seeded


@pytest.mark.slow
def test_another_seed_is_another_search() -> None:
    """Each in a process of its own, as the row does it: the seed of this one must stay what it is."""
    urea = {"oracle": "zinc_exchange", "smiles": "NC(N)=O"}
    arguments = [urea | {"seed": seed} for seed in (1, 2, 2)]
    found = [call("benchmarks.oracle_rows.repeats:searched", a, 900.0)["value"] for a in arguments]
    first, second, again = (value(row, "zn_exchange") for row in found)
    assert first != second == again
    assert first == pytest.approx(second, abs=0.1)


@pytest.mark.parametrize(
    ("failure", "expected", "surprising"),
    [
        (None, "value", False),
        (None, "failure", True),
        (None, "refusal", True),
        (None, "any", False),
        ("input", "refusal", False),
        ("input", "failure", False),
        ("rejected", "refusal", True),
        ("rejected", "failure", False),
        ("convergence", "value", True),
    ],
)
def test_an_outcome_is_held_against_what_the_table_calls_right(
    failure: str | None, expected: str, surprising: bool
) -> None:
    outcome: dict[str, Any] = {"failure": failure} if failure else {"values": {}}
    assert adversarial.surprising({"outcome": outcome}, expected) == surprising


def test_molecules_of_qm9_are_read(tmp_path: Path) -> None:
    lines = [
        "Index,SMILES,Elements,XYZ_Ang,HOMO_au,LUMO_au",
        "7,O,\"['O','H','H']\",\"[[0.0,0.0,0.1],[0.0,0.7,-0.4],[0.0,-0.7,-0.4]]\",-0.2928,0.0687",
    ]
    (tmp_path / "qm9_part1.csv").write_text("\n".join(lines), encoding="utf-8")
    ((index, smiles, structure, homo, lumo),) = qm9.drawn(tmp_path, 1, 0)
    assert (index, smiles, structure.symbols) == (7, "O", ("O", "H", "H"))
    assert homo == pytest.approx(-7.9675, abs=1e-3)
    assert lumo == pytest.approx(1.8694, abs=1e-3)
    with pytest.raises(SystemExit, match="give the data directory"):
        qm9.drawn(tmp_path / "nowhere", 1, 0)


def test_without_qm9_its_row_says_what_to_give(tmp_path: Path) -> None:
    result = qm9.run(Options(directory=tmp_path))
    assert result.met is None
    assert "give --qm9" in result.figure


def judged_value(homo: float, positions: list[list[float]]) -> dict[str, Any]:
    details = {"isomer": "O", "geometry": Structure(("O", "H", "H"), np.array(positions), 0).xyz()}
    return {"values": {"homo": [homo, 0.04]}, "details": details}


BENT = [[0.0, 0.0, 0.117], [0.0, 0.759, -0.469], [0.0, -0.759, -0.469]]
STRAIGHT = [[0.0, 0.0, 0.0], [0.0, 0.96, 0.0], [0.0, -0.96, 0.0]]


@pytest.mark.parametrize(
    ("homo", "positions", "stands"),
    [(-8.0, BENT, True), (-8.009, BENT, True), (-8.011, BENT, False), (-8.0, STRAIGHT, False)],
)
def test_a_verdict_holds_for_the_same_value_at_the_same_geometry(
    homo: float, positions: list[list[float]], stands: bool
) -> None:
    before = standing.judged(judged_value(-8.0, BENT))
    assert standing.stands(before, judged_value(homo, positions)) == stands


def test_a_verdict_does_not_hold_for_another_claim() -> None:
    one: dict[str, Any] = {"values": {"zn_exchange": [-0.2, 0.04]}, "details": {"denticity": 1}}
    other: dict[str, Any] = {**one, "details": {"denticity": 2}}
    assert standing.stands(standing.judged(one), one)
    assert not standing.stands(standing.judged(one), other)
    assert not standing.stands(standing.judged(judged_value(-8.0, BENT)), one)


def test_under_another_protocol_a_molecule_is_asked_again_and_judged_where_its_value_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (adversary,) = (a for a in adversaries() if a.smiles == "OO")
    judgements: list[float] = []

    class Counting:
        def __init__(self, smiles: str, oracle: Any, deadline: float) -> None:
            pass

        def orbitals(self, values: dict[str, tuple[float, float]], details: dict[str, Any]) -> Verdict:
            judgements.append(values["homo"][0])
            return Verdict("agrees", "", {})

    def say(homo: float) -> None:
        outcome = {**judged_value(homo, BENT), "cost": {"cpu_seconds": 1.0, "wall_seconds": 1.0}}
        monkeypatch.setattr(adversarial, "answered", lambda *_: outcome)

    monkeypatch.setattr(adversarial, "Judge", Counting)
    monkeypatch.setattr(adversarial, "adversaries", lambda: [adversary])
    options = Options(directory=tmp_path, only="orbitals")
    for cycles, homo in ((60, -8.0), (60, -9.0), (61, -8.005), (62, -9.0)):
        say(homo)
        monkeypatch.setattr(adversarial, "ORACLES", (Orbitals(max_cycle=cycles),))
        adversarial.run(options)
    assert judgements == [-8.0, -9.0]
    (row,) = options.kept("adversarial", {"kind": "orbitals", "judge": REVISION}).rows().values()
    assert row["protocol"] == Orbitals(max_cycle=62).protocol().digest
    assert row["outcome"]["values"]["homo"][0] == row["judged"]["values"]["homo"][0] == -9.0
