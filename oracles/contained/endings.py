"""How a process comes to its end: with its parent, by somebody's hand, or for want of memory."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from loop.records import FailureKind

PR_SET_PDEATHSIG = 1

FROM_OUTSIDE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals by which a person or a system ends programs."""

KINDS: dict[int, FailureKind] = {
    signal.SIGKILL: FailureKind.RESOURCE,
    **dict.fromkeys(FROM_OUTSIDE, FailureKind.TRANSIENT),
}
"""Signal that ended a calculation -> kind of the failure; any other is unknown."""


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the thread that started it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)


def heed_signals() -> None:
    """Let signals from outside end this process, whatever the one it was forked from does with them."""
    for number in FROM_OUTSIDE:
        signal.signal(number, signal.SIG_DFL)


def died_of(number: int) -> str:
    """Say what a signal did, and why it is sent as a rule."""
    said = f"died of {signal.Signals(number).name}"
    if number == signal.SIGKILL:
        said += ", most likely because the machine ran out of memory"
    return said
