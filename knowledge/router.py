"""From a question to the monograph sections that may answer it: a linear head on the question's embedding and on its words."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.embedding import Embedder, Vectors
from knowledge.names import NameIndex, Resolution
from knowledge.reader import CORPUS

QUESTIONS = Path(__file__).parent / "questions" / "sections.yaml"
ASKED = Path(__file__).parent / "questions" / "asked.tsv"
TERMS = Path(__file__).parent / "questions" / "terms.yaml"
MASK = "this medicine"
_C = 3.0  # inverse regularisation; 10 and 30 lost on the dev questions once the asked ones were 1,480
_SOMEBODY = re.compile(r"\b(?:i|i'm|im|my|me|should|mom|dad|wife|husband|son|daughter|kid)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Router:
    """A fitted head.

    Attributes:
        sections: the n classes, each `CODE TITLE` as in sections.yaml.
        weights: (d + w, n) float32; the embedding's d rows, then one row a word of `words`.
        bias: (n,) float32.
        words: words and word pairs, w of them; `idf` (w,) their inverse document frequencies.
    """

    sections: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    words: tuple[str, ...]
    idf: Vectors

    @cached_property
    def _counter(self) -> Any:
        counter = _counter(vocabulary={word: row for row, word in enumerate(self.words)})
        counter.idf_ = self.idf
        return counter

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """Section -> probability (they sum to 1) for a masked question and its embedding (d,)."""
        counted = self._counter.transform([text])
        logits = vector @ self.weights[: len(vector)] + np.asarray(counted @ self.weights[len(vector) :])[0] + self.bias
        odds = np.exp(logits - logits.max())
        return dict(zip(self.sections, (odds / odds.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the head as arrays and their names; no pickle."""
        meta = np.frombuffer(json.dumps([self.sections, self.words]).encode(), dtype=np.uint8)
        np.savez(path, weights=self.weights, bias=self.bias, idf=self.idf, meta=meta)

    @classmethod
    def open(cls, path: Path) -> Router:
        """The head that `save` wrote."""
        packed = np.load(path, allow_pickle=False)
        sections, words = json.loads(packed["meta"].tobytes())
        return cls(tuple(sections), packed["weights"], packed["bias"], tuple(words), packed["idf"])


@dataclass(frozen=True, slots=True)
class Example:
    """A masked question in plain words and the sections (`CODE TITLE`) that may answer it."""

    text: str
    sections: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of asked.tsv: the medicine it is about and the LOINC codes of the sections that answer it."""

    drug: str
    codes: frozenset[str]
    question: str


def train(embedder: Embedder, examples: Sequence[Example], c: float = _C) -> Router:
    """Fit the router; takes seconds. A question that several sections answer counts for each of them in part. `c`: inverse regularisation."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    rows = [(row, section) for row, example in enumerate(examples) for section in sorted(example.sections)]
    shares = [1 / len(examples[row].sections) for row, _ in rows]
    texts = [example.text for example in examples]
    vectors, counter = embedder.encode(texts), _counter()
    counted = counter.fit_transform(texts)
    taken = [row for row, _ in rows]
    features = sparse.hstack([sparse.csr_matrix(vectors[taken]), counted[taken]]).tocsr()
    head = LogisticRegression(C=c, max_iter=1000, class_weight="balanced").fit(features, [section for _, section in rows], shares)
    weights, bias = head.coef_, head.intercept_
    if len(weights) == 1:  # of two classes scikit-learn keeps the second's weights only
        weights, bias = np.vstack([-weights, weights]) / 2, np.r_[-bias, bias] / 2
    return Router(
        tuple(head.classes_), weights.T.astype(np.float32), bias.astype(np.float32),
        tuple(counter.get_feature_names_out()), counter.idf_.astype(np.float32),
    )  # fmt: skip


def _counter(vocabulary: dict[str, int] | None = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2 if vocabulary is None else 1, vocabulary=vocabulary)


def phrases(path: Path = QUESTIONS) -> dict[str, list[str]]:
    """Section (`CODE TITLE`) -> phrasings with the slots {drug} and {other}."""
    loaded: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def asked(path: Path = ASKED) -> list[Asked]:
    """The questions of asked.tsv.

    Raises:
        ValueError: a line without drug, codes and question; names it.
    """
    rows = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if row and not row[0].startswith("#"):
                if len(row) != 3:
                    raise ValueError(f"{path}:{number}: expected drug, codes and question between tabs, found {len(row)} fields")
                rows.append(Asked(row[0], frozenset(row[1].split(",")), row[2]))
    return rows


def examples(names: NameIndex) -> list[Example]:
    """What the router is trained on: the phrasings, and the questions with the names masked."""
    known = phrases()
    found = [Example(in_plain_words(fill(text)), frozenset({section})) for section, texts in known.items() for text in texts]
    for row in asked():
        sections = frozenset(section for section in known if section.split()[0] in row.codes)
        found.append(Example(masked(row.question, names.resolve(row.question)), sections))
    return found


def masked(question: str, resolution: Resolution) -> str:
    """A question as the router reads it: without names, in plain words."""
    return in_plain_words(mask(question, [(mention.start, mention.end) for mention in resolution.mentions]))


def in_plain_words(question: str) -> str:
    """The question followed by the monographs' own words for what it says (terms.yaml)."""
    found = dict.fromkeys(plain for _, plain in said(question))
    return f"{question} ({'; '.join(found)})" if found else question


def said(question: str) -> list[tuple[str, str]]:
    """The words of a question that terms.yaml knows, each with the monographs' own words for it."""
    return [(match[0], plain) for pattern, plain in _terms() if (match := pattern.search(question))]


@cache
def _terms() -> tuple[tuple[re.Pattern[str], str], ...]:
    table: dict[str, str] = yaml.safe_load(TERMS.read_text(encoding="utf-8"))
    return tuple((re.compile(rf"\b(?:{term})(?!\w)", re.IGNORECASE), plain) for term, plain in table.items())


def fill(text: str) -> str:
    """A phrasing with its slots filled as `mask` fills the names of a real question."""
    return text.replace("{drug}", MASK).replace("{other}", "another medicine")


def ordinary_questions() -> list[str]:
    """The phrasings that ask about a medicine and not about a person, with medicines' names in their slots: what is simply answered."""
    names = cycle(sorted(path.stem.replace("-", " ") for path in CORPUS.glob("*.md")))
    return [
        text.replace("{other}", next(names)).replace("{drug}", next(names))
        for section, texts in phrases().items()
        for text in texts
        if "{drug}" in text and (section == "34076-0 Missed dose" or not _SOMEBODY.search(text))
    ]


def mask(question: str, spans: Iterable[tuple[int, int]]) -> str:
    """The question with the medicines' names at `spans` replaced: the section does not depend on the name."""
    for number, (start, end) in sorted(enumerate(spans), key=lambda item: item[1], reverse=True):
        question = question[:start] + (MASK if number == 0 else "another medicine") + question[end:]
    return re.sub(r"\s+", " ", question).strip()
