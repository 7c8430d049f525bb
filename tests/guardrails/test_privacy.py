"""What identifies a person goes, and what a question about a medicine needs stays."""

from __future__ import annotations

import re

import pytest

from guardrails import privacy
from guardrails.privacy import Placeholders, Redactor
from guardrails.types import GuardrailError
from knowledge.names import NameIndex
from tests.guardrails.scripted import SmallLexicon

PLACEHOLDER = re.compile(r"<([A-Z_]+)_\d+>")


def spared(text: str) -> str:
    """A text without its placeholders."""
    return PLACEHOLDER.sub("", text)


# (text, the kinds found, what may not be left of it, what must be left)
IDENTIFIERS = [
    # names
    ("My name is Sarah Connor and I take warfarin.", {"NAME"}, "Sarah Connor", "take warfarin"),
    ("my name is jenny lopez, can I take ibuprofen", {"NAME"}, "jenny lopez", "can I take ibuprofen"),
    ("MY NAME IS JOHN SMITH", {"NAME"}, "JOHN SMITH", "MY NAME IS"),
    ("I'm David Miller, is my Xarelto safe with Advil?", {"NAME"}, "David Miller", "is my Xarelto safe with Advil?"),
    ("Mr. Chen takes warfarin 5 mg.", {"NAME"}, "Chen", "takes warfarin 5 mg."),
    ("Dr. Patel prescribed amoxicillin.", {"NAME"}, "Patel", "prescribed amoxicillin."),
    ("my son Ethan took 2 tablets of Tylenol", {"NAME"}, "Ethan", "2 tablets of Tylenol"),
    ("my wife, Priya, is 45 years old and takes lisinopril", {"NAME"}, "Priya", "is 45 years old and takes lisinopril"),
    ("patient: John Doe, takes lisinopril", {"NAME"}, "John Doe", "takes lisinopril"),
    ("Prescription for Maria Gonzalez, amoxicillin 500 mg", {"NAME"}, "Maria Gonzalez", "amoxicillin 500 mg"),
    # numbers and addresses of the net
    ("my SSN is 123-45-6789", {"SSN"}, "123-45-6789", "my SSN is"),
    ("my social security number is 123 45 6789", {"SSN"}, "123 45 6789", ""),
    ("ssn: 6789, is Advil ok", {"SSN"}, "6789", "is Advil ok"),
    ("MRN 00482913, on metformin", {"MEDICAL_RECORD"}, "00482913", "on metformin"),
    ("patient id 5583920", {"MEDICAL_RECORD"}, "5583920", ""),
    ("Rx# 1234567 for metformin", {"PRESCRIPTION"}, "1234567", "for metformin"),
    ("refill number 7740912 please", {"PRESCRIPTION"}, "7740912", "refill"),
    ("Member ID: XYZ123456789", {"MEMBER_ID"}, "XYZ123456789", "Member"),
    ("Medicare 1EG4-TE5-MK73", {"MEMBER_ID"}, "1EG4-TE5-MK73", "Medicare"),
    ("account number 12345678", {"ACCOUNT"}, "12345678", ""),
    ("IBAN DE89 3704 0044 0532 0130 00", {"ACCOUNT"}, "3704", ""),
    ("My card is 4111 1111 1111 1111", {"CARD"}, "4111", "My card"),
    ("driver's license D1234567", {"LICENSE"}, "D1234567", ""),
    ("VIN 1HGCM82633A004352", {"VEHICLE"}, "1HGCM82633A004352", ""),
    ("pump serial number SN-8839201", {"DEVICE"}, "8839201", "pump"),
    ("Call me at (415) 555-0137 about my Eliquis.", {"PHONE"}, "555-0137", "about my Eliquis."),
    ("+44 20 7946 0958 is my number", {"PHONE"}, "7946", "is my number"),
    ("text me at 4155550137", {"PHONE"}, "4155550137", "text me"),
    ("fax 212-555-0199", {"PHONE"}, "212-555-0199", "fax"),
    ("email me at john.doe@gmail.com about Zoloft", {"EMAIL"}, "john", "about Zoloft"),
    ("jdoe at gmail dot com", {"EMAIL"}, "jdoe", ""),
    ("visit https://portal.example.com/p?id=88", {"URL"}, "portal", "visit"),
    ("my IP is 192.168.1.44", {"IP_ADDRESS"}, "192.168", "my IP is"),
    ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", {"IP_ADDRESS"}, "0db8", ""),
    ("password is hunter2", {"PASSWORD"}, "hunter2", "password"),
    ("username: jdoe55", {"USERNAME"}, "jdoe55", "username"),
    # places and days
    ("I live at 42 W. Oak Ave Apt 5", {"ADDRESS"}, "Oak", "I live at"),
    ("PO Box 1123", {"ADDRESS"}, "1123", ""),
    ("zip code 90210", {"ADDRESS"}, "90210", "zip code"),
    ("Tampa, FL 33601", {"PLACE", "ADDRESS"}, "33601", ""),
    ("I live in Dallas", {"PLACE"}, "Dallas", "I live in"),
    ("I got it at Mercy General Hospital", {"FACILITY"}, "Mercy", "I got it at"),
    ("DOB 03/14/1962, takes Norvasc", {"DATE"}, "1962", "takes Norvasc"),
    ("dob 1962-03-14", {"DATE"}, "1962", "dob"),
    ("I had surgery on March 3, 2024", {"DATE"}, "3, 2024", "I had surgery on"),
    ("the 3rd of March", {"DATE"}, "3rd", ""),
    ("I am 93 years old and take digoxin", {"AGE"}, "93", "take digoxin"),
    ("she's 101 yo", {"AGE"}, "101", ""),
    # many at once
    (
        "Hello, this is Tom Baker, DOB 4/5/1961, MRN 882211. Can I take Aleve with Eliquis?",
        {"NAME", "DATE", "MEDICAL_RECORD"}, "Tom Baker", "Can I take Aleve with Eliquis?",
    ),
    ("Sarah's prescription for metformin", {"NAME"}, "Sarah", "prescription for metformin"),
    ("John takes Coumadin.", {"NAME"}, "John", "takes Coumadin."),
    ("Is Advil fine with Zoloft? Thanks, Maria", {"NAME"}, "Maria", "Is Advil fine with Zoloft?"),
    ("Rose, my neighbor, takes Xanax", {"NAME"}, "Rose", "takes Xanax"),
    ("ask for john smith", {"NAME"}, "john smith", "ask for"),
    ("Austin, TX 78701", {"PLACE", "ADDRESS"}, "Austin", ""),
    ("john dot doe at gmail dot com", {"EMAIL"}, "john", ""),
    ("DOB: March 14, 1962", {"DATE"}, "Marc", "DOB"),
    ("Prescription 12345678 for Ozempic", {"PRESCRIPTION"}, "12345678", "for Ozempic"),
    ("My grandmother aged 95 takes digoxin", {"AGE"}, "95", "takes digoxin"),
    ("she is age 92", {"AGE"}, "92", "she is"),
    # a medicine's name that is somebody's
    ("my sister Heather takes the pill Heather 0.35 mg", {"NAME"}, "sister Heather", "pill Heather 0.35 mg"),
    ("Camila takes Yasmin", {"NAME"}, "Camila", "takes Yasmin"),
    ("my friend Allegra asked if Allegra makes you sleepy", {"NAME"}, "friend Allegra", "if Allegra makes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kinds", "gone", "left"), IDENTIFIERS
)
def test_what_identifies_a_person_goes(redactor: Redactor, text: str, kinds: set[str], gone: str, left: str) -> None:
    redacted, found = redactor.redact(text)
    assert set(found) == kinds
    assert set(PLACEHOLDER.findall(redacted)) == kinds
    assert gone not in spared(redacted)
    assert left in redacted


