"""Reads the quantities of a sentence: numbers with units, ranges, frequencies and comparators, in comparable form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from guardrails.bounds import bound
from guardrails.numerals import FRACTION, NUMBER, value
from guardrails.units import UNIT, UNITS, unit

_PER = r"(?:kg|kilogram|day|hour|hr|minute|min|week|month|year|ml|dl|dose|l|m2|m²|1\.73\s?m2|1\.73\s?m²)"
_QUANTITY = re.compile(
    rf"(?P<low>{NUMBER})(?:[\s-]?(?P<unit1>(?:{UNIT})(?![a-z])))?(?:(?:\s?/\s?(?:min|kg|ml|dl|day)\b)?\s?(?P<join>to|-|–|through)\s?(?P<high>{NUMBER})(?:[\s-]?(?P<unit>(?:{UNIT})(?![a-z])))?)?"
    rf"(?P<per>(?:\s?(?:/|per\b|a\b|an\b)\s?{_PER}\b)+)?",
    re.IGNORECASE,
)
_CONCENTRATION = re.compile(rf"(?<=[a-z])\s?(?:/|\bper\b|\bin\b)\s?(?={NUMBER}\s?(?:mL|L|mg|g|mcg|milliliters?|tablets?)(?![a-z]))", re.IGNORECASE)
_TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0, "one": 1.0}
_COUNT = rf"(?:(once|twice|thrice)|({NUMBER})(?:\s?(?:to|-|–|or)\s?({NUMBER}))?\s+(?:times?|doses?))"
_DAY = r"(?:(?:a|per|each|every|in a|in one|in any)\s+day|daily|nightly|(?:in|within|every|per|over) (?:any )?24[ -]hours?(?: period)?|(?:a|per|each|every)\s+night|(?:in|every)\s+24 hours|in (?:a|one) day)"
_PER_DAY = re.compile(rf"\b{_COUNT}[\s-]*,?\s*{_DAY}\b", re.IGNORECASE)
_PER_WEEK = re.compile(rf"\b{_COUNT}[\s-]*(?:(?:a|per|each|every|in a)\s+week|weekly)\b", re.IGNORECASE)
_PER_MONTH = re.compile(rf"\b{_COUNT}[\s-]*(?:(?:a|per|each|every|in a)\s+month|monthly)\b", re.IGNORECASE)
_PER_YEAR = re.compile(rf"\b{_COUNT}[\s-]*(?:(?:a|per|each|every|in a)\s+year|yearly)\b", re.IGNORECASE)
_SINGLE = re.compile(r"(?<=m[gL] )once\b(?! (?:a|per|each|every|daily|weekly|monthly|or)\b)", re.IGNORECASE)
_EVERY = re.compile(rf"\b(?:every|each)\s+({NUMBER})(?:\s?(?:to|-|–|or)\s?({NUMBER}))?[\s-]*(hours?|hrs?|h|days?|weeks?|months?)\b", re.IGNORECASE)
_APART = re.compile(rf"(?:\bat\s+({NUMBER})[\s-]*(hours?)\s+intervals|(?<!to )(?<![-–])\b({NUMBER})\s+(hours?)\s+apart)\b", re.IGNORECASE)
_EVERY_OTHER = re.compile(r"\b(?:every (?:other|second)|alternate|each other) (day|week|month)s?\b", re.IGNORECASE)
_DAILY = re.compile(r"(?<!ng )\b(?:daily(?! (?:[\w-]+ )?(?:dose|limit|amount|maximum|total|use))|every day|each day|nightly|every (?:morning|evening|night)|each (?:morning|evening|night)|(?:one|1) day a week)\b", re.IGNORECASE)
_WEEKLY = re.compile(r"\b(?:weekly|every week|each week|(?:once|one|1|(?:only )?one) day (?:a|each|per|every) week)\b", re.IGNORECASE)
_MONTHLY = re.compile(r"\b(?:monthly|every month|each month)\b", re.IGNORECASE)
_LATIN = {"qd": 1.0, "od": 1.0, "qhs": 1.0, "bid": 2.0, "tid": 3.0, "qid": 4.0}
_LATIN_TIMES = re.compile(r"\b(?:q\.?d|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?h\.?s)\b\.?", re.IGNORECASE)
_LATIN_EVERY = re.compile(r"\bq\.?\s?(\d{1,2})\s?h\b", re.IGNORECASE)
_A_DAY = re.compile(r"\b(?:a|per) (day|week)\b", re.IGNORECASE)
_LOOSE_TIME = re.compile(r"\b(?:over|for|within|after|in|several|some|few|many|of|than) (minutes|hours|days|weeks|months|years)\b", re.IGNORECASE)
_IN = re.compile(rf"\b({NUMBER})\s+(?:in|out of(?: every)?|per)\s+(10|100|1,?000|10,?000|100,?000)\b", re.IGNORECASE)
_TWICE_AS = re.compile(r"\b(?:twice|double|two times) (?:the|as much|as many|as high|his|her|their|its)\b", re.IGNORECASE)
_FRACTION = re.compile(rf"{FRACTION}(?:\s+(?:a|an|of a|of one)?\s*({UNIT})(?![a-z]))?", re.IGNORECASE)
_A_TIME = re.compile(r"\b(?:for|in|within|after|about|over|than|beyond|past|below|before|least|most|only|around|nearly|of|another|next|last|first|until|approximately|roughly|or|takes?|under)\s+(an?|one)\s+(minute|hour|day|week|month|year)\b(?! (?:a|per)\b)", re.IGNORECASE)
_A_TIME_THEN = re.compile(r"\b(?<!once )(?<!twice )(?<!times )(an?|one) (minute|hour|day|week|month|year)(?= (?:or (?:more|less|longer|so)|later|before|after|apart|ahead|earlier|and a half)\b)", re.IGNORECASE)
_AGE = re.compile(r"\b(?:aged?|ages|age of|years? of age|over age|under age)\s*$", re.IGNORECASE)
_ORDINAL = re.compile(r"\b(second|third|fourth|fifth|sixth|seventh|2nd|3rd|4th|5th)\b(?!\s*-?\s*(?:line|degree|opinion|part|party))(?= (?:\w+ )?(?:click|day|week|month|year|dose|trimester|time|injection|tablet)s?\b)", re.IGNORECASE)
_ORDINALS = {w: float(i) for i, w in enumerate("second third fourth fifth sixth seventh".split(), start=2)}
_PHONE = re.compile(r"\b(?:1-)?\d{3}-\d{3}-\d{4}\b")
# Names that hold digits, references and the digits of a phone number are no amounts: `codes` compares names and numbers as they stand.
_CODE = re.compile(r"\b(?:CYP\w+|GLP-1|SGLT2|PDE5|H2|B12|B6|D3|A1C|COVID-19|HLA-B\S*|5-HT\d?|[A-Z]{2,}\d\w*|[A-Z]\d{1,2}|3350|(?<=bipolar )II?|(?<=[Tt]ype )[12]|(?<=class )(?:IV|I{1,3}))\b")
_NOT_A_QUANTITY = re.compile(
    rf"\[\d+\]|\(\s*(?:\d+\.\d+\s*,?\s*)+\)|\[see [^\]]*\]|{_PHONE.pattern}|{_CODE.pattern}|\b(?:the|these|those|of|any|or|by|all|them|in|into) two\b(?! (?:{UNIT})\b)(?! (?:times|doses))|\bone (?:of|or)\b|\b(?:[Ff]irst|[Ll]ast|[Ss]econd) (?:three|3) months\b"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value or range in the base unit of its dimension; `bound` is "", "le", "ge", "lt" or "gt" and `cue` the words that say so; `per` what the
    amount is divided by; `text` as written at `start`; `bare` whether it has no unit."""

    low: float
    high: float
    dimension: str
    bound: str
    per: str
    text: str
    start: int = 0
    cue: str = ""
    plain: float = 0.0  # the number as written, before conversion

    def same_amount(self, other: Quantity) -> bool:
        """Equal value, dimension and divisor; a divisor of time may be left out, one of weight or volume may not."""
        alike = _close(self.low, other.low) and _close(self.high, other.high)
        return alike and self.dimension == other.dimension and (self.per == other.per or (not self.per and other.per in ("day", "hour", "week", "month")))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-4 * max(1e-3, abs(other))


