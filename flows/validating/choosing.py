"""Which groups of checks are wanted."""

from __future__ import annotations

from loop.parts import nearest
from loop.protocols import PartError
from oracles.validation.check import Group
from oracles.validation.groups import GROUPS


def chosen(only: str | None) -> tuple[Group, ...]:
    """All groups, or the one of a name.

    Raises
    ------
    PartError
        If there is no group of that name.
    """
    if only is None:
        return GROUPS
    if found := tuple(group for group in GROUPS if group.name == only):
        return found
    raise PartError(f"there is no group '{only}' of checks; {nearest(only, [g.name for g in GROUPS])}")
