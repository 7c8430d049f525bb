"""Whether a question is of a kind that monographs answer: what a pill costs, looks or tastes like is not, whatever the medicine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml

from knowledge import router
from knowledge.embedding import Embedder, Vectors
from knowledge.router import Example, Router

SILENT = Path(__file__).parent / "questions" / "silent.yaml"
_COVERED, _NOT = "covered", "not covered"
# Inverse regularisation, chosen beside the weights of `ranking.evidence` on the same questions, of which this head sees none.
_C = 10.0
_MOST = 8.0  # log odds; the head is not surer than that of anything


def train(embedder: Embedder, answered: Sequence[Example]) -> Router:
    """A head like the router's, with two classes: what the router learns from, and the questions of silent.yaml. Takes seconds."""
    silent: dict[str, list[str]] = yaml.safe_load(SILENT.read_text(encoding="utf-8"))
    examples = [Example(example.text, frozenset({_COVERED})) for example in answered]
    examples += [Example(router.in_plain_words(router.fill(text)), frozenset({_NOT})) for texts in silent.values() for text in texts]
    return router.train(embedder, examples, _C)


def log_odds(head: Router, text: str, vector: Vectors) -> float:
    """How likely monographs answer a masked question with the embedding (d,), as log odds from -8 to 8, when half of all questions are answered."""
    odds = head.probabilities(text, vector)
    with np.errstate(divide="ignore"):
        return float(np.clip(np.log(odds[_COVERED]) - np.log(odds[_NOT]), -_MOST, _MOST))
