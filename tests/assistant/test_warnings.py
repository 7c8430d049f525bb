"""Which warning answers to which question: every topic of the table on the corpus, near misses, and that nothing else is added."""

from __future__ import annotations

import json

import pytest

from assistant.chain import PharmacyAssistant
from assistant.evaluation.warnings import CASES
from assistant.evidence import Evidence, split
from assistant.lookup import Lookup
from assistant.types import Status
from assistant.warnings import MOST, RULE, Topic, missing, topics
from knowledge.types import Hit, Passage
from tests.assistant.conftest import Make

BOX = "34066-1"


class Corpus:
    """The authored corpus as far as warnings look at it."""

    def __init__(self) -> None:
        lookup = Lookup.load()
        self.monographs, self.interactions = lookup.monographs, lookup.table


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus()


def added(corpus: Corpus, question: str, *drugs: str, evidence: tuple[Evidence, ...] = ()) -> dict[str, str]:
    return {w.topic: w.evidence.text for w in missing(question, drugs, drugs, evidence, corpus)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("topic", "question", "drugs", "words"),
    [
        ("pregnancy", "we are trying for a baby", ("ramipril",), "unborn"),
        ("weekly dose", "how often is it taken", ("methotrexate",), "every day"),
        ("dementia", "for my mother with Alzheimer's", ("quetiapine",), "dementia"),
        ("suicidality", "my 16 year old starts it", ("nortriptyline",), "suicid"),
        ("mood", "nightmares since the first tablet", ("montelukast",), "suicid"),
        ("harm to children", "androgel with toddlers around", ("testosterone",), "rub off"),
        ("harm to children", "for my 10 year old", ("tramadol",), "child"),
        ("stopping", "i ran out of it", ("metoprolol",), "heart attack"),
        ("stopping", "quit cold turkey", ("gabapentin",), "seizure"),
        ("alcohol", "two beers with it", ("oxycodone",), "death"),
        ("opioids with calming medicines", "can they go together", ("oxycodone", "alprazolam"), "death"),
        ("lactic acidosis", "CT with contrast", ("metformin",), "lactic acidosis"),
        ("maximum dose", "how many can i take a day", ("loperamide",), "exceed"),
        ("driving", "driving to work", ("zolpidem",), "driv"),
        ("older adults", "for grandma", ("diphenhydramine",), "lder"),
        ("heart", "after a stroke", ("celecoxib",), "stroke"),
        ("bleeding", "with an ulcer", ("meloxicam",), "bleeding"),
        ("liver", "with hepatitis B", ("isoniazid",), "hepatitis"),
        ("infection", "with a fever", ("adalimumab",), "infection"),
        ("cancer", "a lump in the neck", ("semaglutide",), "thyroid"),
        ("skin", "a small rash", ("lamotrigine",), "rash"),
        ("tendons and nerves", "running while on it", ("levofloxacin",), "tendon"),
        ("breathing", "with sleep apnea", ("methadone",), "breathing"),
        ("misuse", "is it addictive", ("lisdexamfetamine",), "addiction"),
        ("crushing", "crushed into applesauce", ("oxycodone",), "fatal"),
        ("weight loss", "to lose weight", ("levothyroxine",), "weight"),
        ("smoking", "i smoke", ("ethinyl estradiol-norgestimate",), "mok"),
        ("spinal procedures", "an epidural", ("dabigatran",), "spin"),
        ("diarrhea", "watery diarrhea", ("clindamycin",), "fatal"),
        ("long use", "for half a year", ("metoclopramide",), "tardive"),
        ("inherited risk", "why does it not work for some people", ("clopidogrel",), "CYP2C19"),
        ("blood counts", "why the blood draws", ("clozapine",), "blood count"),
        ("asleep and doing things", "weird things at night", ("zolpidem",), "sleep"),
        ("heat", "a heating pad", ("fentanyl",), "Heat"),
        ("the box itself", "is there a black box warning", ("warfarin",), "bleeding"),
    ],
)
def test_a_warning_that_bears_on_the_question_is_added(
    corpus: Corpus, topic: str, question: str, drugs: tuple[str, ...], words: str
) -> None:
    found = added(corpus, question, *drugs)
    assert words in found[topic]
    assert len(found) <= MOST


