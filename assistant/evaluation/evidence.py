"""What a limit on the evidence costs and saves: answerable questions that are not answered beside unanswerable ones that are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.retrieval import read
from assistant.subject import subject
from knowledge.__main__ import read_jsonl
from knowledge.search import KnowledgeBase

LIMITS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, whether a monograph answers it, and the evidence that search found, 0 to 1."""

    question: str
    answerable: bool
    evidence: float


def judge(base: KnowledgeBase, answerable: Path, unanswerable: Path, splits: Sequence[str]) -> list[Judged]:
    """The questions of both files that name a medicine we hold, with their evidence."""
    return list(_judged(base, answerable, unanswerable, splits))


def _judged(base: KnowledgeBase, answerable: Path, unanswerable: Path, splits: Sequence[str]) -> Iterator[Judged]:
    asked = [(case.question, case.history, True) for case in read(answerable, splits)]
    asked += [(row["question"], (), False) for row in read_jsonl(unanswerable, "question", "split") if row["split"] in splits]
    for question, history, known in asked:
        about = subject(base, question, history)
        if about.drugs and not about.pairs:
            yield Judged(question, known, base.find(about.question, about.drugs, before=about.before).evidence)


def table(judged: Sequence[Judged]) -> str:
    """The curve as Markdown: a row a limit."""
    known = [case.evidence for case in judged if case.answerable]
    silent = [case.evidence for case in judged if not case.answerable]
    lines = [f"{len(known)} answerable and {len(silent)} unanswerable questions", ""]
    lines += ["| limit | answerable, not answered | unanswerable, answered |", "|---|---|---|"]
    for limit in LIMITS:
        lost = sum(evidence < limit for evidence in known) / len(known)
        wrong = sum(evidence >= limit for evidence in silent) / len(silent)
        lines.append(f"| {limit} | {lost:.3f} | {wrong:.3f} |")
    return "\n".join(lines)
