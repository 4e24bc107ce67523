"""A protocol of one's own in a campaign file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import assemble, from_resolved
from flows.campaign_file import CampaignFileError, read
from flows.templating import write_template

OWN = """kind = "orbitals"
[oracles.own]
name = "pbe0-water"
functional = "pbe0"
uncertainty = { homo = 0.1 }
"""


def campaign(tmp_path: Path, own: str) -> Path:
    """The template with orbitals by a protocol of one's own, its last oracle."""
    path = tmp_path / "campaign.toml"
    write_template(path)
    text = path.read_text()
    start = text.index('[[oracles]]\nkind = "orbitals"')
    end = text.index("[[oracles]]", start + 1)
    path.write_text(text[:start] + text[end:] + f"\n[[oracles]]\n{own}")
    return path


def test_it_is_the_protocol_of_its_oracle_and_is_read_again(tmp_path: Path) -> None:
    assembled = assemble(*read(campaign(tmp_path, OWN)))
    assert assembled.parts.oracles[-1].protocol().name == "pbe0-water"
    again = from_resolved(assembled.resolved)
    assert again.parts.oracles[-1].protocol() == assembled.parts.oracles[-1].protocol()
    assert again.digest == assembled.digest


@pytest.mark.parametrize(
    ("right", "wrong", "clauses"),
    [
        ("functional", "functonal", ["functonal: unknown key", "did you mean 'functional'?"]),
        ('name = "pbe0-water"\n', "", ["the key 'name' is missing"]),
        ("homo = 0.1", "hommo = 0.1", ["own.uncertainty names 'hommo'", "homo, lumo, gap, dipole"]),
        ("homo = 0.1", "homo = -0.1", ["greater than 0"]),
        ('functional = "pbe0"', "grid = 12", ["grid", "less than or equal to 9"]),
        ('functional = "pbe0"', 'grid = "2"', ["own.grid: must be a number, not '2'"]),
        ('"pbe0-water"', '"b3lyp-631ppgdd"', ["own.name 'b3lyp-631ppgdd' is that of a protocol that comes"]),
        ("[oracles.own]", 'own = "foo"', ["own: must be a table, not 'foo'"]),
    ],
)
def test_a_mistake_is_named(right: str, wrong: str, clauses: list[str], tmp_path: Path) -> None:
    path = campaign(tmp_path, OWN.replace(right, wrong))
    with pytest.raises(CampaignFileError) as caught:
        assemble(*read(path))
    for clause in (*clauses, f"{path}, line "):
        assert clause in str(caught.value)


def test_the_line_of_a_mistake_is_that_of_its_key(tmp_path: Path) -> None:
    path = campaign(tmp_path, OWN.replace("functional", "grid = 12\nfunctional"))
    line = path.read_text().splitlines().index("grid = 12") + 1
    with pytest.raises(CampaignFileError, match=rf"line {line}: oracles\[\d\].own.grid"):
        assemble(*read(path))


def test_two_protocols_have_two_names(tmp_path: Path) -> None:
    path = campaign(tmp_path, OWN)
    text = path.read_text()
    zinc = '[[oracles]]\nkind = "zinc_exchange"\n[oracles.own]\nname = "pbe0-water"\nfunctional = "pbe0"\n'
    start = text.index('[[oracles]]\nkind = "zinc_exchange"')
    path.write_text(text[:start] + zinc + text[text.index("[[oracles]]", start + 1) :])
    with pytest.raises(CampaignFileError, match="the protocol of zinc_exchange is called 'pbe0-water', too"):
        assemble(*read(path))


def test_memory_has_to_fit_into_the_limit_of_the_calculation(tmp_path: Path) -> None:
    path = campaign(tmp_path, OWN.replace("[oracles.own]", "memory_gb = 1\n[oracles.own]"))
    told = r"oracles\[\d\].max_memory_mb: 4500 MB do not fit into memory_gb = 1"
    with pytest.raises(CampaignFileError, match=told):
        assemble(*read(path))
