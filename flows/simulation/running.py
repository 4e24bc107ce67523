"""Run every scenario with every seed, side by side; what is done is kept."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import active_children, get_context
from pathlib import Path

import pandas as pd
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from flows import terminal
from flows.simulation.replaying import Simulation, open_simulation, replay
from flows.simulation.report import write_report
from flows.simulation.summary import Summary, summarise
from flows.store import StoreError
from oracles.contained.endings import die_with_parent
from oracles.contained.spool import write_text

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Simulated:
    """Where the results are, and what they say."""

    directory: Path
    summary: Summary


def run_simulation(path: Path, directory: Path | None) -> Simulated:
    """Replay what is not replayed yet, then write ``results.csv``, ``summary.csv`` and ``report.html``.

    Raises
    ------
    CampaignFileError
        If the simulation file or its table cannot be used.
    StoreError
        If the directory belongs to another simulation.
    """
    simulation = open_simulation(path)
    file, mark = simulation.file, simulation.fingerprint
    home = directory or path.parent / f"{path.stem}-simulation"
    runs = home / "runs"
    _claim(home, mark, path)
    runs.mkdir(exist_ok=True)
    jobs = [(s.name, file.seed + k) for k in range(file.seeds) for s in file.scenarios]
    _replay_missing(path.resolve(), simulation, runs, jobs)
    results = pd.concat([pd.read_csv(_kept(runs, *job)) for job in jobs], ignore_index=True)
    first = ["scenario", "seed", "round", "evaluations"]
    results = results[[*first, *(c for c in results.columns if c not in first)]]
    summary = summarise(results)
    write_text(home / "results.csv", results.to_csv(index=False))
    write_text(home / "summary.csv", summary.table.to_csv(index=False))
    write_report(home / "report.html", simulation, results, summary)
    return Simulated(home, summary)


def _replay_missing(path: Path, simulation: Simulation, runs: Path, jobs: Sequence[tuple[str, int]]) -> None:
    """Run what is not kept yet in child processes; an interruption ends them and keeps what is done."""
    missing = [job for job in jobs if not _kept(runs, *job).exists()]
    workers, mark = min(simulation.file.workers, max(len(missing), 1)), simulation.fingerprint
    with (
        _one_thread_each(),
        _progress(len(jobs), len(jobs) - len(missing)) as advance,
        ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_in_child, initargs=(os.getpid(),)
        ) as pool,
    ):
        try:
            futures = {pool.submit(_replay_in_child, path, mark, *job): job for job in missing}
            for future in as_completed(futures):
                write_text(_kept(runs, *futures[future]), future.result().to_csv(index=False))
                advance()
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()
            if isinstance(error, KeyboardInterrupt):
                kept = sum(_kept(runs, *job).exists() for job in jobs)
                said = f"stopped; {kept} of {len(jobs)} simulations are kept, the same command goes on"
                terminal.console(stderr=True).print(said, highlight=False)
                raise SystemExit(130) from None
            raise


def _in_child(parent: int) -> None:
    """End with the parent, who alone hears the user's interruption."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(parent)


def _replay_in_child(path: Path, mark: str, scenario: str, seed: int) -> pd.DataFrame:
    return replay(_opened(path, mark), scenario, seed)


@lru_cache(maxsize=1)
def _opened(path: Path, mark: str) -> Simulation:
    """Read once in each child process.

    Raises
    ------
    StoreError
        If the file or its table is no longer what the parent read.
    """
    simulation = open_simulation(path)
    if simulation.fingerprint != mark:
        raise StoreError(f"{path}: the file or its table changed while it was simulated; start again")
    return simulation


def _claim(home: Path, mark: str, path: Path) -> None:
    """Make the directory this simulation's; one changed in its strategies or labels needs another."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{home}: cannot be created: {error.strerror}") from error
    owner = home / "simulation"
    if owner.exists() and owner.read_text(encoding="utf-8") != mark:
        raise StoreError(
            f"{home}: holds results of another simulation, or {path.name} or its table changed since; "
            "give another --directory, or remove it"
        )
    write_text(owner, mark)


def _kept(runs: Path, scenario: str, seed: int) -> Path:
    return runs / f"{scenario.replace(' ', '_')}--{seed}.csv"


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Children inherit one thread of linear algebra: many small matrices gain nothing from two."""
    former = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


@contextmanager
def _progress(total: int, done: int) -> Iterator[Callable[[], None]]:
    console = terminal.console(stderr=True)
    columns = (TextColumn("simulations"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=total, completed=done)
        yield lambda: progress.advance(bar)
