"""Which of the user's own molecules a campaign will never propose, and why: else nobody would miss them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from loop.molecule import Molecule
from loop.protocols import Selective

if TYPE_CHECKING:  # which asks this module
    from flows.assembly import Assembled

SHOWN = 50


def show_left_out(console: Console, assembled: Assembled) -> None:
    """Name the first few of :func:`left_out`; print nothing if there are none."""
    refused, listed = left_out(assembled), dict(_listed(assembled))
    if not refused:
        return
    told = f"  note: of your own {len(listed)} molecules {len(refused)} will never be proposed:"
    console.print(told, highlight=False)
    for name, why in islice(refused.items(), SHOWN):
        console.print(Padding(Text(f"{name}: {why}"), (0, 0, 0, 4)))
    if len(refused) > SHOWN:
        console.print(f"    and {len(refused) - SHOWN} more", highlight=False)


def nothing_left(assembled: Assembled) -> str | None:
    """Why no molecule at all can be proposed, where all come from lists of the user's own; else ``None``."""
    if not all(
        isinstance(s.generator, Selective) and s.generator.own_list() for s in assembled.parts.sources
    ):
        return None
    first: str | None = None
    for name, molecule in _listed(assembled):
        if (why := _never(assembled, molecule)) is None:
            return None
        first = first or f"{name}: {why}"
    return f"none of the molecules listed may be proposed; {first}"


def left_out(assembled: Assembled) -> dict[str, str]:
    """What the limits or an oracle refuse of the user's own lists: name of a molecule -> why."""
    reasons = ((name, _never(assembled, molecule)) for name, molecule in _listed(assembled))
    return {name: why for name, why in reasons if why is not None}


def _listed(assembled: Assembled) -> Iterator[tuple[str, Molecule]]:
    for source in assembled.parts.sources:
        if isinstance(source.generator, Selective):
            yield from source.generator.own_list().items()


def _never(assembled: Assembled, molecule: Molecule) -> str | None:
    if (outside := assembled.definition.limits.refusal(molecule)) is not None:
        return f"{outside}; see [limits]"
    refusals = ((oracle.kind, oracle.refusal(molecule)) for oracle in assembled.parts.oracles)
    return next((f"{why} (oracle {kind})" for kind, why in refusals if why is not None), None)
