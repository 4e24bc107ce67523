"""A part is found by the name of its module, and one that cannot be used is said to be so at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

import oracles
from flows.assembly import assemble
from flows.campaign_file import CampaignFileError, read
from flows.protocols import show_protocols
from loop.molecule import parse
from loop.parts import BrokenPartError, UnknownPartError, kinds, load
from tests.conftest import ROOT

EXAMPLE = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)[0]
"""The oracle that the instructions show."""

TWIN = "\n\nclass Molar(PolarSurface):\n    pass\n"

Save = Callable[[str, str], None]


def _forget() -> None:
    kinds.cache_clear()
    load.cache_clear()


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Save]:
    """Save a module beside the oracles."""
    monkeypatch.setattr(oracles, "__path__", [*oracles.__path__, str(tmp_path)])

    def to(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text)
        _forget()

    yield to
    _forget()


def test_the_oracle_of_the_instructions_is_one(save: Save, tmp_path: Path) -> None:
    save("polar_surface", EXAMPLE)
    oracle: Any = load("oracles", "polar_surface")()
    (value,) = oracle.measure(parse("NC(N)=O"), tmp_path).values
    assert value.value == pytest.approx(69.11)  # of 10.1021/jm000942e: NH2 twice, =O


def test_a_kind_that_is_not_there_is_unknown() -> None:
    with pytest.raises(UnknownPartError, match="there is no 'orbital' in oracles"):
        load("oracles", "orbital")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("zz_word", EXAMPLE.replace("from loop.mol", "from lop.mol"), r"module named 'lop' .*zz_word.py:1"),
        ("zz_syntax", "class (", r"zz_syntax cannot be imported: SyntaxError: invalid syntax"),
        ("zz_none", "x = 1\n", r"zz_none holds 0 classes with a field 'kind', and must hold one"),
        ("zz_two", EXAMPLE + TWIN, r"2 classes .*\(PolarSurface, Molar"),
        ("zz_kind", EXAMPLE, r"kind of PolarSurface in oracles.zz_kind is 'polar_surface'; it must be 'zz_"),
        ("zz_lacks", EXAMPLE.replace("def refusal", "def refuses"), r"lacks refusal, which .*ComputedOracle"),
        ("zz_mute", EXAMPLE.replace("def measure", "def measures"), r"lacks measure, which .*ComputedOracle"),
    ],
)
def test_what_is_wrong_with_a_module_is_said(save: Save, name: str, text: str, said: str) -> None:
    save(name, text if name == "zz_kind" else text.replace('"polar_surface"', f'"{name}"'))
    with pytest.raises(BrokenPartError, match=said):
        load("oracles", name)


def test_one_broken_oracle_is_named_where_it_is_used_and_hides_no_other(
    save: Save, quick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save("zz_lacks", EXAMPLE.replace('"polar_surface"', '"zz_lacks"').replace("def refusal", "def refuses"))
    quick.write_text(quick.read_text() + '\n[[oracles]]\nkind = "zz_lacks"\n')
    with pytest.raises(CampaignFileError, match=r"line \d+: oracles\[\d\].kind: Polar.* lacks refusal"):
        assemble(*read(quick))
    with pytest.raises(BrokenPartError, match="lacks refusal"):
        show_protocols(None)
    assert "hydration" in capsys.readouterr().out


def test_every_part_that_comes_with_the_project_is_whole() -> None:
    for package in ("oracles", "generators", "surrogates", "surrogates.acquisitions"):
        assert all(cast(Any, load(package, kind)) for kind in kinds(package))
