"""Finding parts: one module is one part, so adding a file adds a part and no list is edited.

The name of the module is the ``kind`` written in a campaign file. Only the modules a campaign names are
imported, so that describing a campaign never loads what it does not use. A distribution may add parts
through an entry point in the group ``zincloop.<package>``.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points

from pydantic import BaseModel


class UnknownPartError(LookupError):
    """A kind that no module and no entry point provides."""


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
        If there is no such part, or its module holds no class or several.
    """
    for entry in entry_points(group=f"zincloop.{package}", name=kind):
        found: type[BaseModel] = entry.load()
        return found
    if kind not in kinds(package):
        raise UnknownPartError(f"there is no '{kind}' in {package}")
    module = importlib.import_module(f"{package}.{kind}")
    classes: list[type[BaseModel]] = [c for c in vars(module).values() if _is_part(c, module.__name__)]
    if len(classes) != 1:
        raise UnknownPartError(f"{module.__name__} holds {len(classes)} parts, it must hold one")
    return classes[0]


def nearest(word: str, known: Sequence[str]) -> str:
    """A clause that helps with a misspelt word: the nearest known one, or all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"known are {', '.join(sorted(known))}"


def _is_part(value: object, module: str) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, BaseModel)
        and value.__module__ == module
        and "kind" in value.model_fields
    )
