"""Names of medicines: what is found, what is asked back, what is left alone."""

from __future__ import annotations

import time

import pytest

from knowledge.__main__ import read_jsonl
from knowledge.aliases import confused, tables
from knowledge.lexicon import Lexicon
from knowledge.mentions import Labelled, Outcome, judge, measure
from knowledge.names import Match, NameIndex, Resolution
from knowledge.reader import read_all
from knowledge.spelling import cost
from knowledge.vocabulary import names as vocabulary
from tests.conftest import CASES


@pytest.fixture(scope="module")
def index() -> NameIndex:
    """Over the authored corpus."""
    return NameIndex((monograph.drug for monograph in read_all()), vocabulary())


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("can I take Advil with warfarin?", ("ibuprofen", "warfarin")),
        ("Lipitor's side effects", ("atorvastatin",)),
        ("two Advils", ("ibuprofen",)),
        ("salbutamol", ("albuterol",)),
        ("paracetamol and HCTZ", ("acetaminophen", "hydrochlorothiazide")),
        ("SMX-TMP", ("trimethoprim-sulfamethoxazole",)),
        ("metformin500mg", ("metformin",)),
        ("amoxicillin and clavulanate", ("amoxicillin-clavulanate",)),
        ("hydrocodone/APAP", ("hydrocodone-acetaminophen",)),
        ("amlodipine and atorvastatin", ("amlodipine", "atorvastatin")),
        ("losartan, hydrochlorothiazide", ("losartan", "hydrochlorothiazide")),
        ("ibuprofen/acetaminophen together", ("ibuprofen", "acetaminophen")),
        ("levo thyroxine", ("levothyroxine",)),
        ("nitroglycerine", ("nitroglycerin",)),
        ("folic asid", ("folic acid",)),
        ("insulin glargin", ("insulin glargine",)),
        ("zanax", ("alprazolam",)),
        ("amlod 5 mg", ("amlodipine",)),
        ("Verelan PM", ("verapamil",)),
        ("Toprol side effects", ("metoprolol",)),  # Toprol XL
        ("ProAir", ("albuterol",)),
        ("stop Dilantin cold turkey", ("phenytoin",)),
        ("tylennol cold turkey", ("acetaminophen",)),
        ("Tylenol cold turkey", ("acetaminophen",)),
        ("Zoloft PM", ("sertraline",)),  # in the evening
        ("lasiks", ("furosemide",)),
        ("LIPITOR/NORVASC", ("atorvastatin", "amlodipine")),
        ("nitro under my tongue", ("nitroglycerin",)),
        ("taking nitro", ("nitroglycerin",)),
        ("Advil💊 with ELIQUIS!!", ("ibuprofen", "apixaban")),
        ("Doliprane", ("acetaminophen",)),  # one slip from Dolophine
        ("Zelitrex", ("valacyclovir",)),
    ],
)
def test_a_name_in_any_form_is_found(index: NameIndex, text: str, drugs: tuple[str, ...]) -> None:
    found = index.resolve(text)
    assert found.drugs == drugs
    assert not found.ambiguous
    assert not found.unknown


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("tramodone", {"tramadol", "trazodone"}),
        ("busprion", {"buspirone", "bupropion"}),
        ("zyrtac", {"cetirizine", "ranitidine"}),
        ("lamical", {"lamotrigine", "terbinafine"}),
        ("pred", {"prednisone", "prednisolone"}),
        ("DPH", {"diphenhydramine", "phenytoin"}),
        ("HCT 25 mg", {"hydrochlorothiazide", "hydrocortisone"}),
    ],
)
def test_a_name_that_could_be_two_is_asked_about(index: NameIndex, text: str, names: set[str]) -> None:
    found = index.resolve(text)
    assert not found.drugs
    assert names <= set(found.ambiguous[0].names)


