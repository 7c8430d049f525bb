"""Orders passages for a question: likeness, section, shared words and interaction partner, weighed together."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from py_rust_stemmers import SnowballStemmer
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from knowledge.interactions import InteractionTable
from knowledge.label_sections import ROUTED
from knowledge.sections import INTERACTIONS
from knowledge.types import Passage

FEATURES = ("cosine", "section", "words", "partner", "other partner", "no partner", "partner medicine")
# Chosen on the dev split of tests/cases/retrieval.jsonl, 2026-11-25: recall@1 .89 over a plateau. Weights fitted to 1,480 questions of our own, with
# routers that had not seen their medicines, reach the same there and on the tuning data's validation questions: what limits is in the signs.
WEIGHTS: NDArray[np.float64] = np.array([2.45, 0.7, 3.0, 1.0, -2.0, -1.2, 2.0])
SIGNS = ("nearest cosine", "cosine", "words", "score", "covered")  # of the best passage but for the first and the last
# `python -m assistant evaluate-evidence --fit` fits them, to questions that neither the router nor `coverage` has learned from: the weights are
# those of 2026-11-25, the limits on what they give are in the settings.
_EVIDENCE: NDArray[np.float64] = np.array([0.90, 4.60, 1.93, 9.62, 0.70])
_EVIDENCE_BIAS = -5.10
LEANING = 0.3  # weight of the earlier question beside one that leans on it: recall@1 of 90 follow-ups of the tuning data .77 to .80
_FLOOR = 0.1  # of a section's probability: no section is ruled out
_stemmer = SnowballStemmer("english")
_WORD = re.compile(r"[a-z]{2,}|\d[\d.,]*")
# Words of asking and doing, which say nothing of what is asked: "who makes Eliquis" is not answered where it may make periods heavy.
_COMMON = frozenset(
    "make made take took taken get got use used know tell told give given help happen need want go going think mean say said ask like lot thing way "
    "medicine medication drug pill tablet anyone someone people person really just okay ok please thanks".split()
)


def features(
    passages: Sequence[Passage],
    cosines: Sequence[float],
    question: str,
    sections: Mapping[str, float],
    wanted: frozenset[str],
    medicines: frozenset[str] = frozenset(),
    before: str = "",
) -> NDArray[np.float64]:
    """(n, 7) float64, a row a passage, in the order of `FEATURES`.

    Args:
        passages: the candidates, whose words are weighed by how few of them hold a word.
        cosines: of each with the question, from -1 to 1.
        question: in plain words; the medicines' own names should not be in it, since every candidate holds them.
        sections: section (`CODE TITLE`) -> probability that it answers.
        wanted: lower-case names of the medicines, classes and foods that the question names.
        medicines: those of `wanted` that are medicines; a class or food ("milk", "the pill") is often named for another reason.
        before: the earlier question that this one leans on, in plain words.
    """
    held = [stems(f"{passage.section} {passage.text}") for passage in passages]
    words = shares(held, stems(question))
    if before:
        words = (1 - LEANING) * words + LEANING * shares(held, stems(before))
    rows = np.zeros((len(passages), len(FEATURES)))
    for row, passage in enumerate(passages):
        odds = sections.get(section_name(passage), 0.0)
        rows[row, :3] = cosines[row], math.log(odds + _FLOOR), words[row]
        if passage.section_code == INTERACTIONS and passage.origin != "authored":  # prose about many partners: named in it, or no sign
            text = passage.text.lower()
            rows[row, 3] = any(name in text for name in wanted - {passage.drug})
        elif passage.section_code == INTERACTIONS:
            partner = passage.section.partition(": ")[2].rpartition(" (")[0]
            others = wanted - {passage.drug}
            met = any(InteractionTable.reaches(partner, name) for name in others)
            with_medicine = any(InteractionTable.reaches(partner, name) for name in others & medicines)
            rows[row, 3:] = met, bool(others) and not met, not others, with_medicine
    return rows


def shares(held: Sequence[frozenset[str]], asked: frozenset[str]) -> NDArray[np.float64]:
    """(n,) of each text's stems, how much of what is asked they hold, from 0 to 1; a rare word counts more."""
    frequency = Counter(word for words in held for word in words if word in asked)
    rarity = {word: math.log(1 + (len(held) - frequency[word] + 0.5) / (frequency[word] + 0.5)) for word in asked}
    whole = sum(rarity.values()) or 1.0
    return np.array([sum(rarity[word] for word in asked & words) / whole for words in held])


def scores(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) float64 for feature rows (n, 7): how likely each passage is the one that answers; they sum to 1."""
    weighed = rows @ WEIGHTS
    odds: NDArray[np.float64] = np.exp(weighed - weighed.max())
    return odds / odds.sum()


def signs(rows: NDArray[np.float64], odds: NDArray[np.float64], covered: float) -> NDArray[np.float64]:
    """(5,) float64, what tells whether the passages with feature rows (n, 7) and scores (n,) answer at all, in the order of `SIGNS`; n > 0."""
    best = int(np.argmax(odds))
    return np.array([rows[:, 0].max(), rows[best, 0], rows[best, 2], odds[best], covered])


def evidence(seen: NDArray[np.float64]) -> float:
    """The probability that the passages with these `signs` (5,) answer the question at all."""
    return float(1 / (1 + np.exp(-(seen @ _EVIDENCE + _EVIDENCE_BIAS))))


def section_name(passage: Passage) -> str:
    """The section of a passage as the router names it: `CODE TITLE`."""
    return ROUTED.get(passage.section_code) or f"{passage.section_code} {passage.section.split(':', 1)[0]}"


@lru_cache(maxsize=16_384)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's words and its numbers, without the common words."""
    words = [word for word in _WORD.findall(text.lower()) if word not in ENGLISH_STOP_WORDS]
    return frozenset(_stemmer.stem_words(words)) - _common_stems()


@cache
def _common_stems() -> frozenset[str]:
    return frozenset(_stemmer.stem_words(sorted(_COMMON)))
