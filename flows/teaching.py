"""Generators as they are after what a campaign has taught them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from loop.campaign import State, Teaching
from loop.decisions import Teach
from loop.protocols import Generator, Learner
from loop.seats import Parts


class NotALearnerError(TypeError):
    """A generator is to be taught that cannot learn."""


def carried_out(lesson: Teach, parts: Parts, folder: Path) -> Teaching:
    """Teach the generator, or take what it learned from the same lesson before.

    Parameters
    ----------
    parts
        As the campaign began: every lesson is one for the generator of the campaign file.
    folder
        Where what was learned is kept.
    """
    learned = _learner(parts.sources[lesson.source].generator).learned(lesson.lesson, lesson.seed, folder)
    return Teaching(
        lesson.number, lesson.source, lesson.lesson, lesson.seed, learned.kept, dict(learned.account)
    )


def as_taught(parts: Parts, state: State, folder: Path) -> Parts:
    """The parts with every generator as it is after the last lesson it kept.

    What was learned is found in ``folder`` or, where that was deleted, learned again from the ledger. The
    space in which a surrogate looks stays that of the campaign file.
    """
    last = {teaching.source: teaching for teaching in state.teachings if teaching.kept}
    if not last:
        return parts
    sources = list(parts.sources)
    for k, teaching in last.items():
        sources[k] = replace(sources[k], generator=_after(sources[k].generator, teaching, folder))
    return replace(parts, sources=sources)


def _after(generator: Generator, teaching: Teaching, folder: Path) -> Generator:
    return _learner(generator).learned(teaching.lesson, teaching.seed, folder).generator


def _learner(generator: Generator) -> Learner:
    if not isinstance(generator, Learner):
        raise NotALearnerError(f"a generator of kind '{generator.kind}' cannot be taught")
    return generator
