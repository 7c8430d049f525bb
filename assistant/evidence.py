"""Chooses the sentences of the passages that answer a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Embedder
from knowledge.passages import sentences
from knowledge.planted import showable
from knowledge.ranking import shares, stems
from knowledge.router import in_plain_words
from knowledge.sections import BOXED_WARNING, INTERACTIONS
from knowledge.types import Hit

# Chosen on the sentences that the answers of the tuning data cite (777 training, 118 validation questions): .877 and .846 of them are kept, with 59 and
# 70 words an answer; at .22, .06 and .3, as it was, .850 and .823 with 55 and 65. A regression on sixteen signs of a sentence did no better.
_FIRST = 0.2  # a sentence of the best passage may be this much less like the question than the best sentence
_OTHERS = 0.12  # one of another passage
SHOWN = 7  # sentences that a model chooses from
_WORDS = 0.1  # weight of the words shared, beside its likeness
_HIT = 0.5  # weight of the section's probability beside the sentence's likeness


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a passage: `text == monograph.text[start:end]`, the passage that holds it, and how well it answers beside the others chosen with it."""

    text: str
    start: int
    end: int
    hit: Hit
    score: float = 0.0

    @property
    def as_hit(self) -> Hit:
        """The passage cut down to this sentence, as the model is shown it."""
        return replace(self.hit, passage=replace(self.hit.passage, text=self.text, start=self.start, end=self.end))


def split(hit: Hit) -> list[Evidence]:
    """The sentences of a hit's passage that may be shown: an instruction planted in an imported monograph, or an address in it, may not."""
    passage = hit.passage
    return [
        Evidence(passage.text[a:b], passage.start + a, passage.start + b, hit) for a, b in sentences(passage.text) if showable(passage.text[a:b])
    ]


def beside(question: str, hits: Sequence[Hit], embedder: Embedder, chosen: Sequence[Evidence], limit: int) -> list[Evidence]:
    """The next best sentences of the hits that are not among those chosen: with them `limit` at most. A model that chooses sees them too."""
    held = {(piece.hit.passage.monograph, piece.start) for piece in chosen}
    rest = [piece for hit in hits for piece in split(hit) if (piece.hit.passage.monograph, piece.start) not in held]
    if not rest or len(chosen) >= limit:
        return []
    scores = _scores(question, rest, hits, embedder)
    return [rest[row] for row in np.argsort(-scores, kind="stable")[: limit - len(chosen)]]


def _scores(question: str, pieces: Sequence[Evidence], hits: Sequence[Hit], embedder: Embedder) -> NDArray[np.float64]:
    """(n,) of the sentences: likeness to the question, how likely their section answers it, and their share of its rarer words.

    A section that is long stands in several passages: what the best of them scores counts for all, or the last few lines of it would be taken alone.
    """
    sections: dict[tuple[str, str], float] = {}
    for hit in hits:
        sections[_place(hit)] = max(hit.score, sections.get(_place(hit), 0.0))
    plain = in_plain_words(question)
    likeness = embedder.encode([plain, *(piece.text for piece in pieces)])
    words = shares([stems(piece.text) for piece in pieces], stems(plain))
    return likeness[1:] @ likeness[0] + _HIT * np.array([sections[_place(piece.hit)] for piece in pieces]) + _WORDS * words


def _place(hit: Hit) -> tuple[str, str]:
    return hit.passage.monograph, hit.passage.section


def choose(question: str, hits: Sequence[Hit], embedder: Embedder, limit: int) -> list[Evidence]:
    """At most `limit` sentences (an interaction row is kept whole): the best one, the others of its passage that bear on the question,
    then the best of the other passages, each in the order of its monograph."""
    candidates = [evidence for hit in hits for evidence in split(hit)]
    if not candidates:
        return []
    scores = _scores(question, candidates, hits, embedder)
    ranked = np.argsort(-scores, kind="stable").tolist()
    first = candidates[ranked[0]].hit
    near = [_place(evidence.hit) == _place(first) for evidence in candidates]
    kept = [row for row in ranked if scores[row] >= scores[ranked[0]] - (_FIRST if near[row] else _OTHERS)][:limit]
    whole = {id(candidates[row].hit) for row in kept if candidates[row].hit.passage.section_code == INTERACTIONS}
    kept += [row for row in ranked if row not in kept and id(candidates[row].hit) in whole]  # what happens, and what to do about it
    passages = list(dict.fromkeys(id(candidates[row].hit) for row in kept))
    ordered = sorted(kept, key=lambda row: (passages.index(id(candidates[row].hit)), candidates[row].start))
    if first.passage.section_code not in (INTERACTIONS, BOXED_WARNING):  # the sentence that answers comes first
        ordered = [ranked[0], *(row for row in ordered if row != ranked[0])]
    return [replace(candidates[row], score=float(scores[row])) for row in ordered]
