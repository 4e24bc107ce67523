"""Contained execution: one calculation, one killable child process, one outcome on disk."""

from oracles.contained.job import Containment, Job, run

__all__ = ["Containment", "Job", "run"]