def test_no_correctly_spelt_name_is_doubted(index: NameIndex) -> None:
    meanings = Lexicon(index.drugs, vocabulary()).exact
    for name in confused():
        for mention in index.resolve(f"what is {name}").mentions:
            assert mention.names == meanings[name].names, name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Advil PM", "advil pm"),
        ("tylonol pm", "tylenol pm"),
        ("Tylenol #3", "tylenol 3"),
        ("Claritin-D", "claritin d"),
        ("Percocet", "percocet"),
        ("NyQuil", "nyquil"),
        ("lisinopril/HCTZ", "hydrochlorothiazide-lisinopril"),
        ("oxycodone-acetaminophen", "acetaminophen-oxycodone"),
        ("Zantac", "ranitidine"),
        ("prednisolone", "prednisolone"),
        ("5-ASA", "mesalamine"),
        ("Jolessa", "jolessa"),
        ("doxazocin", "doxazosin"),
        ("Xyzal", "levocetirizine"),
        ("Dolantin", "meperidine"),  # one letter from Dilantin
        ("Advil cold", "advil cold"),
    ],
)
def test_a_medicine_without_a_monograph_is_said_to_be_that(index: NameIndex, text: str, name: str) -> None:
    found = index.resolve(text)
    assert not found.drugs
    assert [(mention.match, mention.names) for mention in found.mentions] == [(Match.UNHELD, (name,))]


@pytest.mark.parametrize("text", ["what is zorbitrex", "Quazibrin side effects", "taking drossamil daily", "belquinode"])
def test_an_invented_name_is_unknown(index: NameIndex, text: str) -> None:
    assert [mention.match for mention in index.resolve(text).mentions] == [Match.UNKNOWN]


@pytest.mark.parametrize(
    "text", ["diziness", "nausia", "hiar loss", "constapation", "my colestrol", "fibromyalgia", "what is metadata", "dosege"]
)
def test_ordinary_words_and_symptoms_are_no_medicine(index: NameIndex, text: str) -> None:
    assert index.resolve(text) == Resolution(())


@pytest.mark.parametrize(
    ("text", "means_the_drug"),
    [
        ("Heather", True),
        ("Camila side effects", True),
        ("is Camila ok while breastfeeding", True),
        ("I take Heather every morning", True),
        ("Heather or Camila for acne", True),
        ("Errin missed pill", True),
        ("Camila with warfarin", True),
        ("my wife Heather has a rash", False),
        ("Camila told me to call", False),
        ("is Heather in today?", False),
        ("my daughter Errin has a fever", False),
        ("Heather Jones", False),
    ],
)
def test_given_names_are_medicines_only_where_the_text_means_one(index: NameIndex, text: str, means_the_drug: bool) -> None:
    assert ("norethindrone" in index.resolve(text).drugs) is means_the_drug


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I aspire to sleep", False),
        ("taking Aspire", True),
        ("I have MS", False),
        ("a new day", False),
        ("which vegetables have iron", False),
        ("iron with milk", True),
        ("married in Sedona", False),
    ],
)
def test_ordinary_words_that_are_names_too(index: NameIndex, text: str, found: bool) -> None:
    assert bool(index.resolve(text).mentions) is found


@pytest.mark.parametrize(("text", "marked"), [("MTX", True), ("MSO4", True), ("HCTZ", True), ("methotrexate", False), ("ASA", False)])
def test_error_prone_abbreviations_are_marked(index: NameIndex, text: str, marked: bool) -> None:
    assert [mention.error_prone for mention in index.resolve(text).mentions] == [marked]


@pytest.mark.parametrize(
    ("text", "medicines"),
    [
        ("is Lipitor safe", ["Lipitor"]), ("taking metformn", ["metformn"]), ("Allen Tazuka called", []), ("ask Sergeyeva", []),
        ("my sister Heather takes the pill Heather 0.35 mg", ["the pill", "Heather"]),
    ],
)  # fmt: skip
def test_medicines_are_told_from_people_by_context(index: NameIndex, text: str, medicines: list[str]) -> None:
    assert [text[start:end] for start, end in index.medicines(text)] == medicines


