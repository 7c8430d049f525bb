"""Stand-ins for what the rails are made of: no weights, and a classifier that says what it was told to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from guardrails.classifier import Classifier, Vectors
from guardrails.engine import Guardrails
from guardrails.policy import Policies

DRUGS = ("warfarin", "ibuprofen", "aspirin", "acetaminophen", "digoxin", "lisinopril")


class ScriptedClassifier:
    """A classifier with one sure policy a word: the words of `script` that a text holds set those policies' probabilities."""

    def __init__(self, policies: Policies, script: Mapping[str, Mapping[str, float]]):
        self._quiet = dict.fromkeys(policies.by_name, 0.0)
        self._script = script
        self.seen: list[str] = []

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """Of every policy; 0 where the script says nothing. Keeps the texts in `seen`."""
        self.seen.append(text)
        found = dict(self._quiet)
        for word, odds in self._script.items():
            if word in text:
                found.update(odds)
        return found


class SmallLexicon:
    """A few drugs, and every word is English."""

    def find(self, text: str) -> frozenset[str]:
        return frozenset(drug for drug in DRUGS if re.search(rf"\b{drug}\b", text, re.IGNORECASE))

    def medicines(self, text: str) -> list[tuple[int, int]]:
        return [found.span() for drug in DRUGS for found in re.finditer(rf"\b{drug}\b", text, re.IGNORECASE)]

    def is_word(self, word: str) -> bool:
        return word.islower()

    def english(self, text: str) -> tuple[float, int]:
        return 1.0, len(text.split())


def encode(texts: Sequence[str]) -> Vectors:
    """Vectors of 3 dimensions that say nothing."""
    return np.zeros((len(texts), 3), dtype=np.float32)


def scripted_rails(policies: Policies, script: Mapping[str, Mapping[str, float]] | None = None, **parts: Any) -> Guardrails:
    """Rails through real NeMo on stand-ins; `parts` replaces `classifier`, `encode` or `lexicon`, or adds a `judge`."""
    classifier = parts.get("classifier") or ScriptedClassifier(policies, script or {})
    return Guardrails(policies, cast(Classifier, classifier), parts.get("encode") or encode, parts.get("lexicon") or SmallLexicon(), parts.get("judge"))
