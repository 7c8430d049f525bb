"""Puts the passages beside a question as retrieval really returns them, wrong sections and other medicines included."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import replace

from assistant.chain import PharmacyAssistant
from assistant.evidence import SHOWN, Evidence, beside, split
from assistant.finetuning.examples import Example, Shown
from assistant.types import Audience, Question, Turn

_NOISY = 0.25  # share of questions that also get another medicine's sentences, in a mixed order


def gather(example: Example, assistant: PharmacyAssistant, drugs: Collection[str]) -> Example:
    """The example with the passages that the assistant would hand its model, and noise for some; the same each time.

    Args:
        drugs: whose sentences may serve as noise; those of the example's own split, so that no other's are learned.
    """
    chance = random.Random(example.id)
    question = Question(example.question, tuple(Turn("user", text) for text in example.history), Audience(example.audience))
    pieces = assistant.passages(question) or _nearest(example, assistant)
    if len(drugs) > 1 and chance.random() < _NOISY and example.kind != "interaction":
        own = {piece.hit.passage.drug for piece in pieces}
        pool = sorted(set(drugs) - own)
        others = chance.sample(pool, min(12, len(pool)))
        strange = [piece for hit in assistant.base.find(example.question, others, k=2).hits for piece in split(hit)[:1]]
        pieces = [*pieces[: SHOWN - len(strange)], *strange]
        chance.shuffle(pieces)
    return replace(example, passages=tuple(map(shown, pieces)))


def shown(piece: Evidence) -> Shown:
    """The sentence as it is kept in an example."""
    passage = piece.hit.passage
    return Shown(passage.drug, passage.section, passage.section_code, piece.text, passage.monograph, piece.start, piece.end)


def _nearest(example: Example, assistant: PharmacyAssistant) -> list[Evidence]:
    """The passages of the example's own medicine, where the question alone leads nowhere."""
    asked = " ".join((*example.history[-1:], example.question))
    return beside(asked, assistant.base.find(asked, [example.drug], k=6).hits, assistant.base.embedder, (), SHOWN)
