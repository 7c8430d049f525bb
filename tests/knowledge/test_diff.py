from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.__main__ import main
from knowledge.changes import changes, figures
from knowledge.importing import read_labels
from tests.knowledge.label_samples import record, save


def test_changed_sections_and_figures_are_told_with_their_places(tmp_path: Path) -> None:
    old = record(contraindications=["4 CONTRAINDICATIONS Kidneys that have failed."])
    new = record(overdosage=["10 OVERDOSAGE Call for help."], version="5")
    new["dosage_and_administration"] = [old["dosage_and_administration"][0].replace("500 mg", "850 mg")]
    before = list(read_labels([save(tmp_path / "a", "metformin.json", old)], progress=False))
    after = list(read_labels([save(tmp_path / "b", "metformin.json", new)], progress=False))
    found = {(change.section, change.kind): change for change in changes(before, after)}
    assert set(found) == {("Contraindications", "removed"), ("Overdose", "added"), ("Dosage: Adult Dosage", "reworded")}
    dose = found["Dosage: Adult Dosage", "reworded"]
    assert (dose.old_figures, dose.new_figures) == (("500 mg",), ("850 mg",))
    assert [place.text for place in dose.new_sentences] == ["Start with 850 mg twice a day."]
    for place in (dose.new, *dose.new_sentences):
        assert place is not None
        assert place.monograph == after[0].id
        assert after[0].text[place.start : place.end] == place.text
    assert not list(changes(before, before))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2.5 mg, then 6 to 8 hours", ["2.5 mg", "6 to 8 hours"]),
        ("1,000 mg/day", ["1000 mg/day"]),
        ("CYP2C9 and B12", []),
        ("5% of 20", ["5 %", "20"]),
    ],
)
def test_figures_carry_their_units(text: str, found: list[str]) -> None:
    assert list(figures(text)) == found


def test_the_command_prints_json_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = save(tmp_path / "a", "x.json", record()), save(tmp_path / "b", "x.json", record(overdosage=["10 OVERDOSAGE Call 911."]))
    assert main(["diff", str(old), str(new), "--json"]) == 0
    (change,) = json.loads(capsys.readouterr().out)
    assert (change["drug"], change["kind"], change["section_code"], change["old"]) == ("metformin", "added", "34088-5", None)
    assert main(["diff", str(old), str(tmp_path / "missing")]) == 1
