"""One question through the real models, rails and index."""

from __future__ import annotations

import pytest

from assistant.chain import PharmacyAssistant
from assistant.subject import subject
from assistant.types import Status


def test_a_question_through_everything(assistant: PharmacyAssistant) -> None:
    answer = assistant.ask("Hi, I'm Maria Lopez. Can I take Advil while I'm on Coumadin?")
    assert answer.status is Status.ANSWERED
    assert {citation.drug for citation in answer.citations} == {"ibuprofen", "warfarin"}
    assert "bleeding" in answer.text
    assert "Lopez" not in answer.question + answer.text
    for citation in answer.citations:
        assert assistant.base.by_id[citation.monograph].text[citation.start : citation.end] == citation.quote
    assert {"rails_in", "resolve", "retrieve", "generate", "rails_out", "total"} <= answer.timings_ms.keys()


def test_the_model_writes_when_it_is_asked_alone(assistant: PharmacyAssistant) -> None:
    assert assistant.model is not None
    assert str(assistant.model.invoke("Say hello.").content).strip()


@pytest.mark.parametrize(
    ("question", "silent"),
    [
        ("does valproate make hair fall out", []),  # "hair loss" is one word to the checks
        ("does warfarin make toes purple", []),
        ("can lisinopril cause hiccups", ["hiccups"]),
    ],
)
def test_what_a_monograph_is_said_not_to_mention(assistant: PharmacyAssistant, question: str, silent: list[str]) -> None:
    assert subject(assistant.base, question, []).not_mentioned(assistant.base) == silent
