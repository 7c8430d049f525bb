"""The knowledge base: names resolved, passages found inside the named drugs, interactions looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge import coverage, ranking, store
from knowledge import index as indexing
from knowledge.aliases import ingredients
from knowledge.embedding import Embedder, Vectors
from knowledge.interactions import InteractionTable, Pair
from knowledge.names import Match, NameIndex, Resolution
from knowledge.router import in_plain_words, masked
from knowledge.types import Hit, Monograph, Passage
from knowledge.vocabulary import names as vocabulary
from knowledge.watch import Watch

_POOL = 40


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the hits, best first, and the probability of each section for the question."""

    hits: tuple[Hit, ...]
    sections: Mapping[str, float]
    cosine: float  # of the nearest passage with the question
    evidence: float = 0.0  # probability that the passages answer the question at all
    signs: tuple[float, ...] = ()  # what it is computed from, as `ranking.signs` has them


def _with_generics(question: str, resolution: Resolution) -> str:
    """The question with brands and misspellings written as the generic names that the passages use."""
    for mention in reversed(resolution.mentions):
        if len(mention.names) == 1 and mention.match in (Match.BRAND, Match.SYNONYM, Match.MISSPELLING):
            question = question[: mention.start] + mention.names[0] + question[mention.end :]
    return question


def _without_drugs(question: str, resolution: Resolution) -> str:
    """The question without its medicines' names; classes and foods stay, since a passage that names them may be the one."""
    for mention in reversed(resolution.mentions):
        if mention.match not in (Match.CLASS, Match.FOOD):
            question = question[: mention.start] + question[mention.end :]
    return question


