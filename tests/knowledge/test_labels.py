from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant.testing import HashEmbedder
from knowledge import importing, store
from knowledge.importing import Report, read_labels
from knowledge.index import build, is_current
from knowledge.label_tables import filled, placed
from knowledge.label_text import lines, subsections, tidy
from knowledge.search import KnowledgeBase
from knowledge.sources import source_files
from knowledge.types import Monograph, MonographError
from tests.conftest import sample
from tests.knowledge.label_samples import SET_ID, USES, record, save, spl


def _one(*paths: Path) -> Monograph:
    (monograph,) = read_labels(paths, progress=False)
    return monograph


def _heads(monograph: Monograph) -> list[tuple[str, str]]:
    return [(part.code, part.heading) for part in monograph.sections]


def test_an_openfda_record_becomes_a_monograph(tmp_path: Path) -> None:
    read = _one(save(tmp_path, "metformin.json", record()))
    assert (read.drug.name, read.drug.brands, read.origin, read.revised) == ("metformin", ("Examplomet",), "label", date(2025, 3, 1))
    assert (read.drug.rxcui, read.drug.unii) == (("861007",), ("786Z46389E",))
    assert (read.sources[0].set_id, read.sources[0].version) == (SET_ID, "4")
    assert _heads(read) == [
        ("34067-9", "Uses"), ("34068-7", "Dosage"), ("34068-7", "Dosage: Adult Dosage"), ("34068-7", "Dosage: Missed Dose"), ("34068-7", "Dosage: Tables"),
    ]  # fmt: skip
    assert all(read.text[part.start : part.end] == part.text for part in read.sections)
    assert read.sections[0].text == USES
    assert read.sections[2].text == "Start with 500 mg twice a day. Stay at or below 2.5 g."
    assert read.sections[4].text == "Week | Dose\n1 | 500 mg"


def test_an_spl_document_becomes_a_monograph(tmp_path: Path) -> None:
    path = tmp_path / "label.xml"
    path.write_text(spl(), encoding="utf-8")
    read = _one(path)
    assert (read.drug.name, read.drug.unii, read.sources[0].set_id) == ("metformin", ("786Z46389E",), SET_ID)
    assert _heads(read) == [("34067-9", "Uses"), ("43685-7", "Warnings: Lactic Acidosis")]
    lines = read.sections[1].text.split("\n")
    assert lines == [
        "Stop at once, and call for help.",
        "• Above 10^9/L",
        "• Cold hands",
        "Levels",
        "Low | below 2 mmol/L",
        "High | 5 mmol/L",
    ]


def test_every_form_of_openfda_gives_the_same_drug(tmp_path: Path) -> None:
    flat = {key: value[0] for key, value in record().items() if isinstance(value, list)}
    forms = {
        "envelope.json": {"meta": {"results": {"total": 1}}, "results": [record()]},
        "list.json": [record()],
        "metformin.json": flat | {"do_not_use": None},
        "nested.json": {"drug_name": "Metformin", "sections": flat, "openfda_meta": record()["openfda"]},
    }
    for number, (name, data) in enumerate(forms.items()):
        assert _one(save(tmp_path / str(number), name, data)).drug.name == "metformin"


