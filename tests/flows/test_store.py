from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from flows import opening
from flows.opening import begin_or_resume, existing
from flows.store import Store, StoreError


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_second_holder_is_told_who_has_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with (
        store.locked(),
        pytest.raises(StoreError, match=r"another zincloop \(process \d+\)"),
        Store(tmp_path).locked(),
    ):
        pass
    with store.locked():
        pass


def test_a_full_disk_is_refused_before_anything_is_written(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(StoreError, match="only 1 MB are free"):
        begin_or_resume(quick, None)
    assert [p.name for p in quick.parent.iterdir()] == ["quick.toml"]


def test_a_place_that_cannot_be_written_is_named(quick: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be created"):
        begin_or_resume(quick, tmp_path / "file" / "campaign")


def test_a_campaign_begun_can_be_opened_from_file_and_directory(quick: Path) -> None:
    opened = begin_or_resume(quick, None)
    opening.commit(opened)
    for path in (quick, quick.parent / "quick"):
        again = existing(path)
        assert again.assembled.definition == opened.assembled.definition
        assert again.assembled.digest == opened.assembled.digest


def test_a_directory_without_campaign_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no campaign was begun here"):
        existing(tmp_path)
