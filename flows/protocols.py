"""What ``protocols`` prints: how oracles arrive at their numbers, what that costs and how good they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args, get_origin

from pydantic import ValidationError
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from flows import terminal
from flows.assembly import Assembled
from loop.molecule import Molecule, parse
from loop.parts import BrokenPartError, kinds, load
from loop.protocols import ComputedOracle, RatedOracle
from loop.records import Property

EXAMPLES = {"urea": "NC(N)=O", "sulfolane": "O=S1(=O)CCCC1", "D-glucose": "OCC1OC(O)C(O)C(O)C1O"}
"""Known additives of 4, 7 and 12 heavy atoms, for which costs are given."""


@dataclass(frozen=True)
class Choice:
    """An oracle, and the settings by which it was chosen."""

    oracle: ComputedOracle
    settings: str


def show_protocols(assembled: Assembled | None) -> None:
    """Print the protocols of a campaign, or every one that is installed.

    Raises
    ------
    BrokenPartError
        After all others, naming the oracles that cannot be used.
    """
    console = terminal.console()
    broken: list[str] = []
    for choice in installed(broken) if assembled is None else _of(assembled):
        _show(console, choice)
    console.print(
        "±: standard uncertainty as a rule; each measurement states its own. Times: of one core. The digest "
        "is of everything that changes a value, and keys the ledger.",
        style="dim",
        highlight=False,
    )
    if broken:
        raise BrokenPartError("\n".join(broken))


def _of(assembled: Assembled) -> Iterator[Choice]:
    for oracle in assembled.parts.oracles:
        if isinstance(oracle, ComputedOracle):
            yield Choice(oracle, "")


def installed(broken: list[str]) -> Iterator[Choice]:
    """Every oracle that computes, with every choice of every setting that gives it another protocol.

    Parameters
    ----------
    broken
        Gains what is wrong with each oracle that cannot be used.
    """
    for kind in kinds("oracles"):
        try:
            part = load("oracles", kind)
            default = part()
        except BrokenPartError as error:
            broken.append(str(error))
            continue
        except ValidationError:  # it has to be told more, as what people are asked for
            continue
        if not isinstance(default, ComputedOracle):
            continue
        yield Choice(default, "")
        for name, field in part.model_fields.items():
            if name == "kind" or get_origin(field.annotation) is not Literal:
                continue
            for value in get_args(field.annotation):
                other = part.model_validate({name: value})
                if isinstance(other, ComputedOracle) and other.protocol().digest != default.protocol().digest:
                    yield Choice(other, f'{name} = "{value}"')


def _show(console: Console, choice: Choice) -> None:
    oracle, protocol = choice.oracle, choice.oracle.protocol()
    where = f"oracle {oracle.kind}" + (f", {choice.settings}" if choice.settings else "")
    numbers = "; ".join(_number(oracle, prop) for prop in oracle.properties)
    console.print(Text.assemble((protocol.name, "bold"), f"  {protocol.digest}  ({where})"))
    for line in (protocol.description, numbers, _costs(oracle)):
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    console.print()


def _number(oracle: ComputedOracle, prop: Property) -> str:
    unit = "" if prop.unit == "1" else f" {prop.unit}"
    if oracle.exact:
        return f"{prop.name}{unit and ' in'}{unit}, exact"
    if isinstance(oracle, RatedOracle):
        return f"{prop.name} ± {oracle.uncertainties[prop.name]:g}{unit}"
    return f"{prop.name}{unit and ' in'}{unit}, ± not stated"


def _costs(oracle: ComputedOracle) -> str:
    return "; ".join(f"{name} {_cost(oracle, parse(smiles))}" for name, smiles in EXAMPLES.items())


def _cost(oracle: ComputedOracle, molecule: Molecule) -> str:
    if oracle.refusal(molecule) is not None:
        return "refused"
    seconds = oracle.expected_cpu_seconds(molecule)
    if seconds < 0.1:
        return "at once"
    return f"{seconds:.2g} s" if seconds < 100 else f"{seconds / 60:.2g} min"
