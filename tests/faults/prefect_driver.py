"""Run a campaign under Prefect, kill its server in mid-round: ``-m tests.faults.prefect_driver FILE``."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from flows.conduct import Conductor
from flows.opening import begin_or_resume, commit
from flows.server import prefect_server
from tests.conftest import conducting


def kill_server_after(conductor: Conductor, answers: int) -> None:
    """Wait for some answers, then kill the one child process that is the server."""
    while len(conductor.ledger.state().answers) < answers:
        time.sleep(0.1)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_text().split("\0")
            except OSError:
                continue
            if "flows.server" in command and str(os.getpid()) in command:
                os.kill(int(entry.name), signal.SIGKILL)
                sys.stdout.write("killed\n")


def main(file: Path) -> None:
    """Run the campaign of a file."""
    opened = begin_or_resume(file, None)
    with (
        opened.store.locked(),
        prefect_server(opened.store.prefect, opened.store.directory / "prefect.log"),
    ):
        from flows.rounds import PrefectRounds  # noqa: PLC0415 - Prefect reads its settings on import

        commit(opened)
        conductor = conducting(opened)
        threading.Thread(target=kill_server_after, args=(conductor, 5), daemon=True).start()
        sys.stdout.write(conductor.conduct(lambda: PrefectRounds(conductor.evaluator)) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
