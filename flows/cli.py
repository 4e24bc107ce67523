"""The command line. Everything heavy is imported inside the command that needs it."""

from __future__ import annotations

import contextlib
import errno
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.generating.commands import app as generator
from flows.statuses import AWAY, OWN_ERROR, PAUSED, USER_ERROR

if TYPE_CHECKING:
    from flows.assembly import Assembled

app = typer.Typer(
    name="zincloop",
    help="Discover electrolyte additives for aqueous zinc-ion batteries: propose, compute, learn, repeat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

lab = typer.Typer(help="What is asked of a laboratory, and what it found.", no_args_is_help=True)
app.add_typer(lab, name="lab")
app.add_typer(generator, name="generator")

Campaign = Annotated[
    Path, typer.Argument(help="A campaign file (TOML), or the directory of a campaign already begun.")
]
Directory = Annotated[
    Path | None,
    typer.Option("--directory", "-d", help="Where the campaign lives. [default: its name, beside the file]"),
]


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("campaign.toml"),
) -> None:
    """Write a commented campaign file to start from."""
    from flows.templating import write_template

    write_template(file)
    typer.echo(f"{file} written; edit it, then: zincloop validate {file} && zincloop run {file}")


@app.command()
def validate(campaign: Campaign) -> None:
    """Check a campaign file, and say what it would do. Computes nothing."""
    from flows.views import describe

    describe(_assembled(campaign))


@app.command()
def protocols(
    campaign: Annotated[
        Path | None, typer.Argument(help="Those of a campaign, by its file or directory, instead of all.")
    ] = None,
) -> None:
    """List how oracles arrive at their numbers: what each costs, and how good it is."""
    from flows.protocols import show_protocols

    show_protocols(None if campaign is None else _assembled(campaign))


@app.command()
def run(
    campaign: Campaign,
    directory: Directory = None,
    stay: Annotated[
        bool,
        typer.Option(help="While only the laboratory has to answer: stay, asleep, and go on by itself."),
    ] = True,
) -> None:
    """Run a campaign, or go on with one already begun, until its budget or a stop rule ends it."""
    from flows.opening import begin_or_resume
    from flows.running import run_campaign

    opened = begin_or_resume(campaign, directory)
    ended = run_campaign(opened)
    home = opened.store.directory
    _tell(f"{opened.assembled.definition.name}: {ended.reason}")
    _tell(f"report: {opened.store.report}")
    if ended.waiting is not None:
        _tell(f"what is asked: zincloop lab requests {home}")
        _tell(f"what it found: zincloop lab import {home} FILE.csv")
        if stay:
            from flows.waiting import sleep

            sleep(home, ended.waiting.until)
    if ended.status == PAUSED:
        _tell(f"paused; see {opened.store.log}, mend what is broken, and the same requests are tried again")
    if ended.status or ended.waiting is not None:
        _tell(f"go on with: zincloop run {home}")
    raise typer.Exit(ended.status)


@app.command()
def status(campaign: Campaign) -> None:
    """Show where a campaign stands, in one screen."""
    from flows.opening import existing
    from flows.status import show_status

    show_status(existing(campaign))


@app.command()
def propose(campaign: Campaign, directory: Directory = None) -> None:
    """Show the molecules that would be picked next, and why. Records nothing."""
    from flows.opening import peek
    from flows.views import show_proposal

    show_proposal(*peek(campaign, directory))


@app.command()
def report(campaign: Campaign) -> None:
    """Write the report (one HTML file that needs no network) of a campaign, running or ended."""
    from flows.derived import renew_derived
    from flows.opening import existing

    (page, *structures), trouble = renew_derived(existing(campaign))
    typer.echo(f"report: {page}")
    for path in structures:
        typer.echo(f"structures: {path}")
    if trouble is not None:
        typer.echo(trouble, err=True)