def test_rows_and_plain_text_become_monographs(tmp_path: Path) -> None:
    rows = [
        {
            "label": "GLUCOPHAGE",
            "section_name": "adverse reactions",
            "section_text": f"6 ADVERSE REACTIONS\n\n6.1 Gut\nAt first the gut may protest. {USES}",
        }
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    text = f"Examplomet (metformin hydrochloride) tablet\n\n7 DRUG INTERACTIONS\n\n7.1 Alcohol\n\n{USES}\n"
    (tmp_path / f"{SET_ID}.txt").write_text(text, encoding="utf-8")
    by_code = {read.sections[0].code: read for read in read_labels([tmp_path], progress=False)}
    assert {code: (read.drug.name, read.sections[0].heading) for code, read in by_code.items()} == {
        "34084-4": ("metformin", "Side effects: Gut"), "34073-7": ("metformin", "Drug interactions: Alcohol"),
    }  # fmt: skip
    assert by_code["34073-7"].sources[0].set_id == SET_ID


_BOMB = '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("bomb.xml", spl(head=_BOMB).encode(), "entity"),
        ("file.xml", spl(head='<!DOCTYPE d SYSTEM "file:///etc/passwd">').encode(), "external"),
        ("cut.xml", spl()[:900].encode(), "truncated"),
        ("latin.xml", spl().replace("Sample Labs", "Schön").encode("latin-1"), "XML"),
        ("odd.xml", spl().replace("UTF-8", "UTF-99").encode(), "encoding"),
        ("other.xml", b"<html/>", "no SPL"),
        ("cut.json", json.dumps(record()).encode()[:300], "truncated"),
        ("list.json", b"[" + json.dumps(record()).encode()[:300], "truncated"),
        (
            "error.json",
            b'{"error": {"code": "NOT_FOUND", "message": "No matches found!"}}',
            "error reply of openFDA: No matches found (NOT_FOUND)",
        ),
        ("error.json", b'{"error": 404}', "error reply of openFDA"),
        ("deep.json", b'{"a":' * 200_000, "nested too deeply"),
        ("deep.jsonl", b'{"a":' * 200_000, "nested too deeply"),
        ("other.json", b'{"a": 1}', "no label"),
        ("empty.json", b"", "empty"),
        ("latin.json", '{"warnings": "Schön"}'.encode("latin-1"), "UTF-8"),
        ("latin.txt", "Schön".encode("latin-1"), "UTF-8"),
        ("rows.jsonl", b"{", "line 1"),
    ],
)
def test_a_bad_file_is_named_and_stops_nothing(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    save(tmp_path, "metformin_good.json", record())
    report = Report()
    assert [read.drug.name for read in read_labels([tmp_path], report, progress=False)] == ["metformin"]
    ((file, reason),) = report.refused
    assert (file, report.taken) == (name, 1)
    assert told in reason


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    save(tmp_path, "metformin.json", record())
    for name in ("gone.json", "gone.xml"):
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    report = Report()
    assert len(list(read_labels([tmp_path], report, progress=False))) == 1
    assert report.refused == [(name, "a link to a file that is not there") for name in ("gone.json", "gone.xml")]
    assert [path.name for path in source_files(tmp_path)] == ["metformin.json"]


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("Examplomet (metformin hydrochloride)\n\n4. CONTRAINDICATIONS\n\n{}\n\n7. Drug Interactions\n7.1. Alcohol\nMuch of it is bad.\n", ["Contraindications", "Drug interactions: Alcohol"]),
        ("DESCRIPTION\n\nEXAMPLOMET (metformin hydrochloride) is a tablet.\n\nDrug-Drug Interactions\n\n{}\n", ["Drug interactions", "Description"]),
        ("BOXED WARNING\n\n{}\n\nCONTRAINDICATIONS\nGlucophage (see below) is contraindicated. Glucophage is contraindicated in two.\n", ["Boxed warning", "Contraindications"]),
        ("Examplomet (metformin hydrochloride)\n\n4 CONTRAINDICATIONS\n\n{}\n4. Warnings come later.\n", ["Contraindications"]),
    ],
)  # fmt: skip
def test_headings_of_plain_text(tmp_path: Path, text: str, sections: list[str]) -> None:
    path = tmp_path / "one.txt"
    path.write_text(text.replace("{}", USES), encoding="utf-8")
    read = _one(path)
    assert (read.drug.name, [part.heading for part in read.sections]) == ("metformin", sections)


def test_the_label_that_stays_is_said_to_stand_for_the_others(tmp_path: Path) -> None:
    for name in ("metformin.json", "Glucophage.json"):
        save(tmp_path, name, record())
    save(tmp_path, "other.json", record(set_id="22222222-2222-3333-4444-555555555555", openfda={"substance_name": ["WARFARIN SODIUM"]}))
    report = Report()
    assert len(list(read_labels([tmp_path], report, progress=False))) == 2
    ((kept, others),) = report.stands_for
    assert {kept, others} == {"metformin.json", "Glucophage.json"}
    assert any(kept in line and others in line for line in report.lines())


