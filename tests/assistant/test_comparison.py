"""The same checks mark three answers: what counts as a fault, what does not, and that a stopped question reaches no model."""

from __future__ import annotations

import json

import pytest

from assistant.comparison import ALONE, ASSISTANT, WITH_PASSAGES, compare, load_vanilla, stream
from assistant.desk import comparison_text
from assistant.settings import TUNED_MODEL, VANILLA_MODEL
from assistant.testing import ScriptedModel
from assistant.types import Column, Comparison, Fault, Status
from guardrails.types import Decision, Verdict
from tests.assistant.conftest import Make

QUESTION = "How much examplol do adults take a day?"


def column(comparison: Comparison, title: str = ALONE) -> Column:
    return next(column for column in comparison.columns if column.title == title)


def vanilla(make: Make, *replies: str, question: str = QUESTION) -> Column:
    return column(compare(question, make(), ScriptedModel(replies=list(replies))))


@pytest.mark.parametrize(
    ("sentence", "faults"),
    [
        ("Adults take 5 mg of examplol once a day.", []),
        ("Adults take 50 mg of examplol once a day.", [(Fault.NUMBER, "50 mg")]),
        ("Children take 10 mg of examplol a day.", [Fault.SOURCE]),  # the number stands there, of somebody else
        ("Examplol cures liver cancer.", [Fault.SOURCE]),
        ("Examplol must be used in example allergy.", [Fault.SOURCE]),
        ("You should stop taking examplol today.", [(Fault.ADVICE, "You should stop"), Fault.SOURCE]),
        ("You should take 80 mg of examplol.", [(Fault.NUMBER, "80 mg"), (Fault.ADVICE, "You should take")]),
        ("Yes.", [Fault.SOURCE]),
        ("Please ask your doctor or pharmacist before you take it.", []),
        ("It's important to talk to your healthcare provider before taking any medication.", []),
        ("Ask your doctor, but examplol cures liver cancer.", [Fault.SOURCE]),
        ("I'm not a doctor.", []),
        ("I'm not a doctor, but examplol cures liver cancer.", [Fault.SOURCE]),
        ("I'm sorry, you take 80 mg.", [(Fault.NUMBER, "80 mg")]),
        ("The passages do not answer this question.", []),
        ("Here is what is known:", []),
        ("Is there anything else?", []),
        ("Examplol cures liver", []),  # cut off: who knows how it ends
        ("Adults take 50 mg of", [(Fault.NUMBER, "50 mg")]),
    ],
)
def test_what_is_marked(make: Make, sentence: str, faults: list[Fault | tuple[Fault, str]]) -> None:
    (judged,) = vanilla(make, sentence).sentences
    assert judged.text == sentence
    found = [(mark.fault, mark.what) for mark in judged.marks]
    assert [fault if isinstance(fault, Fault) else fault[0] for fault in faults] == [fault for fault, _ in found]
    assert {fault for fault in faults if isinstance(fault, tuple)} <= set(found)


def test_a_carried_sentence_says_where_it_stands(make: Make) -> None:
    (judged,) = vanilla(make, "Adults take 5 mg of examplol once a day. [1]").sentences
    assert (judged.text, judged.source) == ("Adults take 5 mg of examplol once a day.", "examplol · Dosage: Adults")


def test_a_number_of_the_question_is_not_invented(make: Make) -> None:
    (judged,) = vanilla(make, "The 77 mg tablets of examplol cure cancer.", question="Are there 77 mg tablets of examplol?").sentences
    assert [mark.fault for mark in judged.marks] == [Fault.SOURCE]


def test_the_whole_monograph_may_carry_a_sentence_and_another_medicine_may_not(make: Make) -> None:
    said = "An overdose of examplol causes deep sleep. Samplazine is not for children."
    carried, other = vanilla(make, said).sentences
    assert carried.source == "examplol · Overdose"
    assert [mark.fault for mark in other.marks] == [Fault.SOURCE]


def test_lists_are_read_item_by_item_and_repetitions_are_told_once(make: Make) -> None:
    said = "Side effects are:\n1. **Headache** and nausea are side effects.\n- Examplol cures cancer.\n- Examplol cures cancer."
    lead, carried, wrong = vanilla(make, said).sentences
    assert (lead.marks, carried.marks, wrong.times) == ((), (), 2)
    assert carried.source


def test_a_prompt_copied_without_breaks_is_read_sentence_by_sentence(make: Make) -> None:
    said = "An overdose of examplol causes deep sleep. examplol, Dosage: Adults take 900 mg of examplol."
    first, second = vanilla(make, said).sentences
    assert (first.marks, second.marks[0].what) == ((), "900 mg")


