"""JSON of the ledger that is read when somebody looks at it: most of a long campaign's is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Later(Mapping[str, T], Generic[T]):
    """A mapping kept as text.

    Parameters
    ----------
    text
        A JSON object.
    read
        Turns each of its values into what it stands for.
    """

    def __init__(self, text: str, read: Callable[[Any], T]) -> None:
        self.text, self._read = text, read

    @cached_property
    def _content(self) -> dict[str, T]:
        return {name: self._read(value) for name, value in json.loads(self.text).items()}

    def __getitem__(self, name: str) -> T:
        return self._content[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return repr(self._content)
