"""Read what is posted to the laboratory's HTTP API, or say why it cannot be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from flows.laboratory.columns import column_problems
from flows.laboratory.row import RefusedError, Row
from loop.parts import nearest

MAX_BYTES = 4_000_000
MAX_ROWS = 5_000
LONGEST_NAME = 100


class TooLargeError(RefusedError):
    """More than is taken at once."""


def read_json(content: bytes) -> object:
    """What a body holds.

    Raises
    ------
    RefusedError
        If it is not JSON as everybody understands it: numbers that are none, and a name that is given
        twice in one object, are refused, too.
    """
    try:
        found: object = json.loads(content.decode(), object_pairs_hook=_object, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair could not be stored
    except RecursionError:
        raise RefusedError("the body is not readable: it is nested too deeply") from None
    except ValueError as error:
        raise RefusedError(f"the body is not JSON (UTF-8): {error}") from error
    return found


def rows(found: object) -> list[Row]:
    """Rows as a CSV file would hold them.

    Raises
    ------
    RefusedError
        Naming every row with a column that is unknown or missing, or with a cell that is no text or number.
        A :class:`TooLargeError` if there are too many.
    """
    if not isinstance(found, list):
        raise RefusedError('the body must be a list of readings: [{"request": ..., "property": ..., ...}]')
    if len(found) > MAX_ROWS:
        raise TooLargeError(f"{len(found)} readings; {MAX_ROWS} are the most at once, so send them in parts")
    problems, table = list[str](), list[Row]()
    for number, item in enumerate(found, start=1):
        place = f"row {number}"
        wrong, cells = _cells(item)
        problems += [f"{place}: {clause}" for clause in wrong]
        table.append(Row(place, cells))
    if problems:
        raise RefusedError(*problems)
    return table


def claimant(found: object) -> str:
    """Who takes a request on.

    Raises
    ------
    RefusedError
        If the body does not say so.
    """
    if not isinstance(found, dict) or not isinstance(found.get("by"), str):
        raise RefusedError('the body must say who takes the request on: {"by": "Ada"}')
    if unknown := next((key for key in found if key != "by"), None):
        raise RefusedError(f"there is no '{unknown}' in a claim; {nearest(unknown, ['by'])}")
    return person(found["by"])


def person(name: str) -> str:
    """A name that can be shown anywhere.

    Raises
    ------
    RefusedError
        If it is empty, too long or not printable.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RefusedError(f"by: a name of 1 to {LONGEST_NAME} printable characters is needed")
    return name


def _cells(item: object) -> tuple[list[str], Mapping[str, str]]:
    """What is wrong with a row, and its cells."""
    if not isinstance(item, dict):
        return ['a reading must be an object: {"request": ..., "property": ..., ...}'], {}
    names = [key.strip().lower() for key in item]
    problems = column_problems(names)
    problems += [
        f"column {name}: must be text or a number, not a list or an object"
        for name, value in zip(names, item.values(), strict=True)
        if isinstance(value, list | dict)
    ]
    return problems, dict(zip(names, map(_text, item.values()), strict=True))


def _text(value: object) -> str:
    """What a CSV file would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.strip() if isinstance(value, str) else repr(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"'{next(n for n in names if names.count(n) > 1)}' is there twice in one object")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number; write null where nothing was measured")
