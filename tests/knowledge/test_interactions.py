from __future__ import annotations

import pytest

from assistant.lookup import Lookup


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup.load()


@pytest.mark.parametrize(
    ("a", "b", "severities"),
    [
        ("warfarin", "ibuprofen", {"major"}),  # through a class row
        ("Coumadin", "Advil", {"major"}),
        ("sildenafil", "nitroglycerin", {"contraindicated"}),
        ("simvastatin", "clarithromycin", {"contraindicated"}),
        ("sertraline", "phenelzine", {"contraindicated"}),
        ("lisinopril", "potassium chloride", {"major", "moderate"}),
        ("methotrexate", "Bactrim", {"contraindicated", "major"}),
        ("oxycodone", "alprazolam", {"major"}),
        ("levothyroxine", "ferrous sulfate", {"moderate", "major"}),
        ("metronidazole", "alcohol", {"contraindicated", "major"}),
        ("warfarin", "antibiotics", {"major"}),  # a class without a row of its own
        ("ibuprofen", "naproxen", {"major", "moderate"}),  # two of one class
        ("statins", "gemfibrozil", {"contraindicated"}),  # a class by what its members' monographs state
        ("birth control", "St. John's wort", {"major"}),
        ("carbamazepine", "buprenorphine", {"major"}),  # a part of a combination
        ("testosterone", "insulin", {"moderate"}),  # a class within the row's class
    ],
)
def test_a_stated_pair_is_found_whichever_way_round(lookup: Lookup, a: str, b: str, severities: set[str]) -> None:
    for pair in (lookup.pairs([a, b])[0], lookup.pairs([b, a])[0]):
        assert pair.found is True
        assert pair.severity in severities
        for statement in pair.statements:
            assert statement.quote == statement.monograph.text[statement.row.start : statement.row.end]


@pytest.mark.parametrize(
    ("a", "b", "severity", "shared", "twice"),
    [
        ("NyQuil", "Tylenol", "major", "acetaminophen", ""),
        ("Percocet", "Norco", "major", "acetaminophen", ""),
        ("Excedrin", "aspirin", "major", "aspirin", ""),
        ("Advil", "ibuprofen", "major", "ibuprofen", ""),
        ("atorvastatin", "simvastatin", "major", "", "statins"),
        ("omeprazole", "pantoprazole", "moderate", "", "proton pump inhibitors"),
        ("lisinopril", "enalapril", "major", "", "ACE inhibitors"),
        ("lisinopril", "losartan", "major", "", ""),
        ("insulin lispro", "insulin glargine", "moderate", "", ""),  # mealtime and basal insulin belong together
        ("furosemide", "hydrochlorothiazide", "moderate", "", ""),
    ],
)
def test_the_same_medicine_or_kind_twice_is_found(lookup: Lookup, a: str, b: str, severity: str, shared: str, twice: str) -> None:
    for pair in (lookup.pairs([a, b])[0], lookup.pairs([b, a])[0]):
        assert (pair.shared, pair.twice.name if pair.twice else "") == (shared, twice)
        if shared or twice:
            assert pair.found is True
            assert pair.severity == severity


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        ("amoxicillin", "montelukast", False),
        ("warfarin", "zorblaxin", None),
        ("foo", "bar", None),
        ("loratadine", "lurasidone", None),  # known, and without a monograph
        ("zyrtac", "warfarin", None),  # could be two
        ("haloperidol", "levodopa", None),
    ],
)
def test_silence_is_not_called_safe(lookup: Lookup, a: str, b: str, found: bool | None) -> None:
    pair = lookup.pairs([a, b])[0]
    assert pair.found is found
    assert pair.severity is None
    assert pair.as_json()["quotes"] == []
    assert "does not mean" in pair.text()


def test_every_pair_of_a_list_is_there(lookup: Lookup) -> None:
    assert len(lookup.pairs(["warfarin", "ibuprofen", "lisinopril", "alcohol"])) == 6


@pytest.mark.parametrize("drugs", [[], ["warfarin"], [f"drug{n}" for n in range(11)], ["warfarin", "warfarin"]])
def test_too_few_or_too_many_are_said(lookup: Lookup, drugs: list[str]) -> None:
    with pytest.raises(ValueError, match="two to 10"):
        lookup.pairs(drugs)
