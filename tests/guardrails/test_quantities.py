"""What quantities a sentence holds: numbers, units, conversions, ranges, frequencies and bounds."""

from __future__ import annotations

import pytest

from guardrails.quantities import Quantity, quantities

Read = tuple[float, float, str, str, str]  # low, high, dimension, bound, per


def read(text: str) -> list[Read]:
    """What is read from a text, in a fixed order."""
    return sorted((round(q.low, 4), round(q.high, 4), q.dimension, q.bound, q.per) for q in quantities(text))


def one(value: float, dimension: str, bound: str = "", per: str = "") -> Read:
    return (value, value, dimension, bound, per)


def span(low: float, high: float, dimension: str, bound: str = "", per: str = "") -> Read:
    return (low, high, dimension, bound, per)


AMOUNTS = [
    ("Take 5 mg.", [one(5, "mass")]),
    ("500mg", [one(500, "mass")]),
    ("0.125 mg", [one(0.125, "mass")]),
    ("1,000 mg", [one(1000, "mass")]),
    ("4,000 milligrams", [one(4000, "mass")]),
    ("500 mcg", [one(0.5, "mass")]),
    ("500 micrograms", [one(0.5, "mass")]),
    ("25 µg", [one(0.025, "mass")]),
    ("1 gram", [one(1000, "mass")]),
    ("0.5 g", [one(500, "mass")]),
    ("2.5 mL", [one(2.5, "volume")]),
    ("2 liters", [one(2000, "volume")]),
    ("20 mEq", [one(20, "meq")]),
    ("10 units", [one(10, "units")]),
    ("10%", [one(10, "percent")]),
    ("10 percent", [one(10, "percent")]),
    ("101°F", [one(101, "fahrenheit")]),
    ("38 degrees C", [one(38, "celsius")]),
    ("45 kg", [one(45, "body_mass")]),
    ("two tablets", [one(2, "tablet")]),
    ("1/2 tablet", [one(0.5, "tablet")]),
    ("½ tablet", [one(0.5, "tablet")]),
    ("twenty-five mg", [one(25, "mass")]),
    ("INR of 2.5", [one(2.5, "number")]),
    ("15 mg per dose", [one(15, "mass", per="dose")]),
    ("10 mg/kg", [one(10, "mass", per="kg")]),
    ("10 mg per kg", [one(10, "mass", per="kg")]),
    ("400 mg per day", [one(400, "mass", per="day")]),
    ("4 g a day", [one(4000, "mass", per="day")]),
    ("0.25 mg, 0.5 mg, 1 mg, and 2 mg", [one(0.25, "mass"), one(0.5, "mass"), one(1, "mass"), one(2, "mass")]),
    ("Take 2 tablets in the morning and 1 tablet at night.", [one(1, "tablet"), one(2, "tablet")]),
    pytest.param("a single 5 mg dose", [one(5, "mass")], id="5 mg dose is 5 mg"),
    pytest.param("one 10 g tablet", [one(10000, "mass")], id="10 g tablet is 10 g"),
    pytest.param(".5 mg", [one(0.5, "mass")], id="no zero before the point is not ten times as much"),
    pytest.param("one hundred mg", [one(100, "mass")], id="hundreds in words"),
    pytest.param("five hundred mg", [one(500, "mass")], id="five hundred is not five"),
    pytest.param("5 million units", [one(5_000_000, "units")], id="millions"),
    pytest.param("1½ tablets", [one(1.5, "tablet")], id="one and a half"),
    pytest.param("1 1/2 tablets", [one(1.5, "tablet")], id="one and a half in digits"),
    pytest.param("half a tablet", [one(0.5, "tablet")], id="half a tablet"),
    pytest.param("120/80 mmHg", [one(80, "mmhg"), one(120, "mmhg")], id="a blood pressure is no fraction"),
    pytest.param("240 mg/5 mL", [one(5, "volume"), one(240, "mass")], id="both halves of a concentration"),
    pytest.param("10 mg/kg/day", [one(10, "mass", per="kg/day")], id="per kilogram and day"),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amounts(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 to 10 mg", [span(5, 10, "mass")]),
        ("5-10 mg", [span(5, 10, "mass")]),
        ("5–10 mg", [span(5, 10, "mass")]),
        ("5 mg to 10 mg", [span(5, 10, "mass")]),
        ("500 mg to 1 g", [span(500, 1000, "mass")]),
        ("five to ten mg", [span(5, 10, "mass")]),
        ("between 5 and 10 mg", [span(5, 10, "mass")]),
        ("68 to 77°F", [span(68, 77, "fahrenheit")]),
        ("1 to 2 puffs", [span(1, 2, "puff")]),
        ("INR between 2 and 3", [span(2, 3, "number")]),
    ],
)
def test_ranges(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("once a day", [one(1, "per_day")]),
        ("twice daily", [one(2, "per_day")]),
        ("three times a day", [one(3, "per_day")]),
        ("3 times per day", [one(3, "per_day")]),
        ("2 doses a day", [one(2, "per_day")]),
        ("4 times in a day", [one(4, "per_day")]),
        ("every 24 hours", [one(1, "per_day")]),
        ("every 12 hours", [one(2, "per_day")]),
        ("every 8 hrs", [one(3, "per_day")]),
        ("every 6 hours", [one(4, "per_day")]),
        ("every 4 to 6 hours", [span(4, 6, "per_day")]),
        ("every 3 days", [one(72, "interval")]),
        ("every 1 to 2 days", [span(24, 48, "interval")]),
        ("once a week", [one(1, "per_week")]),
        ("twice weekly", [one(2, "per_week")]),
        ("5 mg twice daily", [one(2, "per_day"), one(5, "mass")]),
        ("up to 4 times a day", [one(4, "per_day", "le")]),
        pytest.param("2 to 3 times a day", [span(2, 3, "per_day")], id="a range of times a day"),
        pytest.param("every other day", [one(48, "interval")], id="every other day"),
        pytest.param("Take 5 mg every day.", [one(1, "per_day"), one(5, "mass")], id="every day"),
        pytest.param("Take 5 mg daily.", [one(1, "per_day"), one(5, "mass")], id="daily"),
        pytest.param("Take 5 mg weekly.", [one(1, "per_week"), one(5, "mass")], id="weekly"),
    ],
)
def test_frequencies(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("5 mg", ""),
        ("no more than 40 mg", "le"),
        ("not more than 8 tablets", "le"),
        ("do not take more than 2 tablets", "le"),
        ("do not exceed 4000 mg", "le"),
        ("up to 40 mg", "le"),
        ("at most 3 tablets", "le"),
        ("3 tablets at most", "le"),
        ("5 mg or less", "le"),
        ("maximum daily dose is 40 mg", "le"),
        ("max. 40 mg", "le"),
        ("within 2 hours", "le"),
        ("as many as 6 drinks", "le"),
        ("at least 30 minutes", "ge"),
        ("a minimum of 8 hours", "ge"),
        ("not less than 4 hours", "ge"),
        ("12 years and older", "ge"),
        ("12 years of age or older", "ge"),
        ("age 65 and over", "ge"),
        ("5 mg or more", "ge"),
        ("more than 3 drinks", "gt"),
        ("over 65 years", "gt"),
        ("older than 65", "gt"),
        ("above 30 mL/min", "gt"),
        (">65 years", "gt"),
        ("fewer than 3 drinks", "lt"),
        ("less than 60 mL/min", "lt"),
        ("below 90 mm Hg", "lt"),
        ("under 12 years", "lt"),
        ("< 30 mL/min", "lt"),
        pytest.param("≥ 65 years", "ge", id="the sign for at least"),
        pytest.param("≤ 30 mL/min", "le", id="the sign for at most"),
        pytest.param("no later than 12 hours", "le", id="no later than"),
    ],
)
def test_bounds(text: str, bound: str) -> None:
    assert [quantity.bound for quantity in quantities(text)] == [bound]