@pytest.mark.parametrize(
    ("question", "drug"),
    [
        ("how is it stored", "methotrexate"),
        ("can i take it with food", "lisinopril"),
        ("does it stop the itching", "metoprolol"),
        ("can i drink milk with it", "metformin"),
        ("is it used for depression", "sertraline"),
        ("with or without breakfast", "sertraline"),
        ("how long does it take to work", "metoclopramide"),
        ("which strengths are there", "oxycodone"),
        ("i am 30 years old", "quetiapine"),
        ("one tablet for 2 days", "sertraline"),
        ("is it taken in the morning", "levothyroxine"),
        ("can i stop it", "cetirizine"),
        ("i smoke", "lisinopril"),
        ("with wine", "lisinopril"),
        ("in pregnancy", "lisdexamfetamine"),
        ("will the baby be jittery in the third trimester", "sertraline"),
        ("is the baby harmed when i breastfeed", "bupropion"),
        ("instead of a baby aspirin", "ibuprofen"),
        ("does the patch come off overnight", "nitroglycerin"),
        ("is it used for PMS moods", "sertraline"),
    ],
)
def test_nothing_is_added_to_another_question_or_for_another_drug(corpus: Corpus, question: str, drug: str) -> None:
    monograph = corpus.monographs[drug]
    near = [section for section in monograph.sections if section.title in ("Pregnancy", "Breastfeeding", "Drug interactions", "Dosage")]
    held = [
        piece
        for part in near
        for piece in split(
            Hit(Passage(drug, part.heading, part.code, part.text, part.start, part.end, monograph.id, "2026-01-01", "x"), 1.0)
        )
    ]
    assert added(corpus, question, drug, evidence=tuple(held)) == {}


def test_what_the_evidence_says_is_not_said_twice(corpus: Corpus) -> None:
    monograph = corpus.monographs["ramipril"]
    box = monograph.section(BOX)[0]
    passage = Passage("ramipril", box.heading, BOX, box.text, box.start, box.end, monograph.id, "2026-01-01", "a label")
    assert added(corpus, "ramipril in pregnancy", "ramipril")
    assert added(corpus, "ramipril in pregnancy", "ramipril", evidence=tuple(split(Hit(passage, 1.0)))) == {}


def test_every_topic_has_a_source_and_speaks_for_some_drug(corpus: Corpus) -> None:
    sentences = [sentence for m in corpus.monographs.values() for s in m.sections for sentence in s.text.split("\n")]
    for topic in topics():
        assert topic.source
        assert any(map(topic.is_said, sentences)), topic.topic
    assert len({topic.topic for topic in topics()}) == len(topics())


def test_a_broken_row_is_named() -> None:
    with pytest.raises(ValueError, match="says"):
        Topic.model_validate({"topic": "x", "asked": "x", "insists": [], "else": [], "source": "x"})


def test_the_cases_are_as_the_measurement_needs_them(corpus: Corpus) -> None:
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    due = [row for row in rows if row["must"]]
    assert len(due) >= 150
    assert len(rows) - len(due) >= 60
    assert len({row["drug"] for row in due}) >= 60
    assert {row["drug"] for row in rows} <= corpus.monographs.keys()
    split_of = {row["drug"]: row["split"] for row in rows}
    assert all(split_of[row["drug"]] == row["split"] for row in rows)  # no drug is in both


def test_an_added_warning_is_cited_and_on_the_trail(assistant: PharmacyAssistant, make: Make) -> None:
    quoting = PharmacyAssistant(assistant.base, assistant.rails, None, assistant.settings)
    answer = quoting.ask("metformin with kidney disease")
    assert answer.status is Status.ANSWERED
    said = [verdict for verdict in answer.verdicts if verdict.rule == RULE]
    assert [verdict.reason for verdict in said] == ["lactic acidosis"]
    assert said[0].sentence in {citation.quote for citation in answer.citations}
    plain = make().ask("where do I keep examplol at room temperature away from moisture")
    assert not [verdict for verdict in plain.verdicts if verdict.rule == RULE]
