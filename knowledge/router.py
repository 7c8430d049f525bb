"""From a question to the monograph sections that may answer it: a linear head on the question's embedding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
import yaml

from knowledge.embedding import Embedder, Vectors
from knowledge.reader import CORPUS

QUESTIONS = Path(__file__).parent / "questions" / "sections.yaml"
TERMS = Path(__file__).parent / "questions" / "terms.yaml"
MASK = "this medicine"
_SOMEBODY = re.compile(r"\b(?:i|i'm|im|my|me|should|mom|dad|wife|husband|son|daughter|kid)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Router:
    """`weights` (d, n) and `bias` (n,) float32 over `sections`, each `CODE TITLE` as in sections.yaml."""

    sections: tuple[str, ...]
    weights: Vectors
    bias: Vectors

    def probabilities(self, vector: Vectors) -> dict[str, float]:
        """Section -> probability (they sum to 1) for the embedding (d,) of a masked question."""
        logits = vector @ self.weights + self.bias
        odds = np.exp(logits - logits.max())
        return dict(zip(self.sections, (odds / odds.sum()).tolist(), strict=True))


def train(embedder: Embedder, questions: Path = QUESTIONS) -> Router:
    """Fit the router on the phrasings of sections.yaml; takes seconds."""
    from sklearn.linear_model import LogisticRegression

    phrases: dict[str, list[str]] = yaml.safe_load(questions.read_text(encoding="utf-8"))
    texts = [fill(text) for texts in phrases.values() for text in texts]
    labels = [section for section, texts in phrases.items() for _ in texts]
    head = LogisticRegression(C=20.0, max_iter=2000, class_weight="balanced").fit(embedder.encode(texts), labels)
    return Router(tuple(head.classes_), head.coef_.T.astype(np.float32), head.intercept_.astype(np.float32))


def in_plain_words(question: str) -> str:
    """The question with the desk's terms followed by the monographs' own words (terms.yaml)."""
    for pattern, plain in _terms():
        question = pattern.sub(lambda match, plain=plain: f"{match[0]} ({plain})", question)  # type: ignore[misc]
    return question


@cache
def _terms() -> tuple[tuple[re.Pattern[str], str], ...]:
    table: dict[str, str] = yaml.safe_load(TERMS.read_text(encoding="utf-8"))
    return tuple((re.compile(rf"\b{term}\b", re.IGNORECASE), plain) for term, plain in table.items())


def fill(text: str) -> str:
    """A phrasing with its slots filled as `mask` fills the names of a real question."""
    return text.replace("{drug}", MASK).replace("{other}", "another medicine")


def ordinary_questions() -> list[str]:
    """The phrasings that ask about a medicine and not about a person, with medicines' names in their slots: what is simply answered."""
    phrases: dict[str, list[str]] = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    names = cycle(sorted(path.stem.replace("-", " ") for path in CORPUS.glob("*.md")))
    return [
        text.replace("{other}", next(names)).replace("{drug}", next(names))
        for section, texts in phrases.items()
        for text in texts
        if "{drug}" in text and (section == "34076-0 Missed dose" or not _SOMEBODY.search(text))
    ]


def mask(question: str, spans: list[tuple[int, int]]) -> str:
    """The question with the medicines' names at `spans` replaced: the section does not depend on the name."""
    for number, (start, end) in sorted(enumerate(spans), key=lambda item: item[1], reverse=True):
        question = question[:start] + (MASK if number == 0 else "another medicine") + question[end:]
    return re.sub(r"\s+", " ", question).strip()
