"""A systemd user unit that keeps a campaign going without Prefect's schedules."""

from __future__ import annotations

import os
import sys

from flows.opening import Opened
from flows.statuses import PAUSED, USER_ERROR

UNIT = """\
# zincloop: the campaign '{name}'. Written to {place}, it is kept going with
#   systemctl --user daemon-reload && systemctl --user enable --now zincloop-{name}
#   loginctl enable-linger    # also while nobody is logged in, and after a restart
[Unit]
Description=zincloop campaign {name}
# However often it takes: a server may be away for days.
StartLimitIntervalSec=0

[Service]
ExecStart={python} -m flows.cli run {directory}
Environment=OMP_NUM_THREADS={threads}
{environment}\
# Addresses of notifications and the like: lines NAME=value, readable only by you.
EnvironmentFile=-{secrets}
Restart=on-failure
RestartSec=60
# {user_error}: a person has to correct something; {paused}: the campaign is paused.
RestartPreventExitStatus={user_error} {paused}
# How it ends when it is stopped.
SuccessExitStatus=143
KillMode=mixed
TimeoutStopSec=90

[Install]
WantedBy=default.target
"""


def unit(opened: Opened) -> str:
    """The unit, for ``~/.config/systemd/user/zincloop-NAME.service``."""
    name = opened.assembled.definition.name
    directory, path = opened.store.directory.resolve(), os.environ.get("PYTHONPATH")
    return UNIT.format(
        name=name,
        place=f"~/.config/systemd/user/zincloop-{name}.service",
        python=_word(sys.executable),
        directory=_word(str(directory)),
        secrets=str(directory / "environment").replace("%", "%%"),
        threads=os.environ.get("OMP_NUM_THREADS", "1"),
        environment=f'Environment="PYTHONPATH={_escaped(path)}"\n' if path else "",
        user_error=USER_ERROR,
        paused=PAUSED,
    )


def _word(text: str) -> str:
    """A word of a command line in a unit, where dollars mean something, too."""
    return '"' + _escaped(text).replace("$", "$$") + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
