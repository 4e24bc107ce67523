"""Contained execution: one calculation, one killable process, one outcome on disk."""

from oracles.contained.answering import NOT_INSTALLED, answer_here
from oracles.contained.job import Containment, Job, run
from oracles.contained.starting import close

__all__ = ["NOT_INSTALLED", "Containment", "Job", "answer_here", "close", "run"]