def codes(text: str) -> frozenset[str]:
    """Telephone numbers and names with digits (CYP3A4, B12), which must stand in the source as they are."""
    return frozenset(match[0].upper().removeprefix("1-") for pattern in (_PHONE, _CODE) for match in pattern.finditer(text))


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text; frequencies come back as doses a day (dimension "per_day"), a week ("per_week") or hours between ("interval")."""
    text = re.sub(r"\s", " ", text.replace("’", "'").replace("‑", "-"))
    text = _NOT_A_QUANTITY.sub(lambda match: " " * len(match[0]), text)
    text = re.sub(rf"\bbetween(\s+{NUMBER}(?:\s?(?:{UNIT})\b)?)\s+and\s", r"       \1 to ", text, flags=re.IGNORECASE)
    text = _CONCENTRATION.sub(lambda match: " ; ".ljust(len(match[0])) if len(match[0]) >= 3 else ";", text)
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []

    def add(match: re.Match[str], low: float, high: float, dimension: str, bounded: bool = True) -> None:
        if any(match.start() < end and match.end() > start for start, end in taken):
            return
        kind, cue = bound(text, match.start(), match.end()) if bounded else ("", "")
        found.append(Quantity(low, high, dimension, kind, "", match[0].strip(), match.start(), cue, low))
        taken.append(match.span())

    for match in _IN.finditer(text):
        share = 100 * value(match[1]) / value(match[2])
        add(match, share, share, "percent")
    for pattern, dimension in ((_PER_DAY, "per_day"), (_PER_WEEK, "per_week"), (_PER_MONTH, "per_month"), (_PER_YEAR, "per_year")):
        for match in pattern.finditer(text):
            count = _TIMES.get((match[1] or "").lower()) or value(match[2])
            add(match, count, value(match[3]) if match[3] else count, dimension)
    for match in _SINGLE.finditer(text):
        add(match, 1.0, 1.0, "single", bounded=False)
    for match in _LATIN_TIMES.finditer(text):
        count = _LATIN[match[0].lower().replace(".", "")]
        add(match, count, count, "per_day", bounded=False)
    for match in _LATIN_EVERY.finditer(text):
        add(match, 24 / float(match[1]), 24 / float(match[1]), "per_day", bounded=False)
    for match in _APART.finditer(text):
        hours = value(match[1] or match[3])
        add(match, 24 / hours, 24 / hours, "per_day")
    for match in _EVERY_OTHER.finditer(text):
        apart = {"day": 48.0, "week": 336.0, "month": 1440.0}[match[1].lower()]
        add(match, apart, apart, "interval")
    for match in _EVERY.finditer(text):
        first, last = value(match[1]), value(match[2] or match[1])
        name = match[3].lower()
        hours = 720.0 if name.startswith("month") else UNITS[name][1]
        if first and last and hours * last <= 24:
            add(match, 24 / (last * hours), 24 / (first * hours), "per_day", bounded=False)
        elif first and last and (first, name.rstrip("s")) == (1.0, "week"):
            add(match, 1.0, 1.0, "per_week", bounded=False)
        elif first and last:
            add(match, first * hours, last * hours, "interval", bounded=False)
    for match in _WEEKLY.finditer(text):
        add(match, 1.0, 1.0, "per_week", bounded=False)
    for match in _MONTHLY.finditer(text):
        add(match, 1.0, 1.0, "per_month", bounded=False)
    for match in _DAILY.finditer(text):
        add(match, 1.0, 1.0, "per_day", bounded=False)
    for match in _ORDINAL.finditer(text):
        ordinal = _ORDINALS.get(match[1].lower()) or float(match[1][0])
        add(match, ordinal, ordinal, "ordinal", bounded=False)
    for match in _FRACTION.finditer(text):
        if re.search(r"(?:\d|\band a|\band one|\band)\s*$", text[: match.start()]) or (match[0].lower() in ("third", "fourth", "fifth", "tenth", "second")):
            continue
        share = value(re.match(FRACTION, match[0], re.IGNORECASE)[0])  # type: ignore[index]
        dimension, factor = unit(match[1]) or ("percent", 100.0)
        add(match, share * factor, share * factor, dimension)
    for match in _TWICE_AS.finditer(text):
        add(match, 200.0, 200.0, "percent", bounded=False)
    for match in (*_A_TIME.finditer(text), *_A_TIME_THEN.finditer(text)):
        dimension, factor = UNITS[match[2].lower()]
        start = match.start(1)
        if not any(start < end and match.end() > begin for begin, end in taken):
            kind, cue = bound(text, start, match.end())
            found.append(Quantity(factor, factor, dimension, kind, "", match[0][start - match.start() :], start, cue, 1.0))
            taken.append((start, match.end()))
    plain = list(_QUANTITY.finditer(text))
    for row, match in enumerate(plain):
        start = match.start()
        number_end = match.end("low")
        if any(start < b and number_end > a for a, b in taken) or text[max(0, start - 1) : start].isalnum():
            continue
        if start > 1 and text[start - 1] in "-/" and text[start - 2].isalnum() and not text[start - 2].isdigit():
            continue
        found += _read(match, text, _inherited(plain, row, text))
    read = [(quantity.start, quantity.start + len(quantity.text)) for quantity in found]
    for match in _A_DAY.finditer(text):
        if not any(match.start() < end and match.end() > start for start, end in read):
            found.append(Quantity(1.0, 1.0, f"per_{match[1].lower()}", "", "", match[0], match.start(), "", 1.0))
    for match in _LOOSE_TIME.finditer(text):
        size = {"minutes": 1.0, "hours": 2.0, "days": 3.0, "weeks": 4.0, "months": 5.0, "years": 6.0}[match[1].lower()]
        found.append(Quantity(size, size, "span", "", "", match[0], match.start(), "", size))
    return sorted(found, key=lambda quantity: quantity.start)


def _inherited(plain: list[re.Match[str]], row: int, text: str) -> str | None:
    """The unit of the next number of a list: "5, 10 or 15 mg", "120/80 mmHg"."""
    for here, after in zip(plain[row:], plain[row + 1 :], strict=False):
        if here["unit"] or here["unit1"] or not re.fullmatch(r"\s*(?:,|/|;|or|and|,\s*(?:or|and))?\s*", text[here.end() : after.start()]):
            return None
        if after["unit"] or after["unit1"]:
            return after["unit"] or after["unit1"]
    return None


def _read(match: re.Match[str], text: str, inherited: str | None) -> list[Quantity]:
    word = match["low"].lower().rstrip(",")
    if word == "one" and not (match["unit"] or match["unit1"]):
        return []
    low = value(match["low"].rstrip(","))
    high = value(match["high"].rstrip(",")) if match["high"] else low
    unit1, last = unit(match["unit1"]), unit(match["unit"])
    dimension, factor = last or unit1 or unit(inherited) or ("number", 1.0)
    if dimension == "number" and _AGE.search(text[: match.start()]):
        dimension, factor = "months", 12.0
    low_factor = unit1[1] if unit1 and last and unit1[0] == dimension else factor
    if high < low and low_factor == factor and match["join"] in ("-", "–"):
        high = low
    per = re.sub(r"\s*(?:/|\b(?:per|a|an)\b)\s*", "/", (match["per"] or "").strip().lower()).strip("/ ")
    per = re.sub(r"\bminute\b", "min", re.sub(r"\bkilogram\b", "kg", re.sub(r"\bhr\b", "hour", per)))
    end = match.end() if match["unit"] or match["unit1"] or match["high"] else match.end("low")
    kind, cue = bound(text, match.start(), end)
    return [Quantity(low * low_factor, high * factor, dimension, kind, per, match[0].strip(" ,"), match.start(), cue, low)]
