"""Pictures of complexes: what is seen, and of whom the details are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from flows.report.balls import COLORS, HEIGHT, MARK, WIDTH, balls
from flows.report.complexes import pictures
from flows.report.shell import seen
from flows.report.view import facing
from loop.campaign import Answer, State
from loop.molecule import parse
from loop.objective import Direction, Objective
from loop.records import Cost, Measurement, OracleProtocol, Request, Value
from oracles.chemistry.geometry import Geometry
from tests.flows.report.octahedron import BOUND, CORNERS, REST, complex_of, details

SVG = "{http://www.w3.org/2000/svg}"


def test_no_corner_of_an_octahedron_hides_another() -> None:
    positions = np.vstack([np.zeros((1, 3)), 2.0 * CORNERS])
    turned = facing(positions, np.ones(7), 0)
    assert np.allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(positions, axis=1)), "it is only turned"
    flat = turned[:, :2]
    apart = np.linalg.norm(flat[:, None] - flat[None], axis=-1)[np.triu_indices(7, k=1)]
    assert apart.min() > 0.7
    handed = np.linalg.det(turned[[1, 3, 5]]) / np.linalg.det(positions[[1, 3, 5]])
    assert handed == pytest.approx(1.0), "and not mirrored, which would draw another isomer"


def test_the_shell_is_read_from_the_geometry() -> None:
    found = seen(complex_of(("C", "O", "O"), donors=2))
    assert found is not None
    assert (found.name, len(found.donors), len(found.waters)) == ("Zn", 2, 4)
    assert [round(n.distance, 2) for n in found.neighbours] == [BOUND] * 2 + [REST] * 4
    assert not any(found.ion in pair for pair in found.bonds)
    assert len(found.bonds) >= 8, "two of each water"
    assert seen(Geometry(("O", "H", "H"), np.eye(3), 0)) is None


def test_everything_is_drawn_inside_the_picture() -> None:
    found = seen(complex_of())
    assert found is not None
    root = ElementTree.fromstring(balls(found, "alt <&> text"))  # noqa: S314 - our own
    assert root.attrib["aria-label"] == root.findtext(f"{SVG}title") == "alt <&> text"
    circles = list(root.iter(f"{SVG}circle"))
    filled = [c for c in circles if c.attrib["fill"] not in ("none", "#fff")]
    assert len(filled) == len(found.geometry.symbols)
    assert len([c for c in circles if c.attrib["fill"] == "none"]) == 1, "the donor is ringed"
    assert len([p for p in root.iter(f"{SVG}path") if "stroke-dasharray" in p.attrib]) == 6
    words = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    assert words == ["Zn", f"{BOUND:.2f} Å"]
    group = root.find(f"{SVG}g")
    assert group is not None
    numbers = re.findall(r"-?[\d.]+", group.attrib["transform"])
    dx, dy, sx, sy = map(float, numbers)
    for c in filled:
        assert 0 < dx + sx * float(c.attrib["cx"]) < WIDTH
        assert 0 < dy + sy * float(c.attrib["cy"]) < HEIGHT


def test_what_is_in_front_is_drawn_last_and_is_not_pale() -> None:
    found = seen(complex_of())
    assert found is not None
    svg = balls(found, "")
    assert COLORS["O"] not in re.findall(r'fill="(#\w+)"', svg)[0]
    assert re.findall(r'fill="(#\w+)" stroke=', svg)[-1] in (COLORS["H"], COLORS["O"])


# -- whose ------------------------------------------------------------------------------------------


class Far(dict[str, Any]):
    """Details that tell when they are read."""

    def __init__(self, content: Mapping[str, Any], read: list[str], name: str) -> None:
        super().__init__(content)
        self._read, self._name = read, name

    def items(self) -> Any:
        self._read.append(self._name)
        return super().items()


ZINC, CHEAP = (OracleProtocol(name, name, {}, "Zn.") for name in ("zinc_exchange", "xtb_zinc_exchange"))
OBJECTIVES = (Objective("zn_exchange", "eV", Direction.MINIMIZE, 0.0),)


def _answer(smiles: str, protocol: OracleProtocol, found: Mapping[str, Any]) -> Answer:
    name = {"zinc_exchange": "zn_exchange", "xtb_zinc_exchange": "zn_exchange_gfn2"}[protocol.oracle]
    measured = Measurement((Value(name, -0.1, "eV", 0.08),), Cost(1.0, 1.0), found)
    return Answer(Request.ask(parse(smiles), protocol), measured, 1.0)


def _state(*answers: Answer) -> State:
    return State(
        requests={a.request.key: a.request for a in answers}, answers={a.request.key: a for a in answers}
    )


def test_only_those_shown_are_read() -> None:
    read: list[str] = []
    some = {s: _answer(s, ZINC, Far(details(), read, s)) for s in ("CO", "CCO", "CCCO")}
    found = pictures(OBJECTIVES, _state(*some.values()), [parse("CCO")])
    assert list(found) == [parse("CCO")]
    assert read == ["CCO"]


@pytest.mark.parametrize("turn", [1, -1])
def test_the_complex_of_an_objective_goes_first(turn: int) -> None:
    answers = [_answer("CO", ZINC, details()), _answer("CO", CHEAP, details())][::turn]
    (picture,) = pictures(OBJECTIVES, _state(*answers), [parse("CO")]).values()
    assert picture.oracle == "zinc_exchange"
    (other,) = pictures(OBJECTIVES, _state(answers[turn]), [parse("CO")]).values()
    assert other.oracle in ("zinc_exchange", "xtb_zinc_exchange")


def test_what_is_known_is_told() -> None:
    told = details(reaction="[Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O")
    (picture,) = pictures(OBJECTIVES, _state(_answer("CO", ZINC, told)), [parse("CO")]).values()
    assert picture.legend == "Zn–O 1.95 Å; Zn–OH₂ 2.08 Å (5)"
    assert picture.facts == {
        "reaction": "[Zn(H2O)6]2+ + L -> [Zn(H2O)5L]2+ + H2O",
        "binds by": "O2 (carbonyl O)",
        "denticity": "1",
        "coordination": "6 (5 waters)",
        "charge of Zn": "+1.43 e",
        "total charge": "+2",
    }
    assert MARK in picture.svg


def test_a_weak_donor_is_told() -> None:
    (weak,), (usual,) = (
        pictures(OBJECTIVES, _state(_answer("CO", ZINC, details(weak_donor=w))), [parse("CO")]).values()
        for w in (True, False)
    )
    assert "larger" in weak.facts["weak donor"]
    assert "weak donor" not in usual.facts


@pytest.mark.parametrize("found", [{}, {"complex": ""}, {"complex": "1\n\nO 0 0 0\n"}, {"complex": 3}])
def test_without_a_complex_there_is_no_picture(found: dict[str, Any]) -> None:
    assert pictures(OBJECTIVES, _state(_answer("CO", ZINC, found)), [parse("CO")]) == {}
