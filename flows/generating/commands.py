"""``zincloop generator``: the molecular autoencoder by itself, without a campaign."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from generators.latent.weights import Trained

app = typer.Typer(
    help="The molecular autoencoder by itself: train, judge, sample, invert.", no_args_is_help=True
)

Weights = Annotated[
    str,
    typer.Option("--weights", "-w", help="'shipped', or a folder that 'zincloop generator train' wrote."),
]
Draws = Annotated[int, typer.Option(min=100, help="Raw draws from the prior that are judged.")]
Shapes = Annotated[int, typer.Option(min=0, help="How many of these PoseBusters judges; 0: none.")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]
MaxHeavyAtoms = Annotated[int, typer.Option(min=2, help="Largest molecule, in heavy atoms.")]


@app.command()
def train(
    out: Annotated[
        Path, typer.Option(help="Folder for weights and model card; what was killed there goes on.")
    ],
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            help="Compounds like those wanted: known-additives, corpus, chemicals, qm9, zinc-exchange, or a "
            "file (.smi, .csv, .sdf, .gz); again for more. "
            "[default: known-additives, chemicals, zinc-exchange]",
        ),
    ] = None,
    labelled: Annotated[
        list[str] | None,
        typer.Option(
            help="More compounds, for their measured values: qm9, or files with columns homo, lumo or "
            "zn_exchange, in eV; again for more."
        ),
    ] = None,
    most_labelled: Annotated[
        int, typer.Option(min=0, help="Most of these that are taken, those easiest to make.")
    ] = 20_000,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over everything.")] = None,
    patience: Annotated[
        int, typer.Option(min=0, help="End after so many epochs that help nothing held out; 0: never.")
    ] = 0,
    joined: Annotated[
        float,
        typer.Option(min=0, help="Molecules joined from halves of compounds and learned from, per compound."),
    ] = 5.0,
    max_heavy_atoms: MaxHeavyAtoms = 20,
    held_out: Annotated[
        int, typer.Option(min=1, help="Compounds set aside at random, and by scaffold.")
    ] = 1000,
    draws: Draws = 10_000,
    shapes: Shapes = 200,
    seed: Seed = 0,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Train on compounds of your own or of others, measure, and write a model card."""
    import torch

    from flows.generating.training import train_into
    from generators.latent.fit import Recipe
    from generators.latent.training import Plan

    torch.set_num_threads(threads)
    plan = Plan(
        tuple(sources) if sources else Plan.sources,
        tuple(labelled or ()),
        most_labelled=most_labelled,
        max_heavy_atoms=max_heavy_atoms,
        held_out=held_out,
        joined=joined,
        recipe=Recipe(epochs=epochs or Recipe.epochs, patience=patience),
        seed=seed,
    )
    command = shlex.join(["zincloop", *sys.argv[1:]])
    train_into(out, plan, device, command, draws=draws, shapes=shapes)
    typer.echo(f"written to {out}; what it is good for: {out / 'vae.md'}")


@app.command()
def evaluate(
    on: Annotated[
        list[str] | None,
        typer.Argument(help="Files or sources of molecules to judge on. [default: corpus]"),
    ] = None,
    weights: Weights = "shipped",
    draws: Draws = 10_000,
    shapes: Shapes = 200,
    max_heavy_atoms: MaxHeavyAtoms = 20,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="A file for the figures, in Markdown.")] = None,
    picture: Annotated[Path | None, typer.Option(help="A file for pictures of the space (HTML).")] = None,
) -> None:
    """Judge on molecules: how many come back, what draws are like beside them, what is believed of them."""
    from rich.markdown import Markdown

    from flows import terminal
    from flows.generating.evaluating import evaluate as judged
    from flows.generating.pages import evaluation
    from flows.generating.progress import Shown
    from loop.molecule import Limits

    trained, sets = _loaded(weights), on or ["corpus"]
    with Shown(terminal.console(stderr=True)) as watcher:
        limits = Limits(max_heavy_atoms=max_heavy_atoms)
        found = judged(trained, sets, limits, watcher, draws=draws, shapes=shapes, seed=seed)
        if picture is not None:
            from flows.generating.pictures import write_pictures

            write_pictures(picture, trained, found, watcher, seed)
    data = [f"{len(found.gathered.compounds)} molecules of {', '.join(sets)}", f"weights {trained.checksum}"]
    text = evaluation(f"{weights} weights, judged on {', '.join(sets)}", data, found.figures)
    console = terminal.console()
    if console.is_terminal:
        console.print(Markdown(text))
    else:
        typer.echo(text, nl=False)
    if out is not None:
        out.write_text(text, encoding="utf-8")


@app.command()
def sample(
    number: Annotated[int, typer.Option("--number", "-n", min=1, help="Different molecules wanted.")] = 100,
    near: Annotated[list[str] | None, typer.Option(help="Stay near this SMILES; again for more.")] = None,
    radius: Annotated[float, typer.Option(min=0.01, help="Mean distance (L2) from what is near.")] = 6.0,
    between: Annotated[
        list[str] | None, typer.Option(help="Go between this SMILES and another; give it twice or more.")
    ] = None,
    wish: Annotated[
        list[str] | None,
        typer.Option(
            help="A property as it should be, such as homo=-7.5 or lumo=-1.0+-0.2 (eV); again for more."
        ),
    ] = None,
    weights: Weights = "shipped",
    max_heavy_atoms: MaxHeavyAtoms = 20,
    any_molecule: Annotated[
        bool, typer.Option("--any", help="Also what water, or a limit of a default campaign, rules out.")
    ] = False,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="A CSV file. [default: what is printed]")] = None,
) -> None:
    """Draw molecules: from the prior, near or between others, or with wished properties."""
    from flows.generating import sampling
    from loop.molecule import Limits

    trained = _loaded(weights)
    if sum(map(bool, (near, between, wish))) > 1:
        raise typer.BadParameter("give one of --near, --between and --wish")
    limits = Limits(max_heavy_atoms=max_heavy_atoms)
    if any_molecule:
        limits = Limits(1, max_heavy_atoms, max_logp=None, exclude={}, allow_zwitterions=True)
    asked = sampling.Asked(
        number, seed, tuple(near or ()), tuple(between or ()), radius, sampling.wishes(trained, wish or ())
    )
    found, tally = sampling.sample(trained, asked, limits)
    text = sampling.as_csv(found, trained.network.shape.properties)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    for line in sampling.told(tally, bool(wish)):
        typer.echo(line, err=True)


@app.command()
def invert(
    molecules: Annotated[list[str], typer.Argument(help="SMILES, or files of molecules.")],
    weights: Weights = "shipped",
    out: Annotated[Path | None, typer.Option(help="A CSV file with the points found.")] = None,
) -> None:
    """Encode molecules, and look for points that are written as exactly them."""
    from flows.generating import inverting

    found = inverting.invert(_loaded(weights), molecules)
    for line in inverting.told(found):
        typer.echo(line)
    if out is not None:
        out.write_text(inverting.as_csv(found), encoding="utf-8")
    if not all(one.found for one in found):
        raise typer.Exit(1)


def _loaded(weights: str) -> Trained:
    from generators.latent.weights import load, shipped

    return load(shipped() if weights == "shipped" else Path(weights).expanduser())
