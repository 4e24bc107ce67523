"""OpenBLAS is told a processor that it knows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oracles.chemistry import kernels

NEW = "processor\t: 0\nflags\t\t: fpu sse2 avx avx2 fma bmi2 avx512f\n\nprocessor\t: 1\nflags\t\t: fpu\n"
OLD = "processor\t: 0\nflags\t\t: fpu sse2 avx\n"


@pytest.fixture
def cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kernels, "CPU", tmp_path / "cpuinfo")
    monkeypatch.delenv(kernels.VARIABLE, raising=False)
    return tmp_path / "cpuinfo"


def test_a_processor_with_the_instructions_is_named_one_without_or_unknown_is_not(cpu: Path) -> None:
    kernels.tell_openblas()
    assert kernels.VARIABLE not in os.environ, "there is nothing to read"
    cpu.write_text(OLD)
    kernels.tell_openblas()
    assert kernels.VARIABLE not in os.environ
    cpu.write_text(NEW)
    kernels.tell_openblas()
    assert os.environ[kernels.VARIABLE] == kernels.KERNEL


def test_the_choice_of_the_user_stays(cpu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cpu.write_text(NEW)
    monkeypatch.setenv(kernels.VARIABLE, "Zen")
    kernels.tell_openblas()
    assert os.environ[kernels.VARIABLE] == "Zen"


def test_pyscf_multiplies_with_a_kernel_that_was_named() -> None:
    assert kernel_of_pyscf({kernels.VARIABLE: "Nehalem"}) == "Nehalem"
    named = kernel_of_pyscf({})
    assert named == kernels.KERNEL or not kernels.instructions() >= kernels.NEEDED


def kernel_of_pyscf(more: dict[str, str]) -> str:
    """What the OpenBLAS of PySCF, the last to be loaded, says it takes."""
    program = "import oracles.chemistry, pyscf.lib"
    kept = {name: value for name, value in os.environ.items() if name != kernels.VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=kept | more | {"OPENBLAS_VERBOSE": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    return (done.stderr + done.stdout).split("Core: ")[-1].split()[0]
