"""Fakes for the chain: rails that do as they are told, a scripted model, a base of two invented drugs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path

import pytest

from assistant.chain import PharmacyAssistant
from assistant.settings import Settings
from assistant.testing import ScriptedModel
from guardrails.grounding import Grounding
from guardrails.privacy import Placeholders
from guardrails.types import Decision, Ruling, Verdict
from knowledge.names import NameIndex
from knowledge.search import KnowledgeBase


class PlainRails:
    """Rails that let every question through but those given a verdict, and ground sentences by rule. No NeMo, no classifier."""

    def __init__(self, base: KnowledgeBase, verdicts: dict[str, Verdict] | None = None):
        self._grounding, self._verdicts = Grounding(base.names.find), verdicts or {}

    def naming(self, names: NameIndex) -> PlainRails:
        rails = copy(self)
        rails._grounding = Grounding(names.find)
        return rails

    def check_question(self, text: str, placeholders: Placeholders | None = None) -> Ruling:
        return Ruling(text.replace("Jane Roe", "<NAME_1>"), (self._verdicts.get(text, Verdict("input", "privacy", Decision.ALLOW)),))

    def redact(self, text: str, placeholders: Placeholders) -> str:
        return text.replace("Jane Roe", "<NAME_1>")

    def check_answer(self, sentence: str, evidence: Sequence[str]) -> Ruling:
        check = self._grounding.check(sentence, evidence)
        decision = Decision.ALLOW if check.grounded else Decision.REPLACE
        text = sentence if check.grounded else evidence[check.source] if check.source >= 0 and check.support > 0 else ""
        return Ruling(text, (Verdict("output", "grounding", decision, failed=check.failed),), 0.0, check.source, check.coverage)


Make = Callable[..., PharmacyAssistant]


@pytest.fixture
def make(small_base: KnowledgeBase, tmp_path: Path) -> Make:
    """Makes an assistant over the fakes; `replies` is what its model says."""

    def build(*replies: str, verdicts: dict[str, Verdict] | None = None, **settings: object) -> PharmacyAssistant:
        model = ScriptedModel(replies=list(replies)) if replies else None
        configured = Settings(cache=tmp_path, min_cosine=0.01, min_evidence=0.0, **settings)  # type: ignore[arg-type]
        return PharmacyAssistant(small_base, PlainRails(small_base, verdicts), model, configured)  # type: ignore[arg-type]

    return build
