from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.passages import embedded_text, passages, sentences
from knowledge.reader import read_all
from knowledge.types import Section


def words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("One line\nAnother line", ["One line", "Another line"]),
        ("Take 2.5 mg daily. Stop.", ["Take 2.5 mg daily.", "Stop."]),
        ("See Dr. Smith now. Go.", ["See Dr. Smith now.", "Go."]),
        ("  ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_passages_are_exact_spans_and_cover_the_text() -> None:
    monograph = read_all()[0]
    cut = list(passages(monograph, words, max_tokens=40))
    for passage in cut:
        assert monograph.text[passage.start : passage.end] == passage.text
        assert words(passage.text) <= 40 or len(sentences(passage.text)) == 1
        assert passage.drug in embedded_text(passage)
    spoken = {line for section in monograph.sections for line in section.text.split("\n")}
    assert spoken == {line for passage in cut for line in passage.text.split("\n")}


_TABLE = (
    "Table 1: Dose by weight",
    "Weight | Dose",
    "below 10 kg | 5 mg. Once a day",
    "Children above 5 years",
    "10 to 20 kg | 10 mg",
    "above 20 kg | 20 mg",
)


@pytest.mark.parametrize(
    ("lines", "limit", "expected"),
    [
        (("Before it. More words stand here.", *_TABLE, "After it."), 35, [(0,), (1, 2, 3, 4, 5, 6), (7,)]),  # whole: a caption goes with it
        (("A long sentence of nine words opens this section.", *_TABLE), 16, [(0,), (1, 2, 3), (4, 5), (6,)]),  # too long: at rows
        (("A long sentence of nine words opens this section.", *_TABLE), 3, [(0,), (1, 2, 3), (4,), (5,), (6,)]),  # never inside a row
        (("One | two", "and so on " * 60, "Three | four"), 5, [(0,), (1,), (2,)]),  # two tables: a paragraph is no row
    ],
)  # fmt: skip
def test_tables_are_cut_at_rows_only(lines: tuple[str, ...], limit: int, expected: list[tuple[int, ...]]) -> None:
    text = "\n".join(line.strip() for line in lines)
    section = Section("34068-7", "Dosage", "", text, 0, len(text))
    monograph = replace(read_all()[0], text=text, sections=(section,))
    cut = list(passages(monograph, words, max_tokens=limit))
    assert all(text[passage.start : passage.end] == passage.text for passage in cut)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.strip()) + 1)
    held = [tuple(at for at in range(len(lines)) if passage.start < starts[at + 1] - 1 and starts[at] < passage.end) for passage in cut]
    assert held == expected
