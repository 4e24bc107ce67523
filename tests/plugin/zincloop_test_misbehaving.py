"""An oracle that does on demand everything a calculation can do wrong."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from loop.molecule import Molecule
from loop.protocols import ConvergenceError
from loop.records import Cost, Measurement, OracleProtocol, Property, Value
from oracles.contained import abreast


def _work(_: int) -> None:
    until = time.process_time() + 1.0
    while time.process_time() < until:
        pass


def _hang(scratch: Path, k: int) -> None:
    (scratch / f"part{k}").write_text(str(os.getpid()))
    time.sleep(600)


class Misbehaving(BaseModel):
    """Fails in the way its setting names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["misbehaving"] = "misbehaving"
    manner: str = "hang"

    @property
    def exact(self) -> bool:
        return False

    @property
    def properties(self) -> tuple[Property, ...]:
        return (Property("trouble", "eV", "never measured"),)

    def protocol(self) -> OracleProtocol:
        return OracleProtocol(self.kind, "misbehaving", {"manner": self.manner}, "Fails.")

    def refusal(self, molecule: Molecule) -> str | None:
        return None

    def expected_cpu_seconds(self, molecule: Molecule) -> float:
        return 1.0

    def measure(self, molecule: Molecule, scratch: Path) -> Measurement:
        if self.manner == "hang":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            (scratch / "grandchild").write_text(str(child.pid))
            time.sleep(600)
        if self.manner == "spin":  # holds the interpreter: no Python-level timeout could end it
            while True:
                pow(7, 10**7, 10**9 + 7)
        if self.manner == "parts hang":
            [*abreast.answers(partial(_hang, scratch), range(4))]
        if self.manner == "parts spend":
            [*abreast.answers(_work, range(2))]
        if self.manner == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.manner == "memory":
            bytearray(40 * 10**9)
        if self.manner == "exit":
            os._exit(3)
        if self.manner == "not converged":
            raise ConvergenceError("the SCF did not converge in 50 cycles")
        if self.manner == "bug":
            raise ZeroDivisionError("division by zero")
        value = {"nan": math.nan, "inf": math.inf}.get(self.manner, -1.0)
        unit = "kcal/mol" if self.manner == "unit" else "eV"
        return Measurement((Value("trouble", value, unit, 0.1),), Cost(0.0, 0.0))