def test_a_file_too_large_is_refused_unread(tmp_path: Path) -> None:
    for name in ("huge.xml", "huge.txt"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100_000_000)
    report = Report()
    with pytest.raises(MonographError, match="100 MB"):
        list(read_labels([tmp_path], report, progress=False))
    assert len(report.refused) == 2


def test_many_labels_are_read_by_several_processes(tmp_path: Path) -> None:
    rows = [
        record(set_id=f"{n:08d}-2222-3333-4444-555555555555", warnings=[f"Warnings Number {n} of the made-up cautions."]) for n in range(40)
    ]
    path = save(tmp_path, "bulk.json", {"meta": {}, "results": [*rows, {"warnings": 3}]})
    report = Report()
    assert len(list(read_labels([path], report, progress=False, processes=2))) == 40
    assert [file for file, _ in report.refused] == ["bulk.json#41"]


@pytest.mark.parametrize(
    ("flat", "clean"),
    [
        ("Lower it [see Warnings and Precautions ( 5.1 )] .", "Lower it."),
        ("Lower it ( 2.1 , 5.3 ) .", "Lower it."),
        ("An INR of (2.5) is the aim", "An INR of (2.5) is the aim"),
        ("(see the dose of 5 mg below)", "(see the dose of 5 mg below)"),
        ("Lower it [seeAdverse Reactions (6)].", "Lower it."),
        ("Lower it (seeWarnings and Precautions (5.1)).", "Lower it."),
        ("[seek help]", "[seek help]"),
        ("Cough was seen. (5.1) Stop.", "Cough was seen. Stop."),
        ("Cough was seen. (5.1, 7.2)", "Cough was seen."),
        ("Lower it ( 5.1, 7.2 ).", "Lower it."),
        ("Lower it (see section 5.1).", "Lower it."),
        ("a ratio (1.2) and an interval (1.1, 2.3).", "a ratio (1.2) and an interval (1.1, 2.3)."),
        ("The mean was 4.2. (5.1)", "The mean was 4.2. (5.1)"),
        ("a low level.Permanently stop", "a low level. Permanently stop"),
        ("(as above).Permanently stop", "(as above). Permanently stop"),
        ("visit www.Sample.Example now or sample.Gov now", "visit www.Sample.Example now or sample.Gov now"),
        ("e.g.Digoxin, 2.5mg of pH.Eur quality, U.S.Label", "e.g.Digoxin, 2.5mg of pH.Eur quality, U.S.Label"),
        ("above 5 % , or ( rarely ) more", "above 5%, or (rarely) more"),
    ],
)
def test_references_go_and_figures_stay(flat: str, clean: str) -> None:
    assert tidy(flat) == clean


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("Brief. 5.1 Liver Injury Severe injury was seen. 5.2 Low Sugar The sugar may fall.", ["", "Liver Injury", "Low Sugar"]),
        ("Brief. 5.1 Treatment During Surgery Some patients stop.", ["", "Treatment During Surgery"]),
        ("Brief. 5.1 Rash Rash of any kind may come.", ["", "Rash"]),
        ("Lower to 5.9 Units when 7.1 Days have passed.", [""]),
    ],
)
def test_numbered_headings_are_found_in_flat_text(text: str, titles: list[str]) -> None:
    assert [title for _, title, _ in subsections(text, "5")] == titles


def _table(*rows: str, caption: str = "") -> str:
    cells = "".join("<tr><td>" + "</td><td>".join(row.split("|")) + "</td></tr>" for row in rows)
    return f"<table><caption>{caption}</caption>{cells}</table>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (_table("Examplol<sup>b</sup>|10<sup>3</sup>", caption="T"), "T\nExamplol b | 10^3"),
        (_table("Examplol<sup>1</sup>|5 mg/m<sup>2</sup>|1<sup>st</sup>"), "Examplol 1 | 5 mg/m2 | 1st"),
        (_table("<list><item><caption>•</caption>Cold hands</item></list>|Stop"), "• Cold hands | Stop"),
        (_table("|Adults|Children", "5 kg||2 mg"), "| Adults | Children\n5 kg | | 2 mg"),
        (_table("Adults||5 mg", "Children||2 mg"), "Adults | 5 mg\nChildren | 2 mg"),
        (
            _table("Adults|<table><tr><td>in</td><td>side</td></tr></table> and more", "Children|2 mg"),
            "Adults | in side and more\nChildren | 2 mg",
        ),
    ],
)
def test_nothing_of_a_table_is_lost(markup: str, text: str) -> None:
    assert placed("", markup) == ("", (), text)


