"""Where everything is printed for a person."""

from __future__ import annotations

from rich.console import Console


def console(*, stderr: bool = False) -> Console:
    """A console that prints text as it is: ``list.smi:100:`` is a line of a file, and no emoji."""
    return Console(stderr=stderr, emoji=False)
