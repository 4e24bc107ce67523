"""Functions called in a process of their own, on one thread, with a deadline and a memory limit.

For what is no oracle: plain PySCF, and the judge. The processor time returned is that of the function,
without the start of the interpreter and its imports. A child ends with the program that called it.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.durable.machine import ROOT
from oracles.contained.endings import die_with_parent

MEMORY_BYTES = 8_000_000_000
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def call(function: str, argument: dict[str, Any], deadline: float) -> dict[str, Any]:
    """Call ``package.module:function`` with a JSON-able argument.

    Returns
    -------
    dict
        ``value`` and ``cpu_seconds``, or ``error``, one sentence; and ``wall_seconds``.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zincloop-child-") as directory:
        job = {"function": function, "argument": argument, "parent": os.getpid()}
        home = Path(directory)
        (home / "job.json").write_text(json.dumps(job), encoding="utf-8")
        found = _watched(home, deadline)
    return {**found, "wall_seconds": time.monotonic() - started}


def _watched(home: Path, deadline: float) -> dict[str, Any]:
    command = [sys.executable, "-m", __spec__.name if __spec__ else __name__, str(home)]
    with (home / "log.txt").open("wb") as log:
        child = subprocess.Popen(
            command,
            cwd=home,
            env={**os.environ, **THREADS, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = child.wait(deadline)
        except subprocess.TimeoutExpired:
            return {"error": f"the deadline of {deadline:g} s passed"}
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    if (home / "answer.json").exists():
        return dict(json.loads((home / "answer.json").read_text(encoding="utf-8")))
    tail = (home / "log.txt").read_text(errors="replace").strip()[-300:]
    return {"error": f"it ended with status {code}: {tail}"}


def main(home: Path) -> None:
    """Answer the call whose ``job.json`` lies in a directory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    job = json.loads((home / "job.json").read_text(encoding="utf-8"))
    die_with_parent(job["parent"])
    module, _, name = job["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    started = time.process_time()
    answer = {"value": function(job["argument"]), "cpu_seconds": time.process_time() - started}
    partial = home / "answer.part"
    partial.write_text(json.dumps(answer, allow_nan=False), encoding="utf-8")
    partial.replace(home / "answer.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
