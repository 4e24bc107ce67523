"""Become ``zincloop run DIRECTORY --no-stay``, and die with the parent: ``-m flows.deploying.child``."""

from __future__ import annotations

import os
import sys

from oracles.contained.endings import die_with_parent

if __name__ == "__main__":
    directory, parent = sys.argv[1:]
    die_with_parent(int(parent))
    # What was asked of the kernel holds for what this process turns into.
    command = [sys.executable, "-m", "flows.cli", "run", directory, "--no-stay"]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter and module, no shell
