"""Rows of tokens, packed and padded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generators.latent.rows import END, Rows

TOKENS = st.lists(st.lists(st.integers(1, 400), max_size=12), min_size=1, max_size=20)


@given(TOKENS, st.data())
def test_rows_come_back_padded_with_the_end_token(rows: list[list[int]], data: st.DataObject) -> None:
    packed = Rows.of([np.array(row, dtype=np.int64) for row in rows])
    assert len(packed) == len(rows)
    which = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1))
    padded = packed.padded(np.array(which))
    longest = max(1, *(len(rows[k]) for k in which)) if len(which) > 1 else max(1, len(rows[which[0]]))
    assert padded.shape == (len(which), longest)
    for line, k in zip(padded.tolist(), which, strict=True):
        assert line == rows[k] + [END] * (longest - len(rows[k]))
