"""What a limit on the evidence costs and saves: answerable questions that are not answered beside unanswerable ones that are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.evaluation.retrieval import read
from assistant.finetuning.examples import read as read_examples
from assistant.subject import subject
from knowledge import ranking
from knowledge.__main__ import read_jsonl
from knowledge.search import KnowledgeBase

LIMITS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7)
EXAMPLES = Path(__file__).parent.parent / "finetuning" / "data" / "validation.jsonl"
_FOLDS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, whether a monograph answers it, the evidence that search found, 0 to 1, and the signs that it is computed from."""

    question: str
    answerable: bool
    evidence: float
    signs: tuple[float, ...] = ()


def judge(base: KnowledgeBase, answerable: Path, unanswerable: Path, splits: Sequence[str], examples: Path | None = None) -> list[Judged]:
    """The questions of the files that name a medicine we hold, with their evidence; `examples`: of the tuning data, which say themselves what is absent."""
    asked = [(case.question, case.history, True) for case in read(answerable, splits)]
    asked += [(row["question"], (), False) for row in read_jsonl(unanswerable, "question", "split") if row["split"] in splits]
    asked += [(example.question, example.history, example.kind != "absent") for example in (read_examples(examples) if examples else ())]
    return list(_judged(base, asked))


def _judged(base: KnowledgeBase, asked: Sequence[tuple[str, Sequence[str], bool]]) -> Iterator[Judged]:
    for question, history, known in asked:
        about = subject(base, question, history)
        if about.drugs and not about.pairs:
            found = base.find(about.question, about.drugs, before=about.before)
            yield Judged(question, known, found.evidence, found.signs)


def fit(judged: Sequence[Judged]) -> str:
    """The weights of `ranking.signs` fitted to these questions, and the curve that each tenth of them gets by weights fitted to the others."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    signs, known = np.array([case.signs for case in judged]), np.array([case.answerable for case in judged])
    model = make_pipeline(StandardScaler(), LogisticRegression())
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, signs, known, cv=folds, method="predict_proba")[:, 1]
    scaler, head = (step for _, step in model.fit(signs, known).steps)
    weights = head.coef_[0] / scaler.scale_
    bias = head.intercept_[0] - float(weights @ scaler.mean_)
    lines = [", ".join(f"{name} {weight:.2f}" for name, weight in zip(ranking.SIGNS, weights, strict=True)) + f"; bias {bias:.2f}", ""]
    return "\n".join(lines) + table([replace(case, evidence=odds) for case, odds in zip(judged, unseen.tolist(), strict=True)])


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
