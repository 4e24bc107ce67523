"""Jobs of a batch system: what their scripts ask for, and the machinery around them with real processes."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dask_jobqueue.local
import pytest

from flows.executors import AwayError
from flows.executors.dask import DaskExecutor
from flows.executors.jobs import SYSTEMS, job_cluster
from loop.protocols import PartError
from loop.records import Failure, FailureKind, Measurement
from tests.flows.executors.conftest import (
    LIMITS,
    await_,
    misbehaving,
    never,
    parent,
    pid_in,
    surface,
    workers,
)
from tests.processes import alive

ASKED: dict[str, Any] = {
    "at_once": 3,
    "queue": "long",
    "account": "zn-42",
    "walltime": "12:00:00",
    "prologue": ["module load python/3.11"],
}
SLURM = ["-p long", "-A zn-42", "-t 12:00:00", "--cpus-per-task=6", "--mem=14G", "--gres=gpu:0"]
PBS = ["-q long", "-A zn-42", "-l walltime=12:00:00", "-l select=1:ncpus=6:mem=14GB", "--gres=gpu:0"]


@pytest.mark.parametrize(("kind", "head", "lines"), [("slurm", "#SBATCH", SLURM), ("pbs", "#PBS", PBS)])
def test_a_script_asks_for_what_the_campaign_file_says(
    tmp_path: Path, kind: str, head: str, lines: list[str]
) -> None:
    table = workers(8, kind=kind, **ASKED, directives=["--gres=gpu:0"])
    table = table.model_copy(update={"threads": 2})
    left = tmp_path / ".dask" / ".dask-jobqueue.worker.key.of_a_killed_program"
    left.parent.mkdir()
    left.touch()
    assert table.cluster is not None
    with job_cluster(table, table.cluster, 4.0, tmp_path / ".dask") as cluster:
        script = cluster.job_script()
        certificates = [p for p in (tmp_path / ".dask").iterdir() if str(p) in script]
        assert len(certificates) == 3
        assert {p.stat().st_mode & 0o777 for p in certificates} == {0o600}
    for line in lines:
        assert f"{head} {line}" in script, script
    prologue, _, command = script.partition("distributed.cli.dask_worker tls://")
    assert "module load python/3.11\n" in prologue
    assert " --nthreads 3 --no-dashboard" in command
    for option in ("--tls-key", "--tls-cert", "--tls-ca-file"):
        assert option in command
    assert not left.exists()


def test_memory_of_a_job_can_be_given(tmp_path: Path) -> None:
    table = workers(2, kind="slurm", memory_gb=30)
    assert table.cluster is not None
    with job_cluster(table, table.cluster, 4.0, tmp_path) as cluster:
        assert "#SBATCH --mem=28G" in cluster.job_script()  # 30 GB are 28 GiB


@pytest.fixture
def processes(tally: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch system whose jobs are processes of this machine."""
    monkeypatch.setitem(SYSTEMS, "slurm", dask_jobqueue.local.LocalCluster)


@pytest.mark.slow
def test_jobs_come_with_the_work_are_replaced_and_end_with_the_run(
    processes: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.executors.places.KEEP_SECONDS", 1.0)
    gate = tmp_path / "gate"
    jobs = [surface(tmp_path, name, str(gate)) for name in ("first", "second", "third")]
    with (
        DaskExecutor(workers(2, kind="slurm"), 4.0, tmp_path / ".dask") as executor,
        ThreadPoolExecutor(3) as pool,
    ):
        lost = pool.submit(executor.run, misbehaving(tmp_path, "hang"), LIMITS, never)
        grandchild = pid_in(tmp_path / "jobs" / "hang" / "grandchild")
        first, second = (pool.submit(executor.run, job, LIMITS, never) for job in jobs[:2])
        await_(lambda: any((job.directory / "pid").exists() for job in jobs))
        beside = pid_in(next(job.directory / "pid" for job in jobs if (job.directory / "pid").exists()))
        job = parent(parent(parent(parent(grandchild))))  # worker and its nanny
        os.kill(job, signal.SIGKILL)
        outcome = lost.result(timeout=30)
        assert isinstance(outcome, Failure)
        assert outcome.kind == FailureKind.TRANSIENT
        places = {pid_in(j.directory / "pid") for j in jobs[:2]}
        assert len(places) == 2
        assert beside in places
        assert alive(beside)
        gate.touch()
        assert isinstance(first.result(timeout=30), Measurement)
        assert isinstance(second.result(timeout=30), Measurement)
        last = {parent(parent(pid)) for pid in places if alive(pid)}
        assert isinstance(executor.run(jobs[2], LIMITS, never), Measurement)
    await_(lambda: not any(map(alive, last)), 20)


def test_a_job_that_cannot_be_submitted_is_one_sentence(tally: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    with (
        DaskExecutor(workers(2, kind="pbs"), 4.0, tmp_path / ".dask") as executor,
        pytest.raises(PartError, match=r"workers.cluster: no job can be submitted: .*qsub"),
    ):
        executor.run(surface(tmp_path, "unsubmitted"), LIMITS, never)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        (
            "sbatch: error: submission failed: Unable to contact slurm controller (connect failure)",
            True,
        ),
        ("sbatch: error: invalid partition specified: lang", False),
    ],
)
def test_a_batch_system_that_is_away_is_told_from_a_job_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, passes: bool
) -> None:
    sbatch = tmp_path / "bin" / "sbatch"
    sbatch.parent.mkdir()
    sbatch.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", f"{sbatch.parent}:{os.environ['PATH']}")
    with (
        DaskExecutor(workers(2, kind="slurm"), 4.0, tmp_path / ".dask") as executor,
        pytest.raises(PartError, match="no job can be submitted") as refused,
    ):
        executor.run(surface(tmp_path, "unsubmitted"), LIMITS, never)
    assert isinstance(refused.value, AwayError) == passes
