"""``zincloop generator`` as a user meets it."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from generators.latent.weights import load
from loop.molecule import Limits, parse
from tests.flows.generating.conftest import SMALL, ZINCLOOP, zincloop


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def spelled(weights: Path, compounds: Path) -> list[str]:
    """Those of the list that are molecules and in the vocabulary."""
    codec = load(weights).codec
    texts = [row["smiles"] for row in rows(compounds.read_text())]
    return [text for text in texts if "." not in text and text != "C1CC" and codec.knows(parse(text))]


def test_training_writes_weights_and_a_card(weights: Path) -> None:
    assert sorted(path.name for path in weights.iterdir()) == ["vae.json", "vae.md", "vae.safetensors"]
    account = json.loads((weights / "vae.json").read_text())
    training = account["training"]
    assert training["properties"] == ["homo", "sa"]
    assert training["ended"] == "all epochs done"
    card = (weights / "vae.md").read_text()
    assert account["sha256"] in card
    for told in ("zincloop generator train --out", "| learned |", "1 a counter-ion"):
        assert told in card
    assert "{" not in card
    assert "nan" not in card


def test_a_killed_training_goes_on_and_ends_as_if_it_had_not_been(
    weights: Path, compounds: Path, tmp_path: Path
) -> None:
    out = tmp_path / "weights"
    command = [str(ZINCLOOP), "generator", "train", "--out", str(out), "--from", str(compounds), *SMALL]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    checkpoint = out / "training.ckpt"
    deadline = time.monotonic() + 300
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkpoint.exists()
    assert not (out / "vae.json").exists(), "killed before its end"
    done = zincloop(*command[2:])
    assert done.returncode == 0, done.stderr
    assert not checkpoint.exists()
    assert (out / "vae.safetensors").read_bytes() == (weights / "vae.safetensors").read_bytes()


def test_another_training_in_a_folder_with_a_checkpoint_is_refused(compounds: Path, tmp_path: Path) -> None:
    (tmp_path / "training.ckpt").write_bytes(b"something else")
    done = zincloop("train", "--out", tmp_path, "--from", compounds, *SMALL)
    assert done.returncode == 2
    assert "training.ckpt is not a checkpoint, or not whole" in done.stderr
    assert (tmp_path / "training.ckpt").read_bytes() == b"something else"


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (
            ["nowhere"],
            "'nowhere' is neither known-additives, corpus, chemicals, qm9, zinc-exchange nor",
        ),
        (["missing.smi"], "missing.smi"),
        (["few.smi"], "2 different compounds of 3 read from few.smi: a network learns the language"),
        (["few.smi", "more.smi"], "3 different compounds of 5 read from few.smi, more.smi: a network"),
        (["few.smi", "more.smi"], "from 200 at least, and well from 10,000; 2 had before; add sources"),
        (["none.csv"], "0 different compounds of 0 read from none.csv: a network learns the language"),
    ],
)
def test_what_cannot_be_learned_from_is_said(
    sources: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("few.smi").write_text("CCO ethanol\nCCCO propanol\nOCC ethanol again\n")
    Path("more.smi").write_text("C(C)O ethanol\nCCCCO butanol\n")
    Path("none.csv").write_text("smiles\n")
    done = zincloop("train", "--out", "w", *[word for name in sources for word in ("--from", name)])
    assert done.returncode == 2
    assert told in done.stderr
    assert not Path("w").exists()


def test_a_device_that_is_not_there_is_refused(compounds: Path, tmp_path: Path) -> None:
    done = zincloop("train", "--out", tmp_path / "w", "--from", compounds, "--device", "tpu")
    assert done.returncode == 2
    assert "there is no device 'tpu' that PyTorch can use here" in done.stderr


def test_a_sample_is_a_table_of_different_molecules_inside_the_limits(weights: Path) -> None:
    done = zincloop("sample", "-w", weights, "-n", "20", "--seed", "3")
    assert done.returncode == 0, done.stderr
    table = rows(done.stdout)
    assert list(table[0]) == ["smiles", "origin", "parent", "similarity", "sa", "homo_believed"]
    molecules = [parse(row["smiles"]) for row in table]
    assert len(set(molecules)) == 20
    assert all(Limits().refusal(molecule) is None for molecule in molecules)
    assert "points: 20 different molecules inside the limits" in done.stderr
    assert zincloop("sample", "-w", weights, "-n", "20", "--seed", "3").stdout == done.stdout
    assert zincloop("sample", "-w", weights, "-n", "20", "--seed", "4").stdout != done.stdout


def test_samples_near_between_and_as_wished(weights: Path, compounds: Path, tmp_path: Path) -> None:
    known = spelled(weights, compounds)
    done = zincloop("invert", "-w", weights, *known[:40])
    one, other = [
        line.split(": ")[0] for line in done.stdout.splitlines() if "mean is written as it" in line
    ][:2]
    near = zincloop("sample", "-w", weights, "-n", "5", "--near", one, "--radius", "9", "--any")
    assert {row["parent"] for row in rows(near.stdout)} == {one}
    assert one not in {row["smiles"] for row in rows(near.stdout)}
    assert all(0 <= float(row["similarity"]) <= 1 for row in rows(near.stdout))
    file = tmp_path / "between.csv"
    done = zincloop(
        "sample", "-w", weights, "-n", "3", "--between", one, "--between", other, "--any", "--out", file
    )
    assert done.stdout == ""
    assert {row["parent"] for row in rows(file.read_text())} <= {one, other}
    wished = zincloop("sample", "-w", weights, "-n", "30", "--wish", "sa=2.0+-0.2", "--any")
    plain = zincloop("sample", "-w", weights, "-n", "30", "--any")
    easy, usual = (sum(float(row["sa"]) for row in rows(done.stdout)) for done in (wished, plain))
    assert easy < usual


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--wish", "hom=-7"], "these weights know nothing of 'hom', only of homo, sa; did you mean 'homo'?"),
        (["--wish", "homo"], "'homo' is no wish; write it as homo=-7.5"),
        (
            ["--near", "C[Se]C"],
            "'C[Se]C' cannot be encoded: the language of molecules has no word for [Se] in 'C[Se]C'",
        ),
        (["--near", "C1CC"], "'C1CC' cannot be encoded: 'C1CC' is not a valid SMILES"),
        (["--between", "CCO"], "to go between molecules takes two different ones"),
        (["--near", "CCO", "--wish", "sa=2"], "give one of --near, --between and --wish"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_one_sentence(weights: Path, asked: list[str], told: str) -> None:
    done = zincloop("sample", "-w", weights, *asked)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    done = zincloop("sample", "-w", tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path} holds no usable weights" in done.stderr


def test_inverting_tells_what_was_found_and_where(weights: Path, compounds: Path, tmp_path: Path) -> None:
    file, points = tmp_path / "mine.smi", tmp_path / "points.csv"
    some = spelled(weights, compounds)[20:40]
    file.write_text("\n".join(some))
    done = zincloop("invert", "-w", weights, file, "--out", points)
    lines = done.stdout.splitlines()
    assert len(lines) == 21
    assert lines[-1].startswith("20 molecules: ")
    table = rows(points.read_text())
    assert len(table) == 20
    assert len(table[0]) == 4 + load(weights).network.shape.latent
    assert done.returncode == (0 if all(row["found"] == "True" for row in table) else 1)
    file.write_text("CCO\nC[Se]C\nnonsense\n")
    done = zincloop("invert", "-w", weights, file)
    assert done.returncode == 2
    assert "mine.smi:2: 'C[Se]C' cannot be encoded" in done.stderr
    assert "mine.smi:3: " in done.stderr


def test_evaluating_on_a_file_of_ones_own(weights: Path, compounds: Path, tmp_path: Path) -> None:
    out, picture = tmp_path / "figures.md", tmp_path / "space.html"
    done = zincloop(
        "evaluate",
        compounds,
        "-w",
        weights,
        "--draws",
        "300",
        "--shapes",
        "4",
        "--out",
        out,
        "--picture",
        picture,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == out.read_text()
    assert "mine.csv:7: 'C1CC'" in done.stderr
    for told in (
        "Frechet ChemNet",
        "| all of these |",
        "| IntDiv |",
        "| homo | eV |",
        "| PB-valid, of 4 |",
        "| not among these, ",
    ):
        assert told in done.stdout
    page = picture.read_text()
    assert page.count("plotly-graph-div") >= 3
    assert "coloured by what is believed of homo" in page


def test_too_few_molecules_are_not_judged_on(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "few.smi").write_text("CCO\nCCCO\n")
    done = zincloop("evaluate", tmp_path / "few.smi", "-w", weights)
    assert done.returncode == 2
    assert "2 different molecules are left of" in done.stderr
