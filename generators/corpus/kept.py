"""What took minutes to gather, kept under the digest of what it came from, so that it is gathered once."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def place(key: str, cache: Path | None = None) -> Path:
    """Where the table of a digest is kept: in the user's cache directory by default."""
    return (cache or Path(platformdirs.user_cache_path("zincloop")) / "corpora") / f"{key}.parquet"


def write(path: Path, content: bytes) -> None:
    """In one step, so that nobody reads half of it; two that gather at once write the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_suffix(f".{os.getpid()}")
    own.write_bytes(content)
    own.replace(path)