@app.command()
def export(
    campaign: Campaign,
    to: Annotated[Path | None, typer.Option(help="Directory to write to. [default: export/ in it]")] = None,
) -> None:
    """Write molecules and measurements as CSV, and geometries as SDF and for ASE."""
    from flows.exporting import write_export
    from flows.opening import existing

    for path in write_export(existing(campaign), to):
        typer.echo(path)


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A simulation file (TOML) that names a labelled table.")],
    directory: Annotated[
        Path | None, typer.Option("--directory", "-d", help="Where results go. [default: beside the file]")
    ] = None,
) -> None:
    """Replay labelled molecules: which strategy finds the good ones first? Computes nothing."""
    from flows.simulation.running import run_simulation
    from flows.simulation.views import show_summary

    show_summary(run_simulation(file, directory))


@app.command()
def backtest(campaign: Campaign) -> None:
    """Replay a campaign's own measurements, to see what other strategies would have cost."""
    from flows.opening import existing
    from flows.simulation.backtest import write_backtest
    from flows.simulation.running import run_simulation
    from flows.simulation.views import show_summary, warn_of_pool

    file = write_backtest(existing(campaign))
    show_summary(run_simulation(file, file.parent))
    warn_of_pool()


@app.command()
def repair(
    directory: Annotated[Path, typer.Argument(help="The directory of a campaign whose ledger is damaged.")],
) -> None:
    """Put the ledger's backup in its place. What was calculated since is recorded by the next run."""
    from datetime import UTC, datetime

    from flows.repairing import repair as put_back
    from flows.store import Store

    done = put_back(Store(directory))
    if done is None:
        typer.echo(f"{directory}: the ledger is whole; nothing to repair")
        return
    when = datetime.fromtimestamp(done.last, UTC)
    typer.echo(f"{directory}: back to {when:%Y-%m-%d %H:%M} UTC, with {done.answers} answers")
    for path in done.kept:
        typer.echo(f"the damaged file is kept: {path}")
    typer.echo("readings imported since then have to be imported again; calculations are not lost")
    typer.echo(f"go on with: zincloop run {directory}")


@app.command()
def doctor(
    campaign: Annotated[
        Path | None, typer.Argument(help="A campaign file or directory to look at, besides the machine.")
    ] = None,
    directory: Directory = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the oracles' calculations, and Prefect.")
    ] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="Send a test to wherever the campaign's notifications go.")
    ] = False,
) -> None:
    """Look at everything that may stop a campaign while nobody watches; exit status 1 if something does."""
    from flows.doctor.finding import Grade
    from flows.doctor.views import show
    from flows.doctor.visit import visit

    found = show(lambda say: visit(campaign, directory, say, quick, notify))
    raise typer.Exit(int(any(finding.grade is Grade.TROUBLE for finding in found)))


@app.command("validate-oracles")
def validate_oracles(
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="The full table, with coupled cluster and larger molecules; several times as long.",
        ),
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Calculations at a time, of one thread each.")] = 2,
    only: Annotated[
        str | None, typer.Option(help="One group of checks: qm9, paper, coupled-cluster, exchange or ranks.")
    ] = None,
) -> None:
    """Hold computed values against published and stored ones; exit status 1 if something drifted."""
    from flows.validating.choosing import chosen
    from flows.validating.views import show
    from oracles.validation.check import Grade

    groups = chosen(only)
    _heed_signals()
    try:
        found = show(groups, full, workers)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    raise typer.Exit(int(any(verdict.grade is not Grade.OK for verdict in found)))


@app.command()
def deploy(
    campaign: Campaign,
    directory: Directory = None,
    every: Annotated[float, typer.Option(min=0.05, help="Minutes between two looks.")] = 10.0,
    systemd: Annotated[
        bool, typer.Option("--systemd", help="Only print a systemd unit that keeps 'zincloop run' going.")
    ] = False,
) -> None:
    """Keep a campaign going: after a crash, a restart of the machine, or when readings have come."""
    from datetime import timedelta

    from flows.deploying.beginning import begun
    from flows.deploying.serving import serve
    from flows.deploying.systemd import unit

    opened = begun(campaign, directory)
    if systemd:
        typer.echo(unit(opened), nl=False)
    else:
        serve(opened, timedelta(minutes=every), typer.echo)


