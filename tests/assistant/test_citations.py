"""Every sentence shown is traced to the monograph, by code: over varied questions to the real base, quotes only."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from assistant.chain import PharmacyAssistant
from assistant.prompt import FOLDER
from assistant.testing import ScriptedModel
from assistant.types import Answer, Audience, Question
from tests.conftest import CASES

_EVERY = 12  # of the retrieval cases, so that the test takes seconds


@pytest.fixture(scope="module")
def answers(assistant: PharmacyAssistant) -> list[Answer]:
    quoting = PharmacyAssistant(assistant.base, assistant.rails, None, assistant.settings)
    rows = [json.loads(line) for line in (CASES / "retrieval.jsonl").read_text(encoding="utf-8").splitlines()][::_EVERY]
    asked = [row["question"] for row in rows] + [
        "can i take metformin with kidney disease",
        "took 30 tylenol",
        "who won the cup",
        "what about it",
    ]
    return [quoting.ask(Question(text, audience=audience)) for text, audience in zip(asked, [*Audience] * len(asked), strict=False)]


def test_every_quote_is_byte_exact_in_the_named_revision(answers: list[Answer], assistant: PharmacyAssistant) -> None:
    cited = [citation for answer in answers for citation in answer.citations]
    assert len(cited) > 50
    for citation in cited:
        monograph = assistant.base.by_id[citation.monograph]
        assert monograph.text[citation.start : citation.end] == citation.quote
        assert (monograph.drug.name, monograph.revised.isoformat()) == (citation.drug, citation.revised)
        assert any(
            part.start <= citation.start and citation.end <= part.end and part.code == citation.section_code for part in monograph.sections
        )


def test_no_claim_without_citation_and_no_citation_without_support(answers: list[Answer], assistant: PharmacyAssistant) -> None:
    own = fixed(assistant)
    for answer in answers:
        quotes = {citation.marker: citation.quote for citation in answer.citations}
        assert list(quotes) == list(range(1, len(quotes) + 1))
        for sentence in answer.sentences:
            if sentence.markers:
                assert sentence.text in {quotes[marker] for marker in sentence.markers}
            else:
                assert own.fullmatch(sentence.text), sentence.text
        assert sorted(marker for sentence in answer.sentences for marker in sentence.markers) == list(quotes)


def test_two_sentences_made_into_one_are_shown_as_two(assistant: PharmacyAssistant) -> None:
    """What joins two spans would have to carry both; a joined sentence is not shown at all."""
    question = "what are the common side effects of amlodipine"
    quoting = PharmacyAssistant(assistant.base, assistant.rails, None, assistant.settings)
    one, two = (citation.quote for citation in quoting.ask(question).citations[:2])
    joining = ScriptedModel(replies=[f"{one.removesuffix('.')}, and {two[0].lower()}{two[1:]} "])
    answer = PharmacyAssistant(assistant.base, assistant.rails, joining, assistant.settings).ask(question)
    assert [sentence.text for sentence in answer.sentences if sentence.markers][:2] == [one, two]
    assert all(len(sentence.markers) == 1 for sentence in answer.sentences if sentence.markers)


def fixed(assistant: PharmacyAssistant) -> re.Pattern[str]:
    """What the assistant may say without a source: its messages with any values, and the policies' messages."""
    messages = yaml.safe_load((FOLDER / "messages.yaml").read_text(encoding="utf-8")).values()
    policies = assistant.rails.policies
    said = [policies.message(name, in_doubt) for name in policies.by_name for in_doubt in (False, True)]
    patterns = [re.sub(r"\\\$\w+", ".+", re.escape(text)) for text in messages] + [re.escape(text) for text in said if text]
    return re.compile("|".join(patterns), re.DOTALL)