@pytest.mark.parametrize(
    ("said", "topics"),
    [
        ("An overdose of examplol causes deep sleep.", ["alcohol"]),
        ("Alcohol makes examplol cause more sleepiness.", []),
        ("Be careful, for drinking on it makes people drowsy.", []),  # in the model's own words
    ],
)
def test_a_warning_that_belongs_there_is_missed(make: Make, said: str, topics: list[str]) -> None:
    found = vanilla(make, said, question="Can I drink beer with examplol?")
    assert [lacking.topic for lacking in found.missing] == topics
    assert "missing" in found.summary if topics else "missing" not in found.summary


def test_three_columns_from_one_question(make: Make) -> None:
    model = ScriptedModel(replies=["Examplol cures cancer.", "Adults take 5 mg of examplol once a day."])
    found = compare("Is Jane Roe right about how much examplol adults take?", make(), model)
    assert [c.title for c in found.columns] == [ALONE, WITH_PASSAGES, ASSISTANT]
    assert all(c.judged for c in found.columns)
    alone, with_passages = ("\n".join(str(message.content) for message in prompt) for prompt in model.prompts)
    assert "[1] examplol" in with_passages
    assert "Passages" not in alone
    assert "Jane Roe" not in alone + with_passages + json.dumps(found.as_json())
    assert column(found).sentences[0].marks
    assert not any(sentence.marks for sentence in column(found, ASSISTANT).sentences)
    assert column(found, ASSISTANT).model == TUNED_MODEL


def test_the_assistant_is_marked_by_the_same_checks(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = "Adults take 50 mg of examplol once a day."
    assistant = make()
    answer = assistant.ask(QUESTION)
    first, *rest = answer.sentences
    changed = type(answer)(**{name: getattr(answer, name) for name in answer.__slots__} | {"sentences": (type(first)(wrong, (1,)), *rest)})
    monkeypatch.setattr(assistant, "ask", lambda question: changed)
    found = compare(QUESTION, assistant, ScriptedModel(replies=[wrong]))
    assert column(found, ASSISTANT).sentences[0].marks == column(found, ALONE).sentences[0].marks != ()


def test_the_fixed_wording_of_the_assistant_is_told_apart(make: Make) -> None:
    found = compare("What is the dose of zorblaxin?", make(), ScriptedModel(replies=["The dose is 100 mg."]))
    assert found.answer.status is Status.NO_SOURCE
    assert all(sentence.fixed and not sentence.marks for sentence in column(found, ASSISTANT).sentences)
    assert column(found).sentences[0].marks[0].what == "100 mg"


@pytest.mark.parametrize("decision", [Decision.REFUSE, Decision.ESCALATE])
def test_a_stopped_question_reaches_no_model(make: Make, decision: Decision) -> None:
    verdict = Verdict("input", "misuse", decision, "misuse", message="I cannot help with that.")
    model = ScriptedModel(replies=["Sure."])
    found = compare("how to abuse examplol", make(verdicts={"how to abuse examplol": verdict}), model)
    assert (found.columns, model.prompts) == ((), [])
    assert "I cannot help with that." in comparison_text(found)


def test_sentences_come_as_they_are_finished_and_marks_when_all_is_written(make: Make) -> None:
    model = ScriptedModel(replies=["Examplol cures cancer. Examplol cures gout. Examplol cures all."])
    seen = [column(comparison) for comparison in stream(QUESTION, make(), model)]
    assert [len(c.sentences) for c in seen[:4]] == [0, 1, 2, 3]
    assert all(not c.judged and not any(s.marks for s in c.sentences) for c in seen[:4])
    assert seen[-1].judged
    assert all(sentence.marks for sentence in seen[-1].sentences)


def test_a_check_that_could_not_run_is_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = make()
    ruling = assistant.rails.check_answer("x", ["x"])
    refused = type(ruling)("", (Verdict("output", "grounding", Decision.REFUSE, "could_not_run"),))
    monkeypatch.setattr(type(assistant.rails), "check_answer", lambda *_: refused)
    found = compare("What is the dose of zorblaxin?", assistant, ScriptedModel(replies=["Examplol cures cancer."]))
    assert [mark.fault for mark in column(found).sentences[0].marks] == [Fault.UNCHECKED]


def test_the_text_says_in_words_what_is_wrong(make: Make) -> None:
    written = comparison_text(compare("Can I drink beer with examplol?", make(), ScriptedModel(replies=["Adults take 50 mg of examplol once a day."])))
    assert "invented number: 50 mg" in written
    assert "missing warning (alcohol)" in written
    assert "✓ examplol · Drug interactions: alcohol" in written


def test_one_model_serves_as_both_where_they_are_the_same(make: Make) -> None:
    assistant = make("A reply.", model=VANILLA_MODEL)
    assert load_vanilla(assistant) is assistant.model