@pytest.mark.parametrize(
    "text",
    ["CYP3A4 inhibitors", "vitamin B12", "vitamin D3", "COVID-19", "H2 blockers", "A1C", "as seen in [3]", "Take it with food."],
)
def test_what_is_no_quantity(text: str) -> None:
    assert quantities(text) == []


def only(text: str) -> Quantity:
    (quantity,) = quantities(text)
    return quantity


@pytest.mark.parametrize(
    ("said", "known", "same"),
    [
        ("0.125 mg", "125 mcg", True),
        ("4 g", "4,000 mg", True),
        ("120 minutes", "2 hours", True),
        ("2 weeks", "14 days", True),
        ("1 year", "12 months", True),
        ("4 times a day", "every 6 hours", True),
        ("two tablets", "2 tablets", True),
        ("5 mg", "5 mcg", False),
        ("5 mg", "50 mg", False),
        ("5 mg", "5 mL", False),
        ("5 mg", "5 tablets", False),
        ("5 to 10 mg", "5 mg", False),
        ("every 6 hours", "every 4 to 6 hours", False),
        ("2 days", "2 weeks", False),
        ("twice a day", "twice a week", False),
        ("5 mg per kg", "5 mg/kg", True),
        ("5 mg per kg", "5 mg", False),
        ("5 mg/kg", "5 mg/day", False),
        pytest.param("5 mg", "5 mg/kg", False, id="a dose by weight is no dose"),
    ],
)
def test_which_amounts_are_the_same(said: str, known: str, same: bool) -> None:
    assert only(said).same_amount(only(known)) is same
