"""A clock that is wrong, in every program that finds this on its path and is told by how much."""

from __future__ import annotations

import os
import time

if (behind := float(os.environ.get("ZINCLOOP_TEST_CLOCK_BEHIND", "0"))) > 0:
    _now, _now_ns = time.time, time.time_ns
    time.time = lambda: _now() - behind
    time.time_ns = lambda: _now_ns() - int(behind * 1e9)