_DOSES = _table("Weight|Dose", "below 10 kg|• 5 mg", "10 kg or more|10 mg", caption="Table 1: Doses")


@pytest.mark.parametrize(
    ("flat", "markup", "text"),
    [
        ("As in Table 1. Table 1: Doses Weight Dose below 10 kg • 5 mg 10 kg or more 10 mg Then stop.", _DOSES,
         "As in Table 1.\nTable 1: Doses\nWeight | Dose\nbelow 10 kg | • 5 mg\n10 kg or more | 10 mg\nThen stop."),
        ("Weight Dose below 10 kg • 5 mg 10 kg or more 10 mg", _DOSES, "Table 1: Doses\nWeight | Dose\nbelow 10 kg | • 5 mg\n10 kg or more | 10 mg"),
        ("Weight Dose below 10 kg • 5 mg 20 kg or more 10 mg", _DOSES, "Weight Dose below 10 kg\n• 5 mg 20 kg or more 10 mg"),  # another figure
        ("Weight Dose below 10 kg • 5 mg 10 kg or more 10 mgs", _DOSES, "Weight Dose below 10 kg\n• 5 mg 10 kg or more 10 mgs"),  # inside a word
        ("Weight Dose below 10 kg", "", "Weight Dose below 10 kg"),
    ],
)  # fmt: skip
def test_a_flattened_table_gives_way_to_its_rows(flat: str, markup: str, text: str) -> None:
    rest, tables, loose = placed(flat, markup)
    assert filled(lines(rest), tables) == text
    assert bool(loose) == (bool(markup) and not tables)


def test_labels_stand_beside_the_authored_monograph(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "examplol.md").write_text(sample(), encoding="utf-8")
    same = {"generic_name": ["EXAMPLOL SODIUM"], "substance_name": ["EXAMPLOL SODIUM"]}
    label = save(tmp_path / "labels", "one.json", record(openfda=same))
    build(tmp_path / "index", HashEmbedder(), [label.parent, corpus], progress=False)
    base = KnowledgeBase(tmp_path / "index", HashEmbedder())
    assert base.monographs["examplol"].origin == "authored"
    assert {m.origin for m in base.by_id.values()} == {"authored", "label"}
    cited = {p.origin: p.source for p in base.passages}
    assert cited["label"].startswith("FDA label of Examplomet")
    assert not cited["authored"].startswith("FDA label")
    assert is_current(tmp_path / "index", [label.parent, corpus])
    label.write_text(json.dumps(record(openfda=same, version="5")), encoding="utf-8")
    assert not is_current(tmp_path / "index", [label.parent, corpus])


def test_sources_without_labels_leave_the_index_in_service(tmp_path: Path) -> None:
    label = save(tmp_path / "labels", "metformin.json", record())
    build(tmp_path / "index", HashEmbedder(), [label], progress=False)
    before = store.current(tmp_path / "index")
    (tmp_path / "none").mkdir()
    broken = save(tmp_path / "broken", "x.json", {"warnings": ""})
    for source in (tmp_path / "none", broken):
        with pytest.raises(MonographError):
            build(tmp_path / "index", HashEmbedder(), [source], progress=False)
    assert store.current(tmp_path / "index") == before


def test_a_planted_instruction_is_named_in_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "planted", lambda text: "an order" if "diet" in text else None)
    report = Report()
    assert len(list(read_labels([save(tmp_path, "metformin.json", record())], report, progress=False))) == 1
    assert any("planted instruction, an order" in line for line in report.lines())