@pytest.mark.parametrize(("word", "known"), [("fibromyalgia", True), ("Headache", True), ("Tazuka", False)])
def test_words_are_known(index: NameIndex, word: str, known: bool) -> None:
    assert index.is_word(word) is known


def test_find_takes_exact_names_only(index: NameIndex) -> None:
    assert index.find("Tylenol and warfrin, amoxicillin and clavulanate, Percocet") == {
        "acetaminophen",
        "amoxicillin-clavulanate",
        "percocet",
    }


@pytest.mark.parametrize("text", ["a metforminn tablet of Advil PM", "Nexium® (esomeprazole), 20mg", "hydrocodone/APAP", "naïve “Xanex”"])
def test_a_mention_is_where_it_says(index: NameIndex, text: str) -> None:
    mentions = index.resolve(text).mentions
    assert mentions
    assert all(mention.text == text[mention.start : mention.end] for mention in mentions)


@pytest.mark.parametrize(
    ("nearer", "farther", "name"),
    [
        ("xanaz", "xanap", "xanax"),  # a neighbouring or like-sounding letter, a far one
        ("amoxicilin", "amoxicillon", "amoxicillin"),  # one of a pair dropped, a vowel changed
        ("wafrarin", "wamrarin", "warfarin"),  # swapped, changed
        ("ibuprophen", "ibuproxen", "ibuprofen"),  # by its sound
        ("ativin", "etivan", "ativan"),  # inside, at the start
    ],
)
def test_a_likely_slip_costs_less(nearer: str, farther: str, name: str) -> None:
    assert 0 < cost(nearer, name) < cost(farther, name)


def test_hand_kept_names_mean_something(index: NameIndex) -> None:
    lexicon = Lexicon(index.drugs, vocabulary())
    assert all(alias.name in lexicon.exact for alias in tables().aliases)
    assert [name for name in sorted(confused()) if name not in lexicon.exact] == []


@pytest.mark.parametrize(
    ("kind", "expected", "text", "outcome"),
    [
        ("typo", ("warfarin",), "warfrin", Outcome.FOUND),
        ("typo", ("warfarin",), "lipitor", Outcome.WRONG),
        ("typo", ("warfarin",), "tramodone", Outcome.ASKED),
        ("typo", ("warfarin",), "hello there", Outcome.MISSED),
        ("ambiguous", ("tramadol", "trazodone"), "tramodone", Outcome.FOUND),
        ("ambiguous", ("tramadol", "trazodone"), "tramadol", Outcome.WRONG),
        ("none", (), "lipitor", Outcome.WRONG),
        ("none", (), "hello there", Outcome.FOUND),
        ("unknown", (), "zorbitrex", Outcome.FOUND),
    ],
)
def test_what_a_resolution_is_worth(index: NameIndex, kind: str, expected: tuple[str, ...], text: str, outcome: Outcome) -> None:
    # "tramadol" is one of the two: as an answer it is a guess.
    assert judge(Labelled(text, expected, kind, "dev"), index.resolve(text)) is outcome


def test_mentions_are_found_with_no_wrong_drug(index: NameIndex) -> None:
    done = measure(index, map(Labelled.from_row, read_jsonl(CASES / "mentions.jsonl", "text", "expected", "kind", "split")))
    assert len(done) >= 600
    assert [row.case.text for row in done if row.outcome is Outcome.WRONG] == []
    for split in ("dev", "test"):
        rows = [row for row in done if row.case.split == split]
        assert sum(row.outcome is Outcome.FOUND for row in rows) / len(rows) >= 0.97
        assert sum(row.outcome is Outcome.ASKED for row in rows) / len(rows) < 0.03


def test_a_question_takes_milliseconds(index: NameIndex) -> None:
    times = []
    for text in ("can I take lisinoprl with food", "what is omeprazol for", "is valsartn safe", "zolpidm at night", "glimepirid dose"):
        since = time.perf_counter()
        index.resolve(text)
        times.append(time.perf_counter() - since)
    assert sorted(times)[len(times) // 2] < 0.02  # 2 ms on an idle machine; a busy one takes longer
