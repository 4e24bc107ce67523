"""Read a campaign file, and turn everything wrong with it into sentences for its author."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flows.campaign_file.tables import CampaignFile
from loop.parts import nearest

Path_ = tuple[str | int, ...]
MAX_BYTES = 1_000_000
TABLE_TYPES = ("model_type", "model_attributes_type", "dataclass_type", "dict_type")
"""Errors of pydantic where something else stands in the place of a table."""

Model = TypeVar("Model", bound=BaseModel)


class CampaignFileError(Exception):
    """Everything wrong with a campaign file, one sentence each.

    Attributes
    ----------
    problems
        The sentences, in the order of the file.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Source:
    """A campaign file's text, so that a problem can name its line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if path.stat().st_size > MAX_BYTES:
                raise CampaignFileError([f"{path}: larger than {MAX_BYTES} bytes; this is no campaign file"])
            self.text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise CampaignFileError(
                [f"{path}: there is no such file; 'zincloop init {path}' writes a commented one"]
            ) from None
        except OSError as error:
            raise CampaignFileError([f"{path}: cannot be read: {error.strerror}"]) from error
        except UnicodeDecodeError as error:
            raise CampaignFileError([f"{path}: not a text file (UTF-8), see byte {error.start}"]) from error
        try:
            self.content = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise CampaignFileError([f"{path}: not valid TOML: {error}"]) from error

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Source:
        """A campaign file that is already in hand, as stored in a ledger."""
        source = cls.__new__(cls)
        source.path, source.text, source.content = Path("the stored campaign"), "", dict(content)
        return source

    def problem(self, where: Path_, sentence: str) -> str:
        """Prefix a sentence with file, line and field."""
        line = self._line(where)
        at = f"{self.path}, line {line}" if line else f"{self.path}"
        field = _field(where)
        return f"{at}: {field}: {sentence}" if field else f"{at}: {sentence}"

    def _line(self, where: Path_) -> int | None:
        """Find the line of a key by walking headers; ``None`` where the file does not have it."""
        table: Path_ = ()
        arrays: dict[Path_, int] = {}
        best: int | None = None
        for number, line in enumerate(self.text.splitlines(), start=1):
            if match := re.match(r"\s*\[\[\s*([\w.\-]+)\s*\]\]", line):
                *outer, name = match[1].split(".")
                array = (*_inside(outer, arrays), name)
                arrays[array] = arrays.get(array, -1) + 1
                table = (*array, arrays[array])
            elif match := re.match(r"\s*\[\s*([\w.\-]+)\s*\]", line):
                table = _inside(match[1].split("."), arrays)
            elif (match := re.match(r"""\s*["']?([\w\-]+)["']?\s*=""", line)) is None:
                continue
            else:
                key = (*table, match[1])
                if where[: len(key)] == key:
                    return number
                continue
            if table and where[: len(table)] == table:
                best = number
        return best


def _inside(names: Sequence[str], arrays: Mapping[Path_, int]) -> Path_:
    """The place that a header names: below an array of tables it is in the last one begun."""
    place: Path_ = ()
    for name in names:
        place = (*place, name)
        if place in arrays:
            place = (*place, arrays[place])
    return place


def _field(where: Path_) -> str:
    text = ""
    for part in where:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read(path: Path) -> tuple[CampaignFile, Source]:
    """Read and validate a campaign file (its parts are checked when they are assembled).

    Raises
    ------
    CampaignFileError
        Naming every problem with its line.
    """
    source = Source(path)
    return validated(CampaignFile, source.content, source, ()), source


def validated(
    model: type[Model], content: Mapping[str, Any], source: Source, prefix: Path_, extra: Sequence[str] = ()
) -> Model:
    """Validate a table of the file as ``model``.

    Parameters
    ----------
    prefix
        Where the table stands in the file.
    extra
        Further keys allowed in the same table, for suggestions.

    Raises
    ------
    CampaignFileError
        Naming every problem with its line.
    """
    try:
        found = model.model_validate(content)
    except ValidationError as error:
        errors = [e for e in error.errors() if not _follows(e, error.errors())]
        raise CampaignFileError([_sentence(e, model, source, prefix, extra) for e in errors]) from error
    if bent := [source.problem(where, told) for where, told in _bent(content, found, prefix)]:
        raise CampaignFileError(bent)
    return found


def _follows(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list counts as too short only because its elements are wrong."""
    within = (e for e in errors if e is not error and e["loc"][: len(error["loc"])] == error["loc"])
    return error["type"] == "too_short" and next(within, None) is not None


def _bent(given: object, read: object, where: Path_) -> Iterator[tuple[Path_, str]]:
    """Where pydantic made one kind of value of another, so that a slip would pass for what was meant."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            inside = getattr(read, key, None) if isinstance(read, BaseModel) else _item(read, key)
            yield from _bent(value, inside, (*where, key))
    elif isinstance(given, list) and isinstance(read, list | tuple) and len(given) == len(read):
        for k, value in enumerate(given):
            yield from _bent(value, read[k], (*where, k))
    elif isinstance(read, bool) and not isinstance(given, bool):
        yield where, f"must be true or false, not {given!r}"
    elif isinstance(read, int | float) and isinstance(given, bool | str) and not isinstance(read, bool):
        yield where, f"must be a number, not {'true' if given is True else repr(given)}"


def _item(of: object, key: str) -> object:
    return of.get(key) if isinstance(of, Mapping) else None


def _sentence(
    error: ErrorDetails, model: type[BaseModel], source: Source, prefix: Path_, extra: Sequence[str]
) -> str:
    where = (*prefix, *error["loc"])
    if error["type"] == "extra_forbidden":
        known = [*_keys(model, error["loc"][:-1]), *extra]
        return source.problem(where, f"unknown key; {nearest(str(error['loc'][-1]), known)}")
    if error["type"] == "missing":
        return source.problem(where[:-1], f"the key '{where[-1]}' is missing")
    message = error["msg"].removeprefix("Value error, ")
    given = error["input"]
    if error["type"] == "tuple_type" and isinstance(given, Mapping):
        return source.problem(where, f"write [[{_field(where)}]] above it, as there may be several")
    if error["type"] in TABLE_TYPES:
        shown = isinstance(given, str | int | float) and "://" not in str(given)
        return source.problem(where, "must be a table" + (f", not {given!r}" if shown else ""))
    # A URL is not repeated, for it may hold a password.
    if isinstance(given, str | int | float | bool) and "://" not in str(given):
        message = f"{message[0].lower()}{message[1:]}, not {given!r}"
    return source.problem(where, message)


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Keys known in the table at ``loc``."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            found = _model_in(model.model_fields[part].annotation)
            if found is None:
                return []
            model = found
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation is any object
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a)) is not None), None)
