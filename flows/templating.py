"""The commented campaign file that ``zincloop init`` writes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flows.store import StoreError


def write_template(path: Path) -> None:
    """Write the template, never over an existing file.

    Raises
    ------
    StoreError
        If the file exists or its directory cannot be written.
    """
    text = (files("flows") / "templates" / "campaign.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise StoreError(f"{path}: exists already; name another file or remove it") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error
