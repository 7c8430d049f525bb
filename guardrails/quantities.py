"""Reads the quantities of a sentence: numbers with units, ranges, frequencies and comparators, in comparable form."""

from __future__ import annotations

import re
from dataclasses import dataclass

# fmt: off
_ONES = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())}
_TENS = {w: 10 * (i + 2) for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "half": 0.5, "quarter": 0.25}
# unit -> (dimension, factor to the dimension's base unit)
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("mcg", "µg", "μg", "ug", "microgram", "micrograms"), ("mass", 0.001)),
    **dict.fromkeys(("mg", "milligram", "milligrams"), ("mass", 1.0)),
    **dict.fromkeys(("g", "gram", "grams"), ("mass", 1000.0)),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), ("body_mass", 1.0)),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), ("body_mass", 0.4536)),
    **dict.fromkeys(("ml", "milliliter", "milliliters", "cc"), ("volume", 1.0)),
    **dict.fromkeys(("l", "liter", "liters"), ("volume", 1000.0)),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), ("time", 1 / 60)),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), ("time", 1.0)),
    **dict.fromkeys(("day", "days"), ("time", 24.0)),
    **dict.fromkeys(("week", "weeks"), ("time", 168.0)),
    **dict.fromkeys(("month", "months"), ("months", 1.0)),
    **dict.fromkeys(("year", "years"), ("months", 12.0)),
    **dict.fromkeys(("%", "percent"), ("percent", 1.0)),
    **dict.fromkeys(("meq",), ("meq", 1.0)), **dict.fromkeys(("mmol",), ("mmol", 1.0)), **dict.fromkeys(("unit", "units", "iu"), ("units", 1.0)),
    **dict.fromkeys(("°f", "f", "degrees f"), ("fahrenheit", 1.0)), **dict.fromkeys(("°c", "c", "degrees c"), ("celsius", 1.0)),
    **dict.fromkeys(("mmhg",), ("mmhg", 1.0)),
}  # fmt: skip
_COUNTED = "tablet|capsule|caplet|pill|puff|spray|drop|dose|drink|glass|cup|teaspoon|patch|injection|pen|time|inhalation|suppository|packet|people|person|serving"
_UNIT = "|".join(sorted((re.escape(u) for u in _UNITS), key=len, reverse=True)) + rf"|(?:{_COUNTED})(?:e?s)?|mm hg"
_WORDS = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True), "half", "quarter"])
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?(?:\s?/\s?\d+(?!\d*\s?(?:mg|ml)))?|[½¼¾]|\b(?:{_WORDS})\b(?:[- ](?:{'|'.join(_ONES)})\b)?)"
_QUANTITY = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s?(?P<unit1>{_UNIT})\b)?(?:\s?(?:to|-|–|or|and)\s?(?P<high>{_NUMBER}))?[\s-]?(?P<unit>(?:{_UNIT})(?![a-z]))?(?P<per>\s?(?:/|per|a|an|each|every)\s?(?:kg|day|hour|minute|min|week|month|ml|dl|dose|l)\b)?",
    re.IGNORECASE,
)
_TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_PER_DAY = re.compile(rf"\b(?:(once|twice|thrice)|({_NUMBER})\s+(?:times?|doses?))\s*(?:,?\s*(?:a|per|each|every|in a)\s+day|daily)\b", re.IGNORECASE)
_PER_WEEK = re.compile(rf"\b(?:(once|twice|thrice)|({_NUMBER})\s+times?)\s*(?:(?:a|per|each|every)\s+week|weekly)\b", re.IGNORECASE)
_EVERY = re.compile(rf"\bevery\s+({_NUMBER})(?:\s?(?:to|-|–|or)\s?({_NUMBER}))?\s*(hours?|hrs?|h|days?|weeks?)\b", re.IGNORECASE)
_DAILY = re.compile(r"\b(?:daily|every day|each day|a day)\b", re.IGNORECASE)
# The words before or after a number that bound it, as the bound they mean.
_BOUND_BEFORE = (
    ("le", r"(?:no|not) (?:more|greater|higher|longer|older) than|(?:not|never) (?:to )?(?:go (?:over|above|past)|exceed(?:ing)?)|(?:do not|don't|must not|should not|cannot|not) (?:take|use|drink|give|have)? ?more than|up to|at (?:the )?most|a maximum of|maximum(?: \w+){0,4}(?: is| of)?|max\.?|limit(?:ed)? (?:of|to|is)|within|as much as|as many as"),
    ("ge", r"no (?:less|fewer|sooner) than|at least|a minimum of|minimum(?: \w+){0,3}(?: is| of)?|not less than|from age"),
    ("gt", r"more than|greater than|over|above|exceed(?:s|ing)?|higher than|longer than|older than|beyond|past|>"),
    ("lt", r"less than|fewer than|under|below|lower than|younger than|shorter than|<"),
)  # fmt: skip
_BEFORE = [(bound, re.compile(rf"(?:{pattern})\s*(?:about|age|the age of)?\s*$", re.IGNORECASE)) for bound, pattern in _BOUND_BEFORE]
_AFTER = [
    ("ge", re.compile(r"^[\s-]*(?:of age )?(?:or|and) (?:more|older|above|over|higher|longer|greater|up)\b", re.IGNORECASE)),
    ("le", re.compile(r"^[\s-]*(?:of age )?(?:(?:or|and) (?:less|fewer|younger|under|below|lower)\b|at (?:the )?most\b|maximum\b)", re.IGNORECASE)),
]


