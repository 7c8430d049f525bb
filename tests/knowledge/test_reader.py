from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.reader import read, read_all
from knowledge.sections import AUTHORED
from knowledge.types import MonographError
from tests.conftest import sample


def write(folder: Path, text: str, name: str = "examplol.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_spans_are_exact(tmp_path: Path) -> None:
    monograph = read(write(tmp_path, sample()))
    for section in monograph.sections:
        assert monograph.text[section.start : section.end] == section.text
    for row in monograph.interactions:
        assert monograph.text[row.start : row.end] == f"{row.effect}\n{row.action}"


def test_the_interactions_section_is_rendered_from_the_rows(tmp_path: Path) -> None:
    monograph = read(write(tmp_path, sample()))
    (section,) = monograph.section("34073-7")
    assert section.heading == "Drug interactions: alcohol (moderate)"
    assert "Avoid alcohol with examplol." in section.text


def test_the_id_names_one_exact_text(tmp_path: Path) -> None:
    first = read(write(tmp_path, sample()))
    second = read(write(tmp_path, sample().replace("deep sleep", "light sleep")))
    assert first.id != second.id
    assert first.id.startswith("examplol@")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("brands: [Exampla]", "brand: [Exampla]", "brand"),
        ("severity: moderate", "severity: huge", "severity"),
        ("revised: 2026-01-02", "revised: soon", "revised"),
        ("schedule: none", "schedule: VI", "schedule"),
        ("## 44425-7 Storage", "## 44425-7 Keeping", "section"),
        ("## 44425-7 Storage", "## 99999-9 Storage", "section"),
        ("## 44425-7 Storage", "## 34073-7 Drug interactions\nx\n## 44425-7 Storage", "front matter"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    text = sample()
    line = text[: text.index(old)].count("\n") + 1
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(MonographError) as caught:
        read(path)
    problem = next(problem for problem in caught.value.problems if field in problem)
    file, number, _ = problem.split(":", 2)
    assert file == str(path)
    assert abs(int(number) - line) <= 1, problem


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("### Children\n", "'Dosage' lacks '### Children'"),
        ("## 34088-5 Overdose\n", "'## 34088-5 Overdose' is missing"),
        ("Keep examplol at room temperature away from moisture.\n", "'Storage' is empty"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, old: str, said: str) -> None:
    with pytest.raises(MonographError, match=said):
        read(write(tmp_path, sample().replace(old, "", 1)))


@pytest.mark.parametrize("content", [b"", b"no front matter", b"---\nname: x\n", b"---\nname: \xff\n---\n", b"---\nclass: [\n---\n"])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.md"
    path.write_bytes(content)
    with pytest.raises(MonographError, match=r"broken\.md"):
        read(path)


def test_two_files_for_one_drug_are_refused(tmp_path: Path) -> None:
    write(tmp_path, sample())
    write(tmp_path, sample(), "other.md")
    with pytest.raises(MonographError, match="has a monograph already"):
        read_all(tmp_path)


def test_a_brand_of_two_drugs_and_an_unknown_partner_are_named_by_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, sample())
    write(tmp_path, sample("samplazine", "Exampla").replace("with: alcohol", "with: moon dust"), "samplazine.md")
    with pytest.raises(MonographError) as caught:
        read_all(tmp_path)
    brand, partner = caught.value.problems
    assert brand.startswith(f"{tmp_path / 'samplazine.md'}:3: brands: 'Exampla'")
    assert partner.startswith(f"{tmp_path / 'samplazine.md'}:12: interactions: 'moon dust'")


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, sample())
    write(tmp_path, sample("samplazine", "Exampla").replace("with: alcohol", "with: moon dust"), "samplazine.md")
    write(tmp_path, sample("brokenol", "Brokena").replace("schedule: none", "schedule: VI"), "brokenol.md")
    write(tmp_path, sample("wholeol", "Wholea").replace("with: alcohol", "with: brokenol"), "wholeol.md")  # known by its file
    with pytest.raises(MonographError) as caught:
        read_all(tmp_path)
    assert sorted(problem.split(": ")[1] for problem in caught.value.problems) == ["brands", "interactions", "schedule"]


def test_the_corpus_reads_and_has_every_section() -> None:
    monographs = read_all()
    assert len(monographs) == 193
    required = {(kind.code, kind.title) for kind in AUTHORED if kind.required}
    for monograph in monographs:
        assert required <= {(section.code, section.title) for section in monograph.sections}, monograph.drug.name
        assert monograph.sources, monograph.drug.name
