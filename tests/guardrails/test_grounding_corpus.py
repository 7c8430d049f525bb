"""The grounding checks on the shipped monographs: each kind of corruption of a real sentence must be found, its copy never."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import pytest

from guardrails.grounding import Grounding
from knowledge.names import NameIndex
from knowledge.types import Monograph

Corruption = Callable[[str], str]
Item = TypeVar("Item")
MOST = 300  # corrupted sentences a kind, spread over the corpus: each kind then takes about a second
# A sentence of the corpus with one fact made wrong; the sentence itself comes back where there is nothing to corrupt.


def other_number(text: str) -> str:
    return re.sub(
        r"(?<![\d.,/-])(\d[\d,]*(?:\.\d+)?)(?= ?(?:mg|mcg|g|mL|hours?|days?|weeks?|tablets?|%)\b)",
        lambda match: f"{float(match[1].replace(',', '')) * 10 + 1:g}",
        text,
        count=1,
    )


def other_unit(text: str) -> str:
    return re.sub(r"(?<=\d )(mg|mcg)\b", lambda match: "mcg" if match[1] == "mg" else "mg", text, count=1)


def no_negation(text: str) -> str:
    plain = re.sub(r"\bDo not (\w)", lambda match: match[1].upper(), text, count=1)
    return plain if plain != text else re.sub(r"\b(should|must|may|can|is|are|does|do) not\b", r"\1", text, count=1)


def added_negation(text: str) -> str:
    if re.search(r"\b(?:not|never|no|none|avoid\w*|without)\b|n't", text, re.IGNORECASE):
        return text
    return re.sub(r"\b(should|can|may|must|is|are)\b", r"\1 not", text, count=1)


def no_exception(text: str) -> str:
    return re.sub(r",? unless\b.*", ".", text)


def other_route(text: str) -> str:
    return text if "inject" in text.lower() else re.sub(r"\btablets?\b", "injection", text, count=1)


def other_direction(text: str) -> str:
    turned = {
        "raise": "lower",
        "raises": "lowers",
        "raised": "lowered",
        "increase": "reduce",
        "increases": "reduces",
        "increased": "reduced",
    }
    return re.sub(rf"\b({'|'.join(turned)})\b", lambda match: turned[match[1]], text, count=1)


def other_bound(text: str) -> str:
    turned = {"more than": "less than", "at least": "at most", "under": "over", "below": "above", "up to": "at least"}
    return re.sub(rf"\b({'|'.join(turned)})(?= \d)", lambda match: turned[match[1]], text, count=1)


def daily_for_weekly(text: str) -> str:
    return re.sub(
        r"\b(once|twice) a week\b|\bevery (?:week|other day)\b", lambda match: f"{match[1]} a day" if match[1] else "every day", text
    )


def other_drug(text: str) -> str:
    other = "clonidine" if "clonidine" not in text.lower() else "sertraline"
    return re.sub(
        r"\b(?:warfarin|metformin|lisinopril|ibuprofen|digoxin|lithium|omeprazole|sertraline)\b", other, text, count=1, flags=re.IGNORECASE
    )


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
        (other_number, 250, 0.99),
        (other_unit, 250, 0.95),
        (other_bound, 250, 0.98),
        (other_drug, 250, 0.99),
        (other_route, 250, 0.98),
        (no_exception, 100, 0.98),
        (added_negation, 250, 0.93),
        (no_negation, 250, 0.84),
        (daily_for_weekly, 40, 0.75),
        (other_direction, 250, 0.70),
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
