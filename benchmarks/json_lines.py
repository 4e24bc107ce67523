"""Files of JSON objects, one a line, that only grow and survive a kill."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def read(file: Path) -> Iterator[dict[str, Any]]:
    """Objects of a file that need not exist; a line that a kill cut off is left out."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def append(file: Path, content: Mapping[str, Any]) -> None:
    """Add one more; a line that a kill cut off is ended first, so that the next is none of it."""
    line = json.dumps(content, allow_nan=False).encode() + b"\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as lines:
        if lines.tell():
            lines.seek(-1, os.SEEK_END)
            if lines.read(1) != b"\n":
                line = b"\n" + line
        lines.write(line)
