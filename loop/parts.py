"""Finding parts: one module is one part, so adding a file adds a part and no list is edited.

The name of the module is the ``kind`` written in a campaign file. Only the modules a campaign names are
imported, so that describing a campaign never loads what it does not use. A distribution may add parts
through an entry point in the group ``zincloop.<package>``.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

from pydantic import BaseModel

from loop.protocols import (
    Acquisition,
    ComputedOracle,
    DeferredOracle,
    Generator,
    NeedsEmbedding,
    PartError,
    Surrogate,
)

Loaded = TypeVar("Loaded")

ROLES: Mapping[str, tuple[type, ...]] = {
    "oracles": (ComputedOracle, DeferredOracle),
    "generators": (Generator,),
    "surrogates": (Surrogate, NeedsEmbedding),
    "surrogates.acquisitions": (Acquisition,),
}
"""Package -> protocols of :mod:`loop.protocols`, one of which each of its parts fulfils."""


class UnknownPartError(LookupError):
    """A kind that no module and no entry point provides."""


class BrokenPartError(PartError):
    """A module that was found and holds no part that can be used; the message says what is wrong with it."""


@cache
def kinds(package: str) -> tuple[str, ...]:
    """Names of the parts in ``package`` (``oracles``, ``generators``, ``surrogates.acquisitions``...)."""
    own = {
        info.name
        for info in pkgutil.iter_modules(importlib.import_module(package).__path__)
        if not info.ispkg and not info.name.startswith("_")
    }
    return tuple(sorted(own | {e.name for e in entry_points(group=f"zincloop.{package}")}))


@cache
def load(package: str, kind: str) -> type[BaseModel]:
    """Return the class of a part: the one pydantic model in its module with a field ``kind``.

    Raises
    ------
    UnknownPartError
        If there is no such part.
    BrokenPartError
        If its module cannot be imported, or does not hold one class that does all that such a part has to.
    """
    for entry in entry_points(group=f"zincloop.{package}", name=kind):
        return _whole(package, kind, entry.value, [_imported(entry.value, entry.load)])
    if kind not in kinds(package):
        raise UnknownPartError(f"there is no '{kind}' in {package}")
    name = f"{package}.{kind}"
    module = _imported(name, lambda: importlib.import_module(name))
    return _whole(package, kind, name, [c for c in vars(module).values() if _is_part(c, name)])


def nearest(word: str, known: Sequence[str]) -> str:
    """A clause that helps with a misspelt word: the nearest known one, or all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else f"known are {', '.join(sorted(known))}"


def _is_part(value: object, module: str) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, BaseModel)
        and value.__module__ == module
        and "kind" in value.model_fields
    )


def _imported(name: str, load: Callable[[], Loaded]) -> Loaded:
    try:
        return load()
    except Exception as error:  # whatever a module of somebody else's does wrong
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith("<")]
        place = "" if isinstance(error, SyntaxError) else f" ({frames[-1].filename}:{frames[-1].lineno})"
        said = f"{type(error).__name__}: {error}{place}"
        raise BrokenPartError(f"{name} cannot be imported: {said}") from error


def _whole(package: str, kind: str, where: str, found: Sequence[type[BaseModel]]) -> type[BaseModel]:
    """The one class that was found, if it has what its role asks for."""
    if len(found) != 1:
        names = f" ({', '.join(c.__name__ for c in found)})" if found else ""
        raise BrokenPartError(
            f"{where} holds {len(found)} classes with a field 'kind'{names}, and must hold one: a frozen "
            "pydantic model with the part's settings"
        )
    part = found[0]
    if (written := part.model_fields["kind"].default) != kind:
        raise BrokenPartError(f"the kind of {part.__name__} in {where} is '{written}'; it must be '{kind}'")
    role, lacking = min(((r, _lacking(part, r)) for r in ROLES[package]), key=lambda pair: len(pair[1]))
    if lacking:
        raise BrokenPartError(
            f"{part.__name__} in {where} lacks {', '.join(lacking)}, which loop.protocols.{role.__name__} has"
        )
    return part


def _lacking(part: type[BaseModel], role: type) -> list[str]:
    public = (name for name in dir(role) if not name.startswith("_"))
    return [name for name in public if name not in part.model_fields and not hasattr(part, name)]
