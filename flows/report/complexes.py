"""What the report shows of the complexes that molecules form with zinc."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.report.balls import balls
from flows.report.shell import Neighbour, Seen, seen
from loop.campaign import State
from loop.molecule import Molecule
from loop.objective import Objective
from loop.records import Measurement
from oracles.chemistry.geometry import read_xyz

COMPLEX = "complex"
"""Where in the details of a measurement its geometry is, in XYZ format."""


@dataclass(frozen=True)
class Picture:
    """A complex, drawn and described.

    Attributes
    ----------
    svg
        The drawing.
    legend
        Distances in the first shell.
    facts
        Name -> what is known, in words.
    oracle
        Who found it.
    """

    svg: str
    legend: str
    facts: Mapping[str, str]
    oracle: str


def pictures(
    objectives: Sequence[Objective], state: State, molecules: Collection[Molecule]
) -> dict[Molecule, Picture]:
    """Complexes of these molecules; only of them the details are read, which may be far away.

    Where several oracles built one, it is that of an oracle whose property is an objective.
    """
    wanted, goals = set(molecules), {o.property for o in objectives}
    found: dict[Molecule, tuple[bool, Picture]] = {}
    for key, request in state.requests.items():
        answer = state.answers.get(key) if request.molecule in wanted else None
        if answer is None or not isinstance(answer.outcome, Measurement):
            continue
        aimed = any(value.property in goals for value in answer.outcome.values)
        if request.molecule in found and found[request.molecule][0] >= aimed:
            continue
        picture = _picture(dict(answer.outcome.details.items()), request.molecule, request.oracle)
        if picture is not None:
            found[request.molecule] = aimed, picture
    return {molecule: picture for molecule, (_, picture) in found.items()}


def _picture(details: Mapping[str, Any], molecule: Molecule, oracle: str) -> Picture | None:
    geometry = read_xyz(str(details.get(COMPLEX, "")))
    complex_ = None if geometry is None else seen(geometry)
    if complex_ is None:
        return None
    legend = _legend(complex_)
    alt = f"Ball-and-stick picture of {complex_.name} with {molecule}: {legend}"
    return Picture(balls(complex_, alt), legend, _facts(details, complex_), oracle)


def _legend(complex_: Seen) -> str:
    """Distances, for example ``Zn–O 1.94 Å; Zn–OH2 2.01 to 2.07 Å (5)``."""
    texts = [f"{complex_.name}–{n.symbol} {n.distance:.2f} Å" for n in complex_.donors]
    if complex_.waters:
        texts.append(f"{complex_.name}–OH₂ {_range(complex_.waters)} Å ({len(complex_.waters)})")
    return "; ".join(texts) or f"nothing within reach of {complex_.name}"


def _range(neighbours: Collection[Neighbour]) -> str:
    ends = sorted({f"{n.distance:.2f}" for n in neighbours})
    return ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"


def _facts(details: Mapping[str, Any], complex_: Seen) -> dict[str, str]:
    donors, waters = len(complex_.donors), len(complex_.waters)
    charge = details.get("ion_charge")
    facts = {
        "reaction": str(details.get("reaction", "")),
        "binds by": _sites(details, complex_),
        "weak donor": f"farther from {complex_.name} than such donors are as a rule; the ± is larger for it"
        if details.get("weak_donor")
        else "",
        "denticity": str(details.get("denticity", donors)),
        "coordination": f"{details.get('coordination', donors + waters)} ({waters} waters)",
        f"charge of {complex_.name}": f"{charge:+.2f} e" if isinstance(charge, int | float) else "",
        "total charge": f"{complex_.geometry.charge:+d}",
    }
    return {name: text for name, text in facts.items() if text}


def _sites(details: Mapping[str, Any], complex_: Seen) -> str:
    """The molecule's atoms that bind, by element and place in its SMILES, and of what kind they are."""
    kinds = dict(zip(details.get("sites", ()), details.get("donor_kinds", ()), strict=False))
    named = ((f"{n.symbol}{n.atom + 1}", kinds.get(n.atom)) for n in complex_.donors)
    return ", ".join(f"{atom} ({kind})" if kind else atom for atom, kind in named)
