"""Whatever is wrong with a campaign file: one sentence with file, line, field and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.assembly import assemble, from_resolved
from flows.campaign_file import CampaignFileError, read
from flows.templating import write_template
from generators.vae import VAE
from surrogates.latent_gp import LatentSurrogate
from tests.conftest import QUICK, ROOT, SCREENING


def _problems(path: Path, text: str) -> tuple[str, ...]:
    path.write_text(text)
    with pytest.raises(CampaignFileError) as caught:
        assemble(*read(path))
    return caught.value.problems


def _line(text: str, start: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start))


@pytest.mark.parametrize(
    ("old", "new", "clauses"),
    [
        ("seed = 11", "sead = 11", ["sead", "unknown key", "did you mean 'seed'?"]),
        ("seed = 11", "seed = -1", ["seed", "greater than or equal to 0", "-1"]),
        ("seed = 11", 'seed = "eleven"', ["seed", "valid integer", "eleven"]),
        ("seed = 11", "", ["the key 'seed' is missing"]),
        ('name = "quick"', 'name = "../evil"', ["name", "pattern"]),
        ("rounds = 3", "runds = 3", ["budget.runds", "did you mean 'rounds'?"]),
        ("evaluations = 18", "evaluations = 0", ["budget.evaluations", "greater than 0"]),
        ("evaluations = 18", "evaluations = 5", ["impossible budget", "initial design of 6"]),
        ("evaluations = 18\nrounds = 3", "", ["a campaign needs an end"]),
        ("reference = 20.0", "reference = nan", ["reference", "finite"]),
        ("reference = 20.0", "", ["the key 'reference' is missing"]),
        ('unit = "angstrom^2"', 'unit = "eV"', ["measured in angstrom^2", "not 'eV'"]),
        ('property = "tpsa"', 'property = "tpsaa"', ["no oracle", "did you mean 'tpsa'?"]),
        ('direction = "maximize"', 'direction = "up"', ["direction", "'maximize', 'minimize' or 'window'"]),
        ("high = 3.0", "high = 7.0", ["inside the window"]),
        ('kind = "minmax_gp"', 'kind = "minmax_pg"', ["surrogate.kind", "did you mean 'minmax_gp'?"]),
        ('kind = "minmax_gp"', 'kind = "latent_gp"', ["surrogate.kind", "line 41", 'kind = "vae"']),
        (
            'kind = "minmax_gp"',
            'kind = "loo_choice"\ncandidates = [{ kind = "sum_gp" }, { kind = "minmax_pg" }]',
            ["line 42", "surrogate.candidates[2]", "did you mean 'minmax_gp'?"],
        ),
        (
            'kind = "minmax_gp"',
            'kind = "loo_choice"' + 2 * '\n[[surrogate.candidates]]\nkind = "a"',
            ["line 44", "surrogate.candidates[2]", "there is no surrogate of kind 'a'; known are"],
        ),
        ('kind = "surface"', 'kind = "surfac"', ["oracles[1].kind", "did you mean 'surface'?"]),
        ('kind = "surface"', 'kind = "surface"\ndeadlin_minutes = 3', ["did you mean 'deadline_minutes'?"]),
        ('kind = "library"', 'kind = "library"\nsorce = "x"', ["unknown key"]),
        ('kind = "library"', 'kind = "library"\nshare = 2.0', ["share", "less than or equal to 1"]),
        ("max_heavy_atoms = 9", 'max_heavy_atoms = 9\nelements = ["C", "H", "Xx"]', ["Xx", "not covered"]),
        ("max_heavy_atoms = 9", 'max_heavy_atoms = 9\nexclude = {bad = "[C"}', ["not a valid SMARTS"]),
        ("max_heavy_atoms = 9", "max_heavy_atoms = 1", ["min_heavy_atoms 2 is above"]),
        ("initial = 6", "", ["initial design is empty"]),
        ("initial = 6", 'initial = "6"', ["generators[1].initial: must be a number, not '6'"]),
        ("seed = 11", "seed = true", ["seed: must be a number, not true"]),
        (
            "max_heavy_atoms = 9",
            'allow_charged = "yes"',
            ["allow_charged: must be true or false"],
        ),
        ("[[generators]]", "[generators]", ["generators: write [[generators]] above it"]),
        ("[limits]", "failures = 3\n[limits]", ["budget.failures: unknown key"]),
        (
            'kind = "surface"',
            "memory_gb = 0.01",
            ["the key 'kind'", "oracles[1].memory_gb: input"],
        ),
        ('kind = "synthesizability"', 'kind = "surface"', ["given twice"]),
        ('name = "quick"', 'name = "quick', ["not valid TOML", "line 2"]),
        (
            "[limits]",
            '[workers.cluster]\nkind = "slrum"\n\n[limits]',
            ["workers.cluster.kind", "'slurm'", "'slrum'"],
        ),
        ("[limits]", '[workers.cluster]\nkind = "scheduler"\n\n[limits]', ["needs its address", "tcp://"]),
        (
            "[limits]",
            '[workers.cluster]\nkind = "scheduler"\naddress = "node1:8786"\n\n[limits]',
            ["tcp://HOST:PORT", "'node1:8786'"],
        ),
        (
            "[limits]",
            '[workers.cluster]\nkind = "local"\naddress = "tcp://node1:8786"\n\n[limits]',
            ["an address is for kind 'scheduler'"],
        ),
        (
            "[limits]",
            '[workers.cluster]\nkind = "pbs"\nwalltime = "24h"\n\n[limits]',
            ["workers.cluster.walltime", "HH:MM:SS"],
        ),
        (
            "[limits]",
            '[workers.cluster]\nkind = "pbs"\nwaltime = "24:00:00"\n\n[limits]',
            ["workers.cluster.waltime", "did you mean 'walltime'?"],
        ),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(
    tmp_path: Path, plugin: Path, old: str, new: str, clauses: list[str]
) -> None:
    assert old in QUICK
    problems = _problems(tmp_path / "c.toml", QUICK.replace(old, new, 1))
    text = "\n".join(problems)
    assert str(tmp_path / "c.toml") in text
    for clause in clauses:
        assert clause in text, text


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        ("tpsa_rough =", "tpsa_ruff =", "polar does not measure 'tpsa_ruff'; did you mean 'tpsa_rough'?"),
        ('"tpsa" }', '"tspa" }', "'tspa' is no objective; did you mean 'tpsa'?"),
        ('"tpsa" }', '"refractivity" }', "'tpsa_rough' is in angstrom^2 and 'refractivity' in cm^3/mol"),
        ("stands_for", "stand_for", "did you mean 'stands_for'?"),
        ('stands_for = { tpsa_rough = "tpsa" }', "", "nothing to screen with: give an oracle stands_for"),
        (
            'kind = "synthesizability"',
            'kind = "synthesizability"\nstands_for = { sa = "tpsa" }',
            "synthesizability cannot screen: it is computed for every candidate anyway",
        ),
        (
            'kind = "surface"',
            'kind = "surface"\nstands_for = { refractivity = "tpsa" }',
            "surface cannot screen: 'tpsa' is an objective itself",
        ),
    ],
)
def test_a_mistake_in_screening_is_named(
    tmp_path: Path, plugin: Path, old: str, new: str, clause: str
) -> None:
    assert old in SCREENING
    text = "\n".join(_problems(tmp_path / "c.toml", SCREENING.replace(old, new, 1)))
    assert clause in text, text


def test_the_line_is_the_line(tmp_path: Path, plugin: Path) -> None:
    text = QUICK.replace('property = "refractivity"', 'property = "refractvity"')
    (problem,) = _problems(tmp_path / "c.toml", text)
    number = _line(text, 'property = "refractvity"')
    assert f"line {number}:" in problem
    assert "objectives[2].property" in problem


def test_a_list_is_not_called_short_because_its_only_entry_is_wrong(tmp_path: Path, plugin: Path) -> None:
    text = QUICK[: QUICK.rindex("[[oracles]]")].replace('kind = "surface"', "deadline_minutes = 0")
    told = "\n".join(_problems(tmp_path / "c.toml", text))
    assert "oracles[1].deadline_minutes: input should be greater than 0, not 0" in told
    assert "at least 1 item" not in told


def test_a_list_of_which_nothing_may_be_proposed_is_no_campaign(tmp_path: Path, plugin: Path) -> None:
    (tmp_path / "mine.smi").write_text("[Cl-] chloride\n[NH4+] ammonium\n")
    told = _problems(tmp_path / "c.toml", QUICK.replace('"known-additives"', '"mine.smi"'))
    assert "none of the molecules listed may be proposed; chloride: 1 heavy atoms" in "\n".join(told)


def test_every_mistake_is_named_at_once(tmp_path: Path, plugin: Path) -> None:
    text = QUICK.replace("seed = 11", "sead = 11").replace("rounds = 3", "runds = 3")
    assert len(_problems(tmp_path / "c.toml", text)) == 3


def test_a_latent_space_comes_from_the_generators(tmp_path: Path, plugin: Path) -> None:
    text = QUICK.replace('kind = "minmax_gp"', 'kind = "latent_gp"')
    text += '\n[[generators]]\nkind = "vae"\nradius = 3.0\nshare = 0.0\n'
    (tmp_path / "c.toml").write_text(text)
    surrogate = assemble(*read(tmp_path / "c.toml")).parts.surrogate
    assert isinstance(surrogate, LatentSurrogate)
    assert surrogate.kernel.version == VAE(radius=3.0).version()


def test_candidates_stand_in_the_resolved_file_and_are_read_again(tmp_path: Path, plugin: Path) -> None:
    new = 'kind = "loo_choice"\ncandidates = [{ kind = "sum_gp" }, { kind = "random_forest" }]'
    (tmp_path / "c.toml").write_text(QUICK.replace('kind = "minmax_gp"', new))
    assembled = assemble(*read(tmp_path / "c.toml"))
    assert assembled.resolved["surrogate"]["candidates"][1]["trees"] == 200
    assert from_resolved(assembled.resolved).digest == assembled.digest


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(CampaignFileError, match="zincloop init"):
        read(tmp_path / "none.toml")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_any_file_is_a_campaign_or_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    with pytest.raises(CampaignFileError):
        read(path)


@pytest.mark.parametrize("key", ["core_hours", "wall_clock_hours"])
def test_a_budget_that_cannot_pay_for_the_start_is_impossible(tmp_path: Path, key: str) -> None:
    text = (ROOT / "examples" / "demo.toml").read_text()
    (tmp_path / "c.toml").write_text(text.replace("rounds = 3", f"{key} = 0.001"))
    with pytest.raises(CampaignFileError, match=rf"budget.{key}: impossible budget: 0.001 .* design of 6"):
        assemble(*read(tmp_path / "c.toml"))


def test_the_template_and_the_demo_are_valid(tmp_path: Path) -> None:
    write_template(tmp_path / "campaign.toml")
    for path in (tmp_path / "campaign.toml", ROOT / "examples" / "demo.toml"):
        assembled = assemble(*read(path))
        assert {o.property for o in assembled.definition.objectives} == {"homo", "lumo", "zn_exchange", "sa"}
        assert sum(s.share for s in assembled.parts.sources) == pytest.approx(1.0)
