from __future__ import annotations

import pytest

from knowledge.passages import embedded_text, passages, sentences
from knowledge.reader import read_all


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
