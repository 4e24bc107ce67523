"""What can be computed, with its cost and its error, is listed for people who choose."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.assembly import assemble
from flows.campaign_file import read
from flows.protocols import installed, show_protocols
from loop.molecule import parse
from loop.parts import kinds


@pytest.fixture(autouse=True)
def _ordinary_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_every_oracle_that_computes_is_listed_with_every_protocol_it_has() -> None:
    found = list(installed([]))
    assert {choice.oracle.kind for choice in found} == set(kinds("oracles")) - {"laboratory"}
    digests = [choice.oracle.protocol().digest for choice in found]
    assert len(set(digests)) == len(digests)
    assert 'solvent = "gas"' in {choice.settings for choice in found if choice.oracle.kind == "orbitals"}


def test_a_protocol_is_shown_with_digest_cost_and_error(capsys: pytest.CaptureFixture[str]) -> None:
    show_protocols(None)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    gas = next(c.oracle for c in installed([]) if c.settings == 'solvent = "gas"')
    block = text[text.index(f"b3lyp-631ppgdd  {gas.protocol().digest}") :].split("\n\n")[0]
    assert '(oracle orbitals, solvent = "gas")' in block
    assert "homo ± 0.03 eV; lumo ± 0.03 eV; gap ± 0.04 eV; dipole ± 0.05 debye" in block
    assert f"urea {gas.expected_cpu_seconds(parse('NC(N)=O')):.2g} s" in block
    assert "sa, exact" in text


def test_those_of_a_campaign_are_those_of_its_oracles(
    quick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_protocols(assemble(*read(quick)))
    text = " ".join(capsys.readouterr().out.split())
    assert "(oracle surface)" in text
    assert "tpsa in angstrom^2, ± not stated" in text
    assert "(oracle synthesizability)" in text
    assert "(oracle orbitals)" not in text
