from __future__ import annotations

import pytest

from assistant.evidence import Evidence
from assistant.register import STAFF_SENTENCES, fit
from assistant.types import Audience
from knowledge.types import Hit, Passage

PLAIN = [f"Examplol is {word}." for word in ("kept dry", "a tablet", "swallowed", "white")]
FIGURE = "Adults take 5 mg of examplol."


def pieces(*texts: str, drug: str = "examplol", code: str = "34068-7") -> list[Evidence]:
    return [Evidence(text, 0, len(text), Hit(Passage(drug, "x", code, text, 0, len(text), "m", "2026-01-01", "s"), 1.0)) for text in texts]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (pieces(*PLAIN), PLAIN[:STAFF_SENTENCES]),
        (pieces(*PLAIN, FIGURE), [*PLAIN[:2], FIGURE]),  # the best sentence stays first
        (pieces(*PLAIN[:2]), PLAIN[:2]),
        (pieces(*PLAIN, code="34073-7"), PLAIN),  # interactions are whole
        (pieces(*PLAIN) + pieces(*PLAIN, drug="samplazine"), PLAIN[:STAFF_SENTENCES] * 2),
        ([], []),
    ],
)
def test_staff_read_few_sentences_and_the_figures_first(given: list[Evidence], kept: list[str]) -> None:
    assert [piece.text for piece in fit(given, Audience.STAFF)] == kept
    assert fit(given, Audience.PATIENT) == given
