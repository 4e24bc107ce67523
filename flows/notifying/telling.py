"""From where a campaign stands, and what was told of it, to what there is to tell."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from flows.notifying.message import Kind, Message
from flows.summary import names, spending
from loop.asking import to_compute
from loop.campaign import State
from loop.definition import Definition
from loop.molecule import Molecule
from loop.seats import Parts

SHOWN = 5
"""Molecules named where a message sums up."""


def news(definition: Definition, parts: Parts, state: State, told: AbstractSet[str]) -> list[Message]:
    """What is new at a decision."""
    found = (pareto(definition, state, told), laboratory(definition, parts, state, told))
    return [message for message in found if message is not None]


def pareto(definition: Definition, state: State, told: AbstractSet[str]) -> Message | None:
    """Molecules that are new on the Pareto front; the first message sums up what there is.

    While the initial design is being answered nearly every answer is new on the front: nothing is told then.
    """
    if _designing(state):
        return None
    front = state.pareto(definition.objectives)
    marks = {molecule: f"pareto {molecule.smiles}" for molecule in front}
    new = [molecule for molecule in front if marks[molecule] not in told]
    if not new:
        return None
    if any(mark.startswith("pareto ") for mark in told):
        title = f"{definition.name}: {_counted(len(new), 'molecule')} new on the Pareto front"
        text = _lines(definition, state, new)
    else:
        complete = len(state.complete(definition.objectives)[0])
        counted = _counted(len(front), "molecule")
        title = f"{definition.name}: {counted} on the Pareto front, of {complete} measured"
        text = _lines(definition, state, front[:SHOWN])
    return Message(Kind.PARETO, title, text, frozenset(marks.values()))


def laboratory(definition: Definition, parts: Parts, state: State, told: AbstractSet[str]) -> Message | None:
    """Molecules that only people can measure, once programs have answered; those told of are not news."""
    if to_compute(parts, state):
        return None
    marks = {request: f"laboratory {request.key}" for request in state.pending}
    new = {request.molecule for request, mark in marks.items() if mark not in told}
    if not new:
        return None
    title = f"{definition.name}: {_counted(len(new), 'molecule')} to be measured"
    known = names(state)
    text = "\n".join(_name(m, known) for m in state.asked if m in new)
    more = len(state.awaited) - len(new)
    if more:
        text += f"\nand {_counted(more, 'molecule')} asked about before"
    text += "\n'zincloop lab requests' writes what is asked, 'zincloop lab import' takes in what was found"
    return Message(Kind.LABORATORY, title, text, frozenset(marks.values()))


def end(definition: Definition, state: State, told: AbstractSet[str]) -> Message | None:
    """That the campaign has ended, why, and its best molecules."""
    mark = f"end {state.evaluations} {state.closed}"
    if state.closed is None or mark in told:
        return None
    spent = "; ".join(f"{s.name} {s}" for s in spending(definition, state))
    best = _lines(definition, state, state.pareto(definition.objectives)[:SHOWN])
    text = f"{spent}\nbest balanced:\n{best}" if best else spent
    return Message(Kind.END, f"{definition.name} has ended: {state.closed}", text, frozenset({mark}))


def start(definition: Definition, state: State) -> Message:
    """That a program works on the campaign."""
    spent = "; ".join(f"{s.name} {s}" for s in spending(definition, state))
    return Message(Kind.START, f"{definition.name}: a run starts", spent)


def pause(definition: Definition, reason: str) -> Message:
    """That the campaign has not ended and does not go on before a person has looked."""
    text = f"{reason}\nlook at it, then go on with 'zincloop run'"
    return Message(Kind.PAUSED, f"{definition.name} is paused", text)


def error(
    definition: Definition, problem: BaseException, answers: int, told: AbstractSet[str]
) -> Message | None:
    """That the program has ended with an error; once, however often it is started and comes to the same.

    Parameters
    ----------
    answers
        Answers in the ledger when it was last read.
    """
    said = f"{type(problem).__name__}: {problem}"
    mark = f"error after {answers} answers: {said}"
    if mark in told:
        return None
    text = f"{said}\nsee zincloop.log; the same command goes on"
    return Message(Kind.ERROR, f"{definition.name}: a run ended with an error", text, frozenset({mark}))


def _designing(state: State) -> bool:
    designed = all(r.notes.get("stage") == "initial design" for r in state.rounds)
    return designed and any(molecule in state.awaited for molecule in state.asked)


def _lines(definition: Definition, state: State, molecules: list[Molecule]) -> str:
    known = names(state)
    return "\n".join(f"{_name(m, known)}: {_values(definition, state, m)}" for m in molecules)


def _values(definition: Definition, state: State, molecule: Molecule) -> str:
    found = [state.values[o.property][molecule] for o in definition.objectives]
    return ", ".join(
        f"{v.property} {v.value:.2f} ± {v.uncertainty:.2f} {v.unit}".removesuffix(" 1") for v in found
    )


def _name(molecule: Molecule, known: dict[Molecule, str]) -> str:
    name = known.get(molecule, str(molecule))
    return name if name == str(molecule) else f"{name} ({molecule})"


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
