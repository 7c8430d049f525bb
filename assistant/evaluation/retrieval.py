"""How well the right passage is found: ways to search side by side over labelled questions, in one run."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np

from assistant.subject import subject
from knowledge import ranking
from knowledge.__main__ import read_jsonl
from knowledge.passages import embedded_text
from knowledge.search import KnowledgeBase
from knowledge.types import Passage

_K = 10
_POOL = 50
_FUSION = 60  # reciprocal rank fusion's usual constant


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the medicines and LOINC section codes that answer it; `history` is what its user asked before."""

    id: str
    question: str
    drugs: frozenset[str]
    codes: frozenset[str]
    history: tuple[str, ...] = ()

    def is_right(self, passage: Passage) -> bool:
        return passage.drug in self.drugs and passage.section_code in self.codes


@dataclass(frozen=True, slots=True)
class Score:
    """What one way to search reaches: shares of the questions, mean reciprocal rank, milliseconds."""

    way: str
    recall_at_1: float
    recall_at_5: float
    mrr: float
    wrong_drug_first: float
    p50_ms: float
    p95_ms: float


Search = Callable[[Case], list[Passage]]


def read(path: Path, splits: Sequence[str]) -> list[Case]:
    """The cases of some splits of a file with `id`, `question`, `drug`, `section_codes`, `split` and perhaps `drugs` and `history`."""
    rows = read_jsonl(path, "id", "question", "drug", "section_codes", "split")
    return [
        Case(row["id"], row["question"], frozenset(row.get("drugs", [row["drug"]])), frozenset(row["section_codes"]), tuple(row.get("history", ())))
        for row in rows
        if row["split"] in splits
    ]


class Ways:
    """Ways to search one index, each `Case -> passages, best first`; the one in service is `served`."""

    def __init__(self, base: KnowledgeBase):
        self.base, self.passages = base, list(base.passages)
        self._rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            self._rows.setdefault(passage.drug, []).append(row)
        self._keyword = bm25s.BM25()
        self._keyword.index(bm25s.tokenize([embedded_text(passage) for passage in self.passages], show_progress=False), show_progress=False)

    def __iter__(self) -> Iterator[tuple[str, Search]]:
        for place, rows in (("all passages", lambda case: None), ("named drugs", self._named)):
            for way, find in (("dense", self._dense), ("BM25", self._words), ("hybrid", self._hybrid)):
                yield f"{way}, {place}", lambda case, find=find, rows=rows: self._at(find(case, rows(case)))  # type: ignore[misc]
                yield f"{way}, {place}, router", lambda case, find=find, rows=rows: self._at(self._routed(case, find(case, rows(case))))  # type: ignore[misc]
        for number, feature in enumerate(ranking.FEATURES[:4]):
            yield f"in service, without {feature}", lambda case, number=number: self.served(case, without=number)  # type: ignore[misc]
        yield "in service", self.served

    def served(self, case: Case, without: int | None = None) -> list[Passage]:
        """What the knowledge base finds; with a feature's weight taken out where its number is given."""
        about = subject(self.base, case.question, case.history)
        scope = about.drugs or [name for mention in about.resolution.ambiguous for name in mention.names]
        if without is None:
            return [hit.passage for hit in self.base.find(about.question, scope or None, _K, about.before).hits]
        passages, rows = self.base.candidates(about.question, scope, self.base.sections(about.question))
        rows[:, without] = 0.0
        return [passages[row] for row in np.argsort(-ranking.scores(rows), kind="stable")[:_K]]

    def _at(self, rows: Sequence[int]) -> list[Passage]:
        return [self.passages[row] for row in rows[:_K]]

    def _named(self, case: Case) -> list[int] | None:
        return [row for drug in subject(self.base, case.question, case.history).drugs for row in self._rows.get(drug, ())] or None

    def _dense(self, case: Case, within: Sequence[int] | None) -> list[int]:
        return [row for row, _ in self.base.nearest(self.base.embedder.encode([case.question])[0], within, _POOL)]

    def _words(self, case: Case, within: Sequence[int] | None) -> list[int]:
        scores = self._keyword.get_scores(bm25s.tokenize([case.question], return_ids=False, show_progress=False)[0])
        pool = np.arange(len(self.passages)) if within is None else np.asarray(within)
        return [int(row) for row in pool[np.argsort(-scores[pool], kind="stable")[:_POOL]]]

    def _hybrid(self, case: Case, within: Sequence[int] | None) -> list[int]:
        points: dict[int, float] = {}
        for ranked in (self._dense(case, within), self._words(case, within)):
            for place, row in enumerate(ranked):
                points[row] = points.get(row, 0.0) + 1 / (_FUSION + place)
        return sorted(points, key=lambda row: -points[row])

    def _routed(self, case: Case, ranked: Sequence[int]) -> list[int]:
        """The same rows with the section's odds fused in as a second ranking."""
        odds = self.base.sections(subject(self.base, case.question, case.history).question)
        sections = sorted(odds, key=lambda section: -odds[section])
        place = {row: sections.index(name) if (name := ranking.section_name(self.passages[row])) in odds else len(sections) for row in ranked}
        points = {row: 1 / (_FUSION + at) + 1 / (_FUSION + place[row]) for at, row in enumerate(ranked)}
        return sorted(ranked, key=lambda row: -points[row])


def measure(cases: Sequence[Case], way: str, search: Search) -> tuple[Score, list[tuple[Case, list[Passage]]]]:
    """The score of one way to search, and the cases whose first passage is not right."""
    ranks: list[int | None] = []
    wrong, took, missed = 0, [], []
    for case in cases:
        since = time.perf_counter()
        found = search(case)
        took.append((time.perf_counter() - since) * 1000)
        ranks.append(next((place for place, passage in enumerate(found) if case.is_right(passage)), None))
        wrong += bool(found) and found[0].drug not in case.drugs
        if ranks[-1] != 0:
            missed.append((case, found))
    count = len(cases)
    return Score(
        way, sum(rank == 0 for rank in ranks) / count, sum(rank is not None and rank < 5 for rank in ranks) / count,
        sum(1 / (rank + 1) for rank in ranks if rank is not None) / count, wrong / count,
        statistics.median(took), statistics.quantiles(took, n=20)[-1],
    ), missed  # fmt: skip


def table(cases: Sequence[Case], base: KnowledgeBase, misses: int = 0) -> str:
    """The comparison as Markdown (only the first row's times hold the embedding of the questions, which the others reuse), with the first `misses` questions that the way in service does not answer first."""
    lines = ["| way | recall@1 | recall@5 | MRR | wrong drug first | p50 ms | p95 ms |", "|---|---|---|---|---|---|---|"]
    missed: list[tuple[Case, list[Passage]]] = []
    for way, search in Ways(base):
        print(way, file=sys.stderr, flush=True)
        score, missed = measure(cases, way, search)
        lines.append(
            f"| {way} | {score.recall_at_1:.3f} | {score.recall_at_5:.3f} | {score.mrr:.3f} | {score.wrong_drug_first:.3f} "
            f"| {score.p50_ms:.1f} | {score.p95_ms:.1f} |"
        )
    lines += ["", "The first row's times hold the embedding of the questions; the others reuse it."]
    for case, found in missed[:misses]:
        first = f"{found[0].drug}, {found[0].section}" if found else "nothing"
        lines.append(f"- {case.question} ({', '.join(sorted(case.drugs))}: {', '.join(sorted(case.codes))}) found {first}")
    return "\n".join(lines)
