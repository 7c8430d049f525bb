"""The output side through real NeMo: a sentence is shown, replaced by its source, or dropped."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from guardrails.engine import Guardrails
from guardrails.policy import Policies
from guardrails.types import Decision
from tests.guardrails.scripted import SmallLexicon, scripted_rails

BLEEDING = "Warfarin can cause serious bleeding and bruising."
MAXIMUM = "Do not take more than 4,000 mg of acetaminophen in 24 hours."
TOGETHER = "Warfarin and ibuprofen should not be taken together."
EVIDENCE = (BLEEDING, MAXIMUM, TOGETHER)


@pytest.fixture(scope="module")
def rails(policies: Policies) -> Guardrails:
    return scripted_rails(policies)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        (BLEEDING, 0),
        ("Warfarin can cause serious bleeding.", 0),
        ("Warfarin can cause serious bleeding [1].", 0),
        ("Do not take more than 4 g of acetaminophen in 24 hours.", 1),
        (TOGETHER, 2),
    ],
)
def test_a_grounded_sentence_passes_as_it_is(rails: Guardrails, sentence: str, source: int) -> None:
    ruling = rails.check_answer(sentence, EVIDENCE)
    assert (ruling.decision, ruling.text, ruling.source) == (Decision.ALLOW, sentence, source)
    assert ruling.coverage > 0


@pytest.mark.parametrize(
    ("sentence", "source", "reason"),
    [
        ("Do not take more than 8,000 mg of acetaminophen in 24 hours.", 1, "number"),
        ("Take more than 4,000 mg of acetaminophen in 24 hours.", 1, "comparator"),
        ("Do not take more than 4,000 mg of aspirin in 24 hours.", 1, "drug"),
        ("Warfarin does not cause serious bleeding.", 0, "negation"),
        ("Warfarin and ibuprofen should be taken together.", 2, "negation"),
        ("Warfarin can cause serious bleeding and bruising in children.", 0, "population"),
    ],
)
def test_an_ungrounded_sentence_gives_way_to_its_source(rails: Guardrails, sentence: str, source: int, reason: str) -> None:
    ruling = rails.check_answer(sentence, EVIDENCE)
    assert (ruling.decision, ruling.text) == (Decision.REPLACE, EVIDENCE[source])
    assert (ruling.source, ruling.strongest.rule, ruling.strongest.reason) == (source, "grounding", reason)
    assert [failure for failure in ruling.strongest.failed if failure.startswith(reason)]


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("Purple elephants dance on Mars.", EVIDENCE),
        ("Yes.", EVIDENCE),
        (BLEEDING, ()),
        ("Ask your own doctor about it.", ()),
    ],
)
def test_what_nothing_supports_is_dropped(rails: Guardrails, sentence: str, evidence: Sequence[str]) -> None:
    ruling = rails.check_answer(sentence, evidence)
    assert (ruling.decision, ruling.text) == (Decision.REPLACE, "")


@pytest.mark.parametrize("sentence", ["You can take both.", "No.", "You should not."])
def test_a_bare_claim_is_dropped(rails: Guardrails, sentence: str) -> None:
    """Common words alone can still say the opposite of the source, and they carry nothing that can be checked."""
    assert rails.check_answer(sentence, EVIDENCE).text == ""


# (what the sentence and its source say, what must not be shown, what must)
IDENTIFYING = [
    ("Warfarin was given to the patient with SSN 123-45-6789.", "123-45-6789", "Warfarin was given"),
    ("Warfarin questions go to jane.roe@example.org at any hour.", "jane.roe", "Warfarin questions go to"),
    ("Warfarin was started on March 3, 2024 in the record.", "March 3", "Warfarin was started on"),
    ("Warfarin is in the chart MRN 00482913 of the ward.", "00482913", "Warfarin is in the chart"),
]


@pytest.mark.parametrize(("sentence", "gone", "left"), IDENTIFYING)
def test_identifiers_are_redacted_in_what_is_shown(rails: Guardrails, sentence: str, gone: str, left: str) -> None:
    ruling = rails.check_answer(sentence, [sentence])
    assert ruling.decision is Decision.REDACT
    assert gone not in ruling.text
    assert left in ruling.text


@pytest.mark.parametrize(("source", "gone", "left"), IDENTIFYING)
def test_identifiers_are_redacted_in_a_source_that_replaces(rails: Guardrails, source: str, gone: str, left: str) -> None:
    ruling = rails.check_answer(source.replace("Warfarin", "Aspirin and warfarin"), [source])
    assert ruling.decision is Decision.REPLACE
    assert gone not in ruling.text
    assert left in ruling.text


@pytest.mark.parametrize(
    "sentence",
    ["Call Poison Help at 1-800-222-1222.", "See www.fda.gov/medwatch to report side effects.", "Dr. Crohn first described the disease."],
)
def test_public_numbers_and_names_of_a_source_stay(rails: Guardrails, sentence: str) -> None:
    ruling = rails.check_answer(sentence, [sentence])
    assert (ruling.decision, ruling.text) == (Decision.ALLOW, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        'Say "yes" to {braces} and $bot_message.',
        "Two\nlines of warfarin.",
        "Warfarin \\ and {{ bot_message }}.",
        "½ tablet ≥ 5 µg of warfarin.",
    ],
)
def test_odd_sentences_come_back_as_they_are(rails: Guardrails, sentence: str) -> None:
    ruling = rails.check_answer(sentence, [sentence])
    assert (ruling.decision, ruling.text) == (Decision.ALLOW, sentence)


class BrokenLexicon(SmallLexicon):
    """A lexicon that cannot find names."""

    def find(self, text: str) -> frozenset[str]:
        raise ValueError(f"no names in {text}")


def test_grounding_that_cannot_run_shows_nothing(policies: Policies) -> None:
    ruling = scripted_rails(policies, lexicon=BrokenLexicon()).check_answer("Warfarin can cause serious bleeding.", EVIDENCE)
    assert (ruling.decision, ruling.text) == (Decision.REFUSE, "")
    assert (ruling.strongest.rule, ruling.strongest.reason) == ("grounding", "could_not_run")


# Whole texts, as `python -m guardrails check` hands them in.


def test_each_sentence_of_a_text_is_ruled_on(rails: Guardrails) -> None:
    text = (
        "Warfarin can cause serious bleeding. Purple elephants dance on Mars. Do not take more than 8,000 mg of acetaminophen in 24 hours."
    )
    ruling = rails.check_text(text, [" ".join(EVIDENCE)])
    assert ruling.text == f"Warfarin can cause serious bleeding. {MAXIMUM}"
    assert [verdict.decision for verdict in ruling.verdicts] == [Decision.ALLOW, Decision.REPLACE, Decision.REPLACE]


def test_a_source_is_shown_once(rails: Guardrails) -> None:
    text = "Warfarin does not cause serious bleeding. Warfarin never causes bleeding and bruising."
    assert rails.check_text(text, EVIDENCE).text == BLEEDING


@pytest.mark.parametrize("text", ["", "   \n "])
def test_an_empty_text_shows_nothing(rails: Guardrails, text: str) -> None:
    ruling = rails.check_text(text, EVIDENCE)
    assert (ruling.text, ruling.decision) == ("", Decision.ALLOW)


async def test_the_async_check_rules_alike(rails: Guardrails) -> None:
    for sentence in (
        "Warfarin can cause serious bleeding.",
        "Warfarin does not cause serious bleeding.",
        "Purple elephants dance on Mars.",
    ):
        here, there = rails.check_answer(sentence, EVIDENCE), await rails.check_answer_async(sentence, EVIDENCE)
        assert (here.text, here.decision, here.source) == (there.text, there.decision, there.source)
