"""The grounding checks on the shipped monographs: each kind of corruption of a real sentence must be found, its copy never."""

from __future__ import annotations

import re
from typing import TypeVar

import pytest

from assistant.evaluation import corruptions
from assistant.evaluation.corruptions import Corruption
from guardrails.grounding import Grounding
from knowledge.names import NameIndex
from knowledge.types import Monograph

Item = TypeVar("Item")
MOST = 300  # corrupted sentences a kind, spread over the corpus: each kind then takes about two seconds


def spread(items: list[Item]) -> list[Item]:
    """At most `MOST` of them, evenly from first to last."""
    return items[:: max(1, len(items) // MOST)]


@pytest.fixture(scope="module")
def sentences(monographs: tuple[Monograph, ...]) -> list[str]:
    """The sentences of the corpus."""
    texts = (section.text for monograph in monographs for section in monograph.sections)
    parts = (part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])|\n+", text))
    return list(dict.fromkeys(part for part in parts if len(part.split()) > 3))


@pytest.fixture(scope="module")
def grounding(names: NameIndex) -> Grounding:
    return Grounding(names.find)


# Floors a little below what was measured; where one is far from 1, the check has a known hole.
@pytest.mark.parametrize(
    ("corrupt", "least", "floor"),
    [
        (corruptions.number, 250, 0.98),
        (corruptions.unit, 250, 0.97),
        (corruptions.frequency, 200, 0.97),
        (corruptions.comparator, 250, 0.97),
        (corruptions.drug, 250, 0.99),
        (corruptions.population, 250, 0.93),
        (corruptions.route, 250, 0.96),
        (corruptions.exception, 100, 0.98),
        (corruptions.negation_added, 250, 0.97),
        (corruptions.negation_dropped, 250, 0.97),
        (corruptions.direction, 250, 0.93),
    ],
)
def test_corruptions_are_found(grounding: Grounding, sentences: list[str], corrupt: Corruption, least: int, floor: float) -> None:
    pairs = spread([(wrong, right) for right in sentences if (wrong := corrupt(right)) != right])
    shown = [wrong for wrong, right in pairs if grounding.check(wrong, [right]).grounded]
    assert len(pairs) >= least, "the corpus has too few such sentences for the floor to mean anything"
    found = 1 - len(shown) / len(pairs)
    assert found >= floor, f"{found:.3f} of {len(pairs)} found; let through, for example:\n" + "\n".join(shown[:10])


def test_the_corpus_is_grounded_in_itself(grounding: Grounding, sentences: list[str]) -> None:
    evidence = spread(sentences)[:40]
    assert [text for text in evidence if not grounding.check(text, evidence).grounded] == []


def test_an_introduced_sentence_is_still_grounded(grounding: Grounding, sentences: list[str]) -> None:
    """`According to the label, …` says nothing new, so a sentence that is long enough to carry it stays."""
    long = spread([text for text in sentences if len(text.split()) >= 8])
    lost = [text for text in long if not grounding.check(f"According to the label, {text}", [text]).grounded]
    assert len(lost) / len(long) <= 0.03, "\n".join(lost[:10])