class KnowledgeBase:
    """One build of an index in service. Safe to use from several threads: nothing in it changes after it is made.

    `latest` is the base over a newer build, once there is one; whoever holds a base sees one state of names, passages and interactions.
    """

    def __init__(self, folder: Path, embedder: Embedder, watch: Watch[KnowledgeBase] | None = None):
        self.embedder = embedder
        place = store.current(folder)
        self._index = indexing.load(folder, embedder)
        self.manifest = self._index.manifest
        by_authority = sorted(self._index.monographs, key=lambda m: m.origin == "authored")  # the authored one stands for a drug that has a label too
        self.monographs: dict[str, Monograph] = {m.drug.name: m for m in by_authority}
        self.by_id: dict[str, Monograph] = {m.id: m for m in self._index.monographs}
        self.names = NameIndex((m.drug for m in by_authority), vocabulary())
        self.interactions = InteractionTable(self._index.monographs)
        self._watch = watch or Watch(folder, self, lambda watch: KnowledgeBase(folder, embedder, watch), place)

    def latest(self) -> KnowledgeBase:
        """The base over the newest build: a new one is opened in the background and is there some seconds after it was built."""
        return self._watch.latest()

    def in_generics(self, text: str) -> str:
        """The text with brands, synonyms and misspelt names written as the generic names that the monographs use; a small model does not know them."""
        return _with_generics(text, self.resolve(text))

    def resolve(self, text: str) -> Resolution:
        """The medicines, classes and foods that the text names."""
        return self.names.resolve(text)

    def search(self, question: str, drugs: Sequence[str] | None = None, k: int = 5) -> list[Hit]:
        """The `k` best passages for a question in the newest build; see `find`."""
        return list(self.latest().find(question, drugs, k).hits)

    def find(self, question: str, drugs: Sequence[str] | None = None, k: int = 5, before: str = "") -> Found:
        """The best passages for a question, inside the monographs of `drugs`.

        Args:
            question: as asked, identifiers redacted.
            drugs: generic names; None to use the drugs that the question names (both, where a name could be two), or all
                monographs when it names none. A question that names only medicines without a monograph finds nothing.
            k: at most this many hits.
            before: the earlier question, redacted, that a question without a medicine's name leans on.
        """
        resolution = self.resolve(question)
        scope = list(drugs or ())
        if drugs is None:
            scope = [*resolution.drugs, *(name for mention in resolution.ambiguous for name in mention.names)]
            if not scope and resolution.unknown:
                return Found((), {}, 0.0)
        sections, covered = self.sections(question, resolution), self.covered(question, resolution)
        if before:
            earlier = self.sections(before)
            sections = {name: (1 - ranking.LEANING) * odds + ranking.LEANING * earlier[name] for name, odds in sections.items()}
            covered = (1 - ranking.LEANING) * covered + ranking.LEANING * self.covered(before)
        passages, rows = self._candidates(question, resolution, scope, sections, before)
        if not passages:
            return Found((), {}, 0.0)
        scores = ranking.scores(rows)
        best = np.argsort(-scores, kind="stable")[:k]
        hits = tuple(Hit(passages[row], float(scores[row])) for row in best)
        signs = ranking.signs(rows, scores, covered)
        return Found(hits, sections, float(rows[:, 0].max()), ranking.evidence(signs), tuple(signs.tolist()))

    @property
    def passages(self) -> Sequence[Passage]:
        """Every passage, in the order of the index."""
        return self._index.passages

    def nearest(self, vector: Vectors, rows: Sequence[int] | None, limit: int) -> list[tuple[int, float]]:
        """The nearest of `passages` as (row, cosine) for a vector (d,); only these rows where they are given."""
        return self._index.search(vector, None if rows is None else np.asarray(rows, dtype=np.int64), limit)

    def candidates(self, question: str, drugs: Sequence[str], sections: Mapping[str, float]) -> tuple[list[Passage], NDArray[np.float64]]:
        """The passages of `drugs` (the nearest of all where there are none) with their rows of `ranking.features`, (n, 6), for these odds of the sections."""
        return self._candidates(question, self.resolve(question), drugs, sections)

    def _candidates(
        self, question: str, resolution: Resolution, scope: Sequence[str], sections: Mapping[str, float], before: str = ""
    ) -> tuple[list[Passage], NDArray[np.float64]]:
        rows = self._index.rows(scope) if scope else None
        if rows is not None and not len(rows):
            return [], np.zeros((0, len(ranking.FEATURES)))
        vector = self._vector(question, resolution)
        if before:
            vector = vector + ranking.LEANING * self._vector(before, self.resolve(before))
            vector /= np.linalg.norm(vector)
        pool = self._index.search(vector, rows, limit=_POOL if rows is None else len(rows))
        passages = [self._index.passages[row] for row, _ in pool]
        unheld = (part for mention in resolution.unknown for name in mention.names for part in (name, *ingredients(name)))
        medicines = frozenset(name.lower() for name in (*resolution.drugs, *unheld))
        wanted = medicines | frozenset(name.lower() for name in resolution.partners)
        asked, earlier = (in_plain_words(_without_drugs(text, self.resolve(text))) for text in (question, before))
        return passages, ranking.features(passages, [cosine for _, cosine in pool], asked, sections, wanted, medicines, earlier)

    def _vector(self, question: str, resolution: Resolution) -> Vectors:
        return self.embedder.encode([in_plain_words(_with_generics(question, resolution))])[0]

    def sections(self, question: str, resolution: Resolution | None = None) -> dict[str, float]:
        """Section (`CODE TITLE`) -> probability that it answers the question."""
        text = masked(question, resolution or self.resolve(question))
        return self._index.router.probabilities(text, self.embedder.encode([text])[0])

    def covered(self, question: str, resolution: Resolution | None = None) -> float:
        """How likely the question is of a kind that monographs answer; see `coverage.log_odds`."""
        text = masked(question, resolution or self.resolve(question))
        return coverage.log_odds(self._index.coverage, text, self.embedder.encode([text])[0])

    def pairs(self, names: Sequence[str]) -> list[Pair]:
        """Every pair of the names and what the monographs state about it."""
        return self.interactions.pairs(names)
