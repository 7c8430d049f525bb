"""Fits the ranking's weights on the questions in `knowledge/questions`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.model_selection import KFold

from knowledge import ranking, router
from knowledge.router import Example
from knowledge.search import KnowledgeBase
from knowledge.sections import INTERACTIONS

_FOLDS = 5
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class _Case:
    """One question as search sees it, and what counts as found: section names or codes."""

    question: str
    drug: str
    example: Example


def fit(base: KnowledgeBase) -> tuple[NDArray[np.float64], float]:
    """The weights that make the passages of the right sections likeliest among their medicine's, and the share of questions that they put
    such a passage first for.

    Each question's section odds come from a router that did not see it (5 folds).
    """
    cases = list(_cases(base))
    texts = [case.example.text for case in cases]
    vectors = base.embedder.encode(texts)
    rows: list[tuple[NDArray[np.float64], NDArray[np.bool_], float]] = []
    for known, held_out in KFold(_FOLDS, shuffle=True, random_state=0).split(cases):
        head = router.fit([texts[i] for i in known], vectors[known], [cases[i].example for i in known])
        for i in held_out:
            odds = head.probabilities(texts[i], vectors[i])
            passages, found = base.candidates(cases[i].question, (cases[i].drug,), odds)
            right = np.array([ranking.section_name(p) in cases[i].example.sections for p in passages])
            partner = found[:, 3] > 0  # where a row is about the very partner, the other rows are no answer
            if partner.any() and any(section.startswith(INTERACTIONS) for section in cases[i].example.sections):
                right &= partner | np.array([p.section_code != INTERACTIONS for p in passages])
            if right.any():
                rows.append((found, right, cases[i].example.weight))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = _RIDGE * float(weights @ weights) * len(rows), 2 * _RIDGE * weights * len(rows)
        for found, right, weight in rows:
            scores = found @ weights
            every, good = np.exp(scores - logsumexp(scores)), np.where(right, np.exp(scores - logsumexp(scores[right])), 0.0)
            total += weight * float(logsumexp(scores) - logsumexp(scores[right]))
            slope = slope + weight * (every - good) @ found
        return total / len(rows), slope / len(rows)

    weights = minimize(loss, ranking.WEIGHTS, jac=True, method="L-BFGS-B").x
    first = [bool(right[np.argmax(found @ weights)]) for found, right, _ in rows]
    return weights, sum(first) / len(first)


def _cases(base: KnowledgeBase) -> Iterator[_Case]:
    chance = random.Random(0)
    drugs = sorted({row.drug for row in router.asked()})
    for section, texts in router.phrases().items():
        for text in texts:
            drug, other = chance.sample(drugs, 2)
            if section.startswith(INTERACTIONS):  # asked about a partner that the monograph has a row for
                other = chance.choice([row.partner for row in base.monographs[drug].interactions])
            written = text.replace("{drug}", drug).replace("{other}", other)
            yield _Case(written, drug, Example(router.in_plain_words(router.fill(text)), frozenset({section}), 0.5))
    for row, example in zip(router.asked(), router.examples(base.names)[-len(router.asked()) :], strict=True):
        yield _Case(row.question, row.drug, example)
