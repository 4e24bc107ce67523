"""JSON of the ledger that is read when somebody looks at it: most of a long campaign's is not."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, ItemsView, Iterator, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Unread(Mapping[str, T], Generic[T]):
    """A mapping that is made when it is asked for something."""

    __slots__ = ()

    @abstractmethod
    def _content(self) -> Mapping[str, T]:
        """What it holds."""

    def __getitem__(self, name: str) -> T:
        return self._content()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content())

    def __len__(self) -> int:
        return len(self._content())

    def items(self) -> ItemsView[str, T]:
        """Everything at once: what is fetched each time is fetched once."""
        return self._content().items()

    def __repr__(self) -> str:
        return repr(self._content())


class Later(_Unread[T]):
    """A mapping kept as text until it is read.

    Parameters
    ----------
    text
        A JSON object.
    read
        Turns each of its values into what it stands for.
    """

    __slots__ = ("_found", "_read", "text")

    def __init__(self, text: str, read: Callable[[Any], T]) -> None:
        self.text, self._read = text, read
        self._found: dict[str, T] | None = None

    def _content(self) -> Mapping[str, T]:
        if self._found is None:
            self._found = {name: self._read(value) for name, value in json.loads(self.text).items()}
        return self._found


class Kept(_Unread[Any]):
    """A mapping that stays where it is, is fetched each time, and takes no memory meanwhile.

    Parameters
    ----------
    fetch
        Gives the JSON object that goes by a key.
    """

    __slots__ = ("_fetch", "_key")

    def __init__(self, fetch: Callable[[str], str], key: str) -> None:
        self._fetch, self._key = fetch, key

    def _content(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(self._fetch(self._key))
        return found