HARMLESS = [
    # medicines that sound like people and places
    "Does Yasmin interact with Topamax?",
    "Can Camila and Heather be switched?",
    "Is Allegra the same as Zyrtec?",
    "Compare Januvia, Jardiance and Farxiga.",
    "Humira and Enbrel and Stelara",
    "Eliquis vs Coumadin vs Pradaxa",
    "Can Singulair be taken with Symbicort?",
    "Bayer aspirin",
    "ALPRAZOLAM 0.5 MG",
    "Pfizer vaccine and Paxlovid",
    # diseases that carry a person's name
    "the Parkinson's disease medicine Sinemet",
    "Crohn's disease and Humira",
    "Hashimoto's and Synthroid",
    "Reye's syndrome and aspirin",
    "Graves disease",
    # doses, strengths, measurements
    "Can I take Tylenol 500 mg every 6 hours?",
    "5/325 mg hydrocodone",
    "norco 10-325",
    "Advair 250/50",
    "humulin 70/30",
    "lisinopril 10/12.5 mg",
    "amoxicillin 250 mg/5 mL",
    "150-200 mg daily",
    "take 1-2 tablets every 4-6 hours as needed",
    "take 3/4 of a tablet",
    "vitamin D 50,000 IU",
    "B12 1000 mcg",
    "blood pressure 120/80",
    "NDC 0071-0155-23",
    "95 mg for 90 days",
    "98 degrees",
    # ages under 90, months, years, states and countries, emergency numbers
    "my 89 year old father",
    "my mother is 84 and takes digoxin",
    "a 9 year old weighing 30 kg",
    "my baby is 6 months old",
    "I started in March",
    "Can I take Claritin in April?",
    "May I take Advil with wine?",
    "in 2021 I had surgery",
    "I live in Texas",
    "I'm from Wyoming",
    "New York",
    "in July I travel to Canada",
    "call 911",
    "call 988",
    "24/7",
    "St. John's wort with Prozac",
    "St Johns wort and birth control",
    "Can I take MS Contin with wine?",
    "Is Nitro-Dur safe?",
    "Is Protonix I.V. safe?",
    "Is Polyethylene glycol 3350 safe?",
    "Hep C treatment",
    "Lou Gehrig's disease",
    "Dr Pepper with levothyroxine",
    "the taper is 10-15-20 mg",
    "Poison Control is 1-800-222-1222",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_identifies_nobody_stays(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text) == (text, ())


def test_drugs_and_brands_are_hardly_ever_taken_for_people(redactor: Redactor, names: NameIndex) -> None:
    texts = [f"Is {name} safe?" for drug in names.drugs.values() for name in (drug.title, *drug.brands)][::2]
    hidden = [text for text in texts if redactor.redact(text)[1]]
    assert len(hidden) / len(texts) <= 0.015, hidden


def test_spans_are_of_the_text(redactor: Redactor) -> None:
    text = "I'm David Miller, call 415-555-0137."
    assert [(found.kind, text[found.start : found.end]) for found in redactor.find(text)] == [
        ("NAME", "David Miller"),
        ("PHONE", "415-555-0137"),
    ]


def test_one_person_keeps_one_placeholder_through_a_conversation(redactor: Redactor) -> None:
    conversation = Placeholders()
    first, _ = redactor.redact("My wife, Priya Nair, takes warfarin.", conversation)
    second, _ = redactor.redact("I'm Tom Baker. Does PRIYA NAIR bruise? Call 415-555-0137.", conversation)
    third, _ = redactor.redact("My name is Priya Nair, call (415) 555-0137.", conversation)
    assert "<NAME_1>" in first
    assert "<NAME_2>" in second
    assert "<NAME_1>" in third
    assert "<PHONE_1>" in second
    assert "<PHONE_1>" in third


def test_another_conversation_starts_anew(redactor: Redactor) -> None:
    first = redactor.redact("My name is Tom Baker.", Placeholders())[0]
    second = redactor.redact("My name is Priya Nair.", Placeholders())[0]
    assert first == second == "My name is <NAME_1>."


def test_placeholders_number_each_kind_by_itself() -> None:
    placeholders = Placeholders()
    given = [
        placeholders.get(kind, text) for kind, text in (("NAME", "Tom"), ("PHONE", "1"), ("NAME", "Ann"), ("NAME", " tom."), ("PHONE", "2"))
    ]
    assert given == ["<NAME_1>", "<PHONE_1>", "<NAME_2>", "<NAME_1>", "<PHONE_2>"]


def test_placeholders_do_not_show_what_they_hold() -> None:
    placeholders = Placeholders()
    placeholders.get("NAME", "Tom Baker")
    assert "Baker" not in repr(placeholders)


@pytest.mark.parametrize("text", ["My name is Sarah Connor, call 415-555-0137, DOB 03/14/1962.", "Is Advil safe?", "", "   "])
def test_redacting_twice_changes_nothing_more(redactor: Redactor, text: str) -> None:
    once, _ = redactor.redact(text)
    assert redactor.redact(once)[0] == once


@pytest.mark.parametrize(
    "text", ["\x00\x07 my name is Tom Baker", "😀 My name is Tom Baker 😀", "My name is Tom Baker. " + "Is Advil safe? " * 1300]
)
def test_odd_text_is_redacted_all_the_same(redactor: Redactor, text: str) -> None:
    redacted, kinds = redactor.redact(text)
    assert "Baker" not in redacted
    assert kinds == ("NAME",)


class Small(SmallLexicon):
    """A lexicon in which Ethan is a medicine."""

    def medicines(self, text: str) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer("Ethan", text)]


def test_what_the_lexicon_protects_stays_though_it_looks_like_a_person() -> None:
    text = "I take Ethan 5 mg"
    assert Redactor(Small()).redact(text) == (text, ())
    assert Redactor(SmallLexicon()).redact("my son Ethan is well")[1] == ("NAME",)


def test_another_entity_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "SPACY_SHA256", "0" * 64)
    with pytest.raises(GuardrailError, match="make install"):
        privacy._check_model()


def test_a_missing_entity_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "SPACY_PACKAGE", "no_such_package")
    with pytest.raises(GuardrailError, match=r"no_such_package.*make install"):
        privacy._check_model()
