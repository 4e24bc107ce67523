"""A process from which calculations are forked.

A fresh interpreter that imports RDKit and PySCF takes one to two seconds of CPU time, a fork of one that has
them already takes milliseconds. The nursery itself never calculates, so that no thread of a library lives
when it forks; each calculation gets a process and a session of its own and can be killed with all it started.

It ends, and everything forked from it, when the program that started it closes its socket or dies.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from loop.parts import load
from oracles.contained import child
from oracles.contained.endings import FROM_OUTSIDE, die_with_parent, heed_signals

MESSAGE_BYTES = 65_536

PRELOAD = "preload"
"""Name of a function in an oracle's module that does what each of its calculations begins with: imports."""


class Nursery:
    """Forks a calculation for each job it is sent, and tells how it ended.

    Parameters
    ----------
    control
        Brings one job a message (JSON with ``directory`` and ``oracle``), with a socket for what becomes of
        it: first its process, at last its exit status and CPU seconds.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._jobs: dict[int, socket.socket] = {}
        self._known: set[str] = set()

    def serve(self) -> None:
        """Fork and reap until the other end of the socket is closed."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(woken, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # Whoever stops the program sends these to all its processes; it ends with the program's socket.
        for number in FROM_OUTSIDE:
            signal.signal(number, signal.SIG_IGN)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if woken in ready:
                    os.read(woken, MESSAGE_BYTES)
                    self._reap()
                if self._control.fileno() in ready and not self._take():
                    break
        for pid in self._jobs:
            sweep(pid)

    def _take(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        if not message:
            return False
        job = json.loads(message)
        with socket.socket(fileno=descriptors[0]) as answer:
            self._warm(job["oracle"])
            parent, pid = os.getpid(), os.fork()
            if pid == 0:
                _be_child(Path(job["directory"]), parent)
            self._jobs[pid] = answer.dup()
            _tell(answer, {"pid": pid})
        return True

    def _warm(self, oracle: str) -> None:
        """Import what every calculation of an oracle needs; what is wrong with it is the calculation's."""
        if oracle in self._known:
            return
        self._known.add(oracle)
        try:
            module = sys.modules[load("oracles", oracle).__module__]
            getattr(module, PRELOAD, _nothing)()
        except Exception as error:  # noqa: BLE001 - a calculation that cannot import it says where in its log
            sys.stderr.write(f"oracle {oracle} cannot be loaded: {type(error).__name__}: {error}\n")
        # What is there is never freed, and a collection would copy its pages into every child.
        gc.collect()
        gc.freeze()

    def _reap(self) -> None:
        while self._jobs:
            # Looked at before it is taken away: until then its number is not given to another process.
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            if ended is None:
                return
            sweep(ended.si_pid)
            pid, status, usage = os.wait4(ended.si_pid, 0)
            with self._jobs.pop(pid) as answer:
                code = os.waitstatus_to_exitcode(status)
                _tell(answer, {"code": code, "cpu_seconds": usage.ru_utime + usage.ru_stime})


def sweep(group: int) -> None:
    """Kill a calculation with everything it started."""
    for kill in (os.killpg, os.kill):  # the group is there once the calculation has made it
        try:
            kill(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _nothing() -> None:
    """What most oracles have to preload."""


def _tell(answer: socket.socket, what: dict[str, float]) -> None:
    try:
        answer.sendall(json.dumps(what).encode() + b"\n")
    except OSError:  # nobody waits for it any more
        return


def _be_child(directory: Path, parent: int) -> NoReturn:
    """Calculate in a session, with files and signals of its own; never returns."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        heed_signals()
        log = os.open(directory / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for descriptor in (1, 2):
            os.dup2(log, descriptor)
        # Sockets of other jobs would not close with their owners.
        os.closerange(3, min(os.sysconf("SC_OPEN_MAX"), 65_536))
        die_with_parent(parent)
        child.main(directory)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it is, it ends this process and no other
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(descriptor: int) -> None:
    """Be the nursery at the other end of a socket."""
    Nursery(socket.socket(fileno=descriptor)).serve()
