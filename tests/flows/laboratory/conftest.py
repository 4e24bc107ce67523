"""What the laboratory of a waiting campaign sends back."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.laboratory.asking import open_requests, to_fill_in
from flows.opening import Opened


@pytest.fixture
def filled(waiting: Opened, tmp_path: Path) -> Path:
    """A file with every reading that is asked for."""
    state = waiting.ledger.state()
    table = to_fill_in(open_requests(waiting, state), state)
    table["value"] = [
        f"{95 + k / 10:.1f}" if p == "ce" else f"{40 - k / 10:.1f}" for k, p in enumerate(table["property"])
    ]
    file = tmp_path / "filled.csv"
    table.to_csv(file, index=False)
    return file
