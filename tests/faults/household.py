"""All processes of a campaign, whoever started them: they inherit a mark in their environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

MARK = "ZINCLOOP_TEST_HOUSEHOLD"
Found = TypeVar("Found")


def awaited(what: str, look: Callable[[], Found], seconds: float = 180.0) -> Found:
    """Look until something is found, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"no {what} within {seconds:g} s"
        time.sleep(0.02)
    return found


class Household:
    """The processes that carry a name of one's own, from :data:`MARK` in the environment on.

    Parameters
    ----------
    log
        Where those started here write to.
    """

    def __init__(self, name: str, log: Path) -> None:
        self.name, self.log = name, log

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Start ``zincloop`` with arguments."""
        with self.log.open("ab") as log:
            return subprocess.Popen(self._command(arguments), stdout=log, stderr=log, env=self._environment())

    def told(self, *arguments: str | Path) -> str:
        """Run ``zincloop`` to its good end; returns what it says, on one line."""
        command, environment = self._command(arguments), self._environment()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        return " ".join(done.stdout.split())

    def kill_all(self) -> None:
        """End every process at once, as a machine does that loses its power."""
        while alive := self.alive():
            for number in alive:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.02)

    def alive(self) -> Mapping[int, str]:
        """Process -> command line; what has ended and was not reaped yet is not alive."""
        mark, found = f"{MARK}={self.name}".encode(), {}
        for home in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (home / "environ").read_bytes().split(b"\0"):
                    found[int(home.name)] = (home / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # another user's, or gone
                continue
        return found

    def asleep(self) -> bool:
        """Whether nothing is left of a campaign but the process that waits, and perhaps the laboratory's."""
        commands = [c for c in self.alive().values() if " lab serve " not in c]
        return len(commands) == 1 and " flows.waiting " in commands[0]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, MARK: self.name}

    @staticmethod
    def _command(arguments: tuple[str | Path, ...]) -> list[str]:
        return [sys.executable, "-m", "flows.cli", *map(str, arguments)]