@lab.command()
def requests(
    campaign: Campaign,
    csv: Annotated[Path | None, typer.Option(help="Write a table to fill in and import.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="Write a page to print (HTML), with structures.")] = None,
    semicolons: Annotated[
        bool,
        typer.Option(
            "--semicolons", help="Separate columns by these, as Excel wants them where decimals have commas."
        ),
    ] = False,
) -> None:
    """List what waits to be measured, the first to be done first."""
    from flows.laboratory.sheets import write_requests
    from flows.laboratory.views import show_requests
    from flows.opening import existing

    opened = existing(campaign)
    show_requests(opened, write_requests(opened, csv, sheet, semicolons))
    for path in (csv, sheet):
        if path is not None:
            typer.echo(f"written: {path}")


@lab.command("import")
def import_(
    campaign: Campaign,
    file: Annotated[Path, typer.Argument(help="The table of 'zincloop lab requests --csv', filled in.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    unsolicited: Annotated[
        bool, typer.Option("--unsolicited", help="Also take molecules that were never asked about.")
    ] = False,
) -> None:
    """Take in what the laboratory found: the whole file, or nothing of it if a line is wrong."""
    from flows.laboratory.taking import take
    from flows.laboratory.views import show_taken
    from flows.opening import existing

    opened = existing(campaign)
    show_taken(opened, take(opened, file, dry_run, unsolicited), dry_run)


@lab.command()
def watch(
    campaign: Campaign,
    folder: Annotated[Path, typer.Argument(help="Where files of readings are put.")],
    every: Annotated[float, typer.Option(min=1.0, help="Seconds between two looks.")] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="Look once and end, for cron.")] = False,
) -> None:
    """Take in the CSV files put into a folder, and answer each beside it; runs until interrupted."""
    from flows.laboratory.asking import people
    from flows.laboratory.watching import look
    from flows.laboratory.watching import watch as watching
    from flows.opening import existing

    opened = existing(campaign)
    people(opened)
    _heed_signals()
    try:
        if once:
            look(opened, folder, typer.echo)
        else:
            watching(opened, folder, every, typer.echo)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@lab.command()
def serve(
    campaign: Campaign,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen at; others than this machine's own need TLS from a reverse proxy."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")
    ] = 8765,
) -> None:
    """Offer the laboratory to instruments and notebooks over HTTP; runs until interrupted."""
    _heed_signals()
    try:
        from flows.laboratory.api.serving import serve as serving

        serving(campaign, host, port, typer.echo)
    except KeyboardInterrupt:  # what uvicorn hands on when it has ended in order
        typer.echo("ended")


def _tell(text: str) -> None:
    """Say something at the end of a run, after which whoever looked on may be gone."""
    with contextlib.suppress(OSError):
        typer.echo(text)


def _assembled(campaign: Path) -> Assembled:
    from flows.assembly import assemble
    from flows.campaign_file import read
    from flows.opening import existing

    return existing(campaign).assembled if campaign.is_dir() else assemble(*read(campaign))


def _heed_signals() -> None:
    """A service is ended by SIGTERM, and a shell starts what runs in the background with SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def main() -> None:
    """Run the command line; a user's mistake is one sentence, a fault of ours is a traceback in a file."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the outermost place, where every error becomes a message
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    from flows.campaign_file import CampaignFileError
    from flows.executors import AwayError as ClusterAwayError
    from flows.store import StoreError
    from loop.ledger import AwayError, LedgerError
    from loop.molecule import MoleculeError
    from loop.protocols import PartError

    if isinstance(error, CampaignFileError | StoreError | LedgerError | MoleculeError | PartError):
        typer.echo(str(error), err=True)
        return AWAY if isinstance(error, AwayError | ClusterAwayError) else USER_ERROR
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        typer.echo(f"no disk space: {error}; free some and run the same command again", err=True)
        return USER_ERROR
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS, errno.ENOTDIR):
        typer.echo(f"cannot write: {error}", err=True)
        return USER_ERROR
    with tempfile.NamedTemporaryFile(
        "w", prefix="zincloop-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    typer.echo(f"a fault of zincloop: {type(error).__name__}: {error}\ntraceback: {file.name}", err=True)
    return OWN_ERROR


if __name__ == "__main__":
    main()