# fmt: on
# Telephone numbers and names that hold digits are compared as words, not as amounts.
_NOT_A_QUANTITY = re.compile(
    r"\b1-\d{3}-\d{3}-\d{4}\b|\[\d+\]|\b(?:CYP\w+|GLP-1|SGLT2|PDE5|H2|B12|D3|A1C|COVID-19|HLA-B\S*|5-HT\d?)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value or range in the base unit of its dimension; `bound` is "", "le", "ge", "lt" or "gt"; `text` as written."""

    low: float
    high: float
    dimension: str
    bound: str
    per: str
    text: str

    def same_amount(self, other: Quantity) -> bool:
        """Equal value and dimension; a number without a unit matches any."""
        alike = abs(self.low - other.low) <= 1e-6 * max(1, abs(other.low)) and abs(self.high - other.high) <= 1e-6 * max(1, abs(other.high))
        return alike and self.dimension == other.dimension and self.per in (other.per, "")


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text; frequencies come back as doses a day (dimension "per_day") or a week ("per_week")."""
    text = _NOT_A_QUANTITY.sub(" ", re.sub(r"\s+", " ", text.replace("’", "'")))
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []

    def add(match: re.Match[str], low: float, high: float, dimension: str, bound: str = "") -> None:
        found.append(Quantity(low, high, dimension, bound, "", match[0].strip()))
        taken.append(match.span())

    for match in _EVERY.finditer(text):
        first, last = _value(match[1]), _value(match[2] or match[1])
        hours = _UNITS[match[3].lower()][1]
        if first and last and hours * last <= 24:
            add(match, 24 / (last * hours), 24 / (first * hours), "per_day")
        elif first and last:
            add(match, first * hours, last * hours, "interval")
    for pattern, dimension in ((_PER_DAY, "per_day"), (_PER_WEEK, "per_week")):
        for match in pattern.finditer(text):
            count = _TIMES.get((match[1] or "").lower()) or _value(match[2] or "1")
            bound = _bound(text, match.start(), match.end())
            add(match, count, count, dimension, bound)
    for match in _QUANTITY.finditer(text):
        start, end = match.span()
        if (
            any(start < b and end > a for a, b in taken)
            or text[max(0, start - 1) : start].isalnum()
            or (start and text[start - 1] in "-/" and text[start - 2 : start - 1].isalnum())
        ):
            continue
        if found_one := _read(match, text):
            found.append(found_one)
    return found


def _read(match: re.Match[str], text: str) -> Quantity | None:
    word = match["low"].lower()
    if word in ("one", "half", "quarter") and not (match["unit"] or match["unit1"]):
        return None
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else low
    unit1, unit = _unit(match["unit1"]), _unit(match["unit"])
    joined = match["high"] is not None
    if joined and high <= low and re.search(r"\sand\s", match[0]):
        high, joined = low, False
    dimension, factor = unit or unit1 or ("number", 1.0)
    low_factor = unit1[1] if unit1 and unit and unit1[0] == unit[0] else factor
    per = re.sub(r"^(?:/|per|a|an|each|every)\s?", "", (match["per"] or "").strip().lower())
    return Quantity(
        low * low_factor,
        high * factor,
        dimension,
        _bound(text, match.start(), match.end()),
        {"minute": "min"}.get(per, per),
        match[0].strip(),
    )


def _unit(text: str | None) -> tuple[str, float] | None:
    if not text:
        return None
    plain = text.lower()
    if plain == "mm hg":
        return ("mmhg", 1.0)
    if plain in _UNITS:
        return _UNITS[plain]
    return (
        {"glasse": "glass", "people": "person", "patche": "patch", "suppositorie": "suppository"}.get(
            plain.removesuffix("s"), plain.removesuffix("s")
        ),
        1.0,
    )


def _value(text: str) -> float:
    plain = text.lower().strip()
    if plain in _FRACTIONS:
        return _FRACTIONS[plain]
    if "/" in plain:
        over, under = plain.replace(" ", "").split("/")
        return float(over.replace(",", "")) / float(under) if float(under) else 0.0
    if plain[0].isdigit():
        return float(plain.replace(",", "").rstrip("."))
    return float(sum(_TENS.get(word, _ONES.get(word, 0)) for word in re.split(r"[- ]", plain)))


def _bound(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 60) : start]
    for bound, pattern in _BEFORE:
        if pattern.search(before):
            return bound
    for bound, pattern in _AFTER:
        if pattern.search(text[end:]):
            return bound
    return ""
