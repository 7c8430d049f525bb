from __future__ import annotations

import asyncio
import json
import logging

import pytest

from assistant.prompt import ABSTAINS
from assistant.types import Answer, Question, Sentence, Status, Turn
from guardrails.types import Decision, Ruling, Verdict
from tests.assistant.conftest import Make

DOSE = "Adults take 5 mg of examplol once a day."


def ask(make: Make, text: str, *replies: str, history: tuple[str, ...] = (), **more: object) -> Answer:
    return make(*replies, **more).ask(Question(text, tuple(Turn("user", turn) for turn in history)))


def test_an_answer_quotes_exact_spans(make: Make) -> None:
    assistant = make()
    answer = assistant.ask("do adults take examplol once a day")
    assert answer.status is Status.ANSWERED
    assert answer.citations
    for citation in answer.citations:
        assert assistant.base.by_id[citation.monograph].text[citation.start : citation.end] == citation.quote
    assert [citation.marker for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert DOSE in answer.text


def test_a_rewrite_that_changes_a_number_gives_way_to_the_quote(make: Make) -> None:
    answer = ask(make, "do adults take examplol once a day", "Adults take 50 mg of examplol once a day. ")
    assert "50 mg" not in answer.text
    assert DOSE in answer.text
    assert any(verdict.decision == "replace" and "number: 50 mg" in verdict.failed for verdict in answer.verdicts)


def test_the_words_shown_are_the_monographs(make: Make) -> None:
    answer = ask(make, "do adults take examplol once a day", "Adults take the 5 mg of examplol once a day. ")
    assert f"{DOSE} [1]" in answer.text
    assert "the 5 mg" not in answer.text


def test_the_model_adds_what_it_chose(make: Make) -> None:
    question, added = "do adults take examplol once a day", "Kidney disease needs no change of the examplol dose."
    alone = make(sentences=1).ask(question)
    more = make(f"{DOSE} {added} ", sentences=1).ask(question)
    assert added not in alone.text
    assert [sentence.text for sentence in more.sentences][-1] == added


@pytest.mark.parametrize(("silent", "asked"), [(0.0, 0), (1.01, 1)])
def test_the_best_sentences_wait_for_the_model_only_where_its_silence_counts(make: Make, silent: float, asked: int) -> None:
    assistant = make(f"{DOSE} ", silent_evidence=silent)
    first = next(assistant.stream("do adults take examplol once a day"))
    assert isinstance(first, Sentence)
    assert len(assistant.model.prompts) == asked  # type: ignore[union-attr]


def test_nothing_that_the_model_adds_is_shown(make: Make) -> None:
    answer = ask(make, "do adults take examplol once a day", "Yes, it is perfectly safe for everyone. You should take two. ")
    assert "safe for everyone" not in answer.text
    assert "take two" not in answer.text


def test_a_stream_is_the_answer_in_pieces(make: Make) -> None:
    pieces = list(make().stream("side effects of examplol"))
    answer = pieces[-1]
    assert isinstance(answer, Answer)
    assert answer.text == "\n".join(piece.marked for piece in pieces if isinstance(piece, Sentence))


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("", Status.FAILED, "empty_question"),
        (" \t\n\x00\x07", Status.FAILED, "empty_question"),
        ("x" * 20_000, Status.FAILED, "too_long"),
        ("🙂🙂", Status.CLARIFY, "unreadable"),
        ("is zorblaxin used for pain", Status.NO_SOURCE, "unknown_drug"),
        ("can i take examplol with samplazine", Status.NO_SOURCE, "no_statement"),
        ("how much does examplol cost", Status.NO_SOURCE, "no_evidence"),
        ("who makes examplol", Status.NO_SOURCE, "no_evidence"),
        ("what about it", Status.CLARIFY, "which_drug"),
        ("exam\x00plol dosage of \u200bexamplol", Status.ANSWERED, ""),
    ],
)
def test_odd_questions_end_sanely(make: Make, text: str, status: Status, reason: str) -> None:
    answer = ask(make, text)
    assert (answer.status, answer.reason) == (status, reason)
    assert answer.text


def test_a_pair_that_is_stated_quotes_the_row(make: Make) -> None:
    answer = ask(make, "can i drink alcohol with examplol")
    assert answer.status is Status.ANSWERED
    assert {citation.section_code for citation in answer.citations} == {"34073-7"}
    assert "Avoid alcohol with examplol." in answer.text


@pytest.mark.parametrize(
    ("earlier", "now", "drug"),
    [
        ("side effects of examplol", "and with alcohol?", "examplol"),
        ("dosage of examplol", "where do I keep it at room temperature away from moisture", "examplol"),
        ("dosage of examplol", "what about samplazine?", "samplazine"),
    ],
)
def test_a_follow_up_keeps_its_subject(make: Make, earlier: str, now: str, drug: str) -> None:
    answer = ask(make, now, history=(earlier,))
    assert {citation.drug for citation in answer.citations} == {drug}


def test_a_name_that_cannot_be_read_is_not_answered_from_the_drug_before(make: Make) -> None:
    answer = ask(make, "qwblorvix dose", history=("side effects of examplol",))
    assert answer.citations == ()
    assert answer.status in (Status.CLARIFY, Status.NO_SOURCE)


def test_a_ruling_that_stops_ends_before_retrieval(make: Make) -> None:
    verdicts = {"help": Verdict("input", "emergency", Decision.ESCALATE, "emergency", message="Call 911 now.")}
    answer = ask(make, "help", verdicts=verdicts)
    assert (answer.status, answer.reason, answer.text, answer.citations) == (Status.ESCALATED, "emergency", "Call 911 now.", ())
    assert "retrieve" not in answer.timings_ms


def test_a_referral_comes_with_the_facts(make: Make) -> None:
    question = "do adults take examplol once a day"
    verdicts = {question: Verdict("input", "advice", Decision.REFER, "personal_dosing", message="Ask your pharmacist.")}
    answer = ask(make, question, verdicts=verdicts)
    assert answer.status is Status.ANSWERED
    assert DOSE in answer.text
    assert answer.text.endswith("Ask your pharmacist.")


def test_silence_of_the_monograph_is_said(make: Make) -> None:
    answer = ask(make, "does examplol cause headache side effects")
    assert "does not mention" not in answer.text


def test_identifiers_reach_neither_answer_nor_log(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = ask(make, "Jane Roe here, dosage of examplol", history=("I am Jane Roe on examplol",))
    assert "Jane Roe" not in json.dumps(answer.as_json())
    assert "Jane Roe" not in caplog.text


def test_a_failure_is_a_sentence_and_is_not_logged_with_the_question(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    assistant = make()
    assistant.base = None  # type: ignore[assignment]
    answer = assistant.ask("dosage of examplol for my secret")
    assert (answer.status, answer.reason) == (Status.FAILED, "internal_error")
    assert "secret" not in caplog.text


async def test_async_is_the_same_walk(make: Make) -> None:
    assistant = make()
    assert (await assistant.aask("dosage of examplol")).text == assistant.ask("dosage of examplol").text
    pieces = [piece async for piece in assistant.astream("dosage of examplol")]
    assert isinstance(pieces[-1], Answer)
    answers = await asyncio.gather(*(assistant.aask(f"dosage of {drug}") for drug in ["examplol", "samplazine"] * 8))
    assert [answer.citations[0].drug for answer in answers] == ["examplol", "samplazine"] * 8


# What the model's words may do.

RARE = "Common side effects of examplol are headache and nausea."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Common side effects of examplol are headache and nausea.", RARE),
        ("Side effects of examplol are headache and nausea.", RARE),  # its beginning is gone, and with it that they are the common ones
        ("Common side effects are headache.", RARE),  # a list cut short
        ("Are headache and nausea.", RARE),
    ],
)
def test_a_sentence_cut_short_gives_way_to_the_quote(make: Make, said: str, shown: str) -> None:
    answer = ask(make, "What are the common side effects of examplol?", f"{said} ")
    assert shown in [sentence.text for sentence in answer.sentences]
    assert len({citation.quote for citation in answer.citations}) == len(answer.citations)


@pytest.mark.parametrize(("below", "status"), [(1.01, Status.NO_SOURCE), (0.0, Status.ANSWERED)])
def test_a_model_that_abstains_is_believed_where_the_search_doubts(make: Make, below: float, status: Status) -> None:
    answer = ask(make, "What are the common side effects of examplol?", ABSTAINS, silent_evidence=below)
    assert answer.status is status
    assert ("nearest to the question" in answer.text) is False  # nothing is announced that does not come
    assert ("did not find an answer to that in the monograph of examplol" in answer.text) is (status is Status.NO_SOURCE)


def test_a_warning_is_due_though_the_model_abstains(make: Make) -> None:
    answer = ask(make, "Does examplol cause sleepiness after alcohol?", ABSTAINS, silent_evidence=1.01)
    assert answer.status is Status.ANSWERED
    assert "Avoid alcohol with examplol." in answer.text


@pytest.mark.parametrize("silent", [0.0, 1.01])
def test_a_sentence_held_back_is_checked_once(make: Make, silent: float) -> None:
    assistant = make("Kidney disease needs no change of the examplol dose. examplol is sold. ", silent_evidence=silent)
    check = assistant.rails.check_answer
    refused = Ruling("", (Verdict("output", "privacy", Decision.REFUSE, "identifier"),))
    assistant.rails.check_answer = lambda text, evidence: refused if text == DOSE else check(text, evidence)  # type: ignore[method-assign]
    answer = assistant.ask("do adults take examplol once a day")
    assert DOSE not in answer.text
    assert [verdict.decision for verdict in answer.verdicts if verdict.sentence == DOSE] == ["refuse"]
