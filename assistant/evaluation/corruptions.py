"""Makes a true sentence false, one fact at a time: the generated rows of the grounding cases, and the corpus-wide tests.

Each function returns the sentence with one fact made wrong, or the sentence itself where there is nothing to corrupt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Corruption = Callable[[str], str]
_BEGINNINGS = frozenset(
    "a an the if when for in on at from to with without after before during because do does not never take use avoid keep tell ask call report stop "
    "people children babies adults women men older every each no extra food serious common another too only other these this they it most".split()
)


def number(text: str) -> str:
    """Twice the amount, or three times where the double stands in the sentence too."""

    def other(match: re.Match[str]) -> str:
        value = float(match[1].replace(",", ""))
        return f"{value * (3 if f'{value * 2:g}' in text.replace(',', '') else 2):g}"

    return re.sub(r"(?<![\d.,/-])(\d[\d,]*(?:\.\d+)?)(?= ?(?:mg|mcg|g|mL|hours?|days?|weeks?|tablets?|%)\b)", other, text, count=1)


def unit(text: str) -> str:
    """The neighbouring unit."""
    other = {"mcg": "mg", "mg": "mcg", "hours": "days", "days": "weeks", "weeks": "days", "months": "weeks", "years": "months"}
    return re.sub(rf"(?<=\d )({'|'.join(other)})\b", lambda match: other[match[1]], text, count=1)


def frequency(text: str) -> str:
    """Another number of times."""
    turned = _swap(text, {"once a day": "twice a day", "twice a day": "once a day", "three times a day": "once a day", "once daily": "twice daily",
                          "twice daily": "three times daily", "once a week": "once a day", "every other day": "every day", "every week": "every day"})  # fmt: skip
    return turned if turned != text else re.sub(r"\bevery (\d+) hours", lambda match: f"every {int(match[1]) // 2 or 9} hours", text, count=1)


def comparator(text: str) -> str:
    """The bound turned round."""
    pairs = {"more than": "less than", "at least": "at most", "under": "over", "below": "above", "up to": "at least", "younger than": "older than", "older than": "younger than"}  # fmt: skip
    return re.sub(rf"\b({'|'.join(pairs)})(?= \d)", lambda match: pairs[match[1]], text, count=1)


def negation_dropped(text: str) -> str:
    """Without its `not`."""
    plain = re.sub(r"\bDo not (\w)", lambda match: match[1].upper(), text, count=1)
    return plain if plain != text else re.sub(r"\b(should|must|may|can|is|are|does|do) not\b", r"\1", text, count=1)


def negation_added(text: str) -> str:
    """With a `not` where there was none."""
    if re.search(r"\b(?:not|never|no|none|avoid\w*|without)\b|n't", text, re.IGNORECASE):
        return text
    return re.sub(r"\b(should|can|may|must|is|are)\b", r"\1 not", text, count=1)


def exception(text: str) -> str:
    """Without what follows `unless`."""
    return re.sub(r",? unless\b.*", ".", text)


def drug(text: str) -> str:
    """One medicine for another."""
    other = "clonidine" if "clonidine" not in text.lower() else "sertraline"
    common = "warfarin|metformin|lisinopril|ibuprofen|digoxin|lithium|omeprazole|sertraline|fluconazole|aspirin|amiodarone"
    return re.sub(rf"\b(?:{common})\b", other, text, count=1, flags=re.IGNORECASE)


def population(text: str) -> str:
    """Another group of people, or another organ."""
    return _swap(text, {"adults": "children", "children": "adults", "kidney": "liver", "liver": "kidney", "kidneys": "liver", "pregnancy": "breastfeeding",
                        "breastfeeding": "pregnancy", "older people": "children", "women": "men", "men": "women"})  # fmt: skip


def route(text: str) -> str:
    """Another form."""
    return text if "inject" in text.lower() else re.sub(r"\btablets?\b", "injection", text, count=1)


def direction(text: str) -> str:
    """Up for down."""
    return _swap(text, {"raise": "lower", "raises": "lowers", "raised": "lowered", "increase": "reduce", "increases": "reduces", "increased": "reduced",
                        "before": "after", "after": "before", "more": "less", "higher": "lower"})  # fmt: skip


CORRUPTIONS: Mapping[str, tuple[Corruption, ...]] = {
    "number": (number,), "unit": (unit,), "frequency": (frequency,), "comparator": (comparator,), "negation": (negation_dropped, negation_added),
    "exception": (exception,), "drug": (drug,), "population": (population,), "route": (route,), "meaning": (direction,),
}  # fmt: skip


def shortened(text: str) -> str:
    """A true shorter sentence: without its parentheses, its reason, or what follows a semicolon."""
    return re.sub(r"(?:;|, because\b| because\b|, so that\b).*", ".", re.sub(r" \([^)]*\)", "", text))


def merged(one: str, other: str) -> str:
    """Two true sentences as one."""
    first = other.split()[0]
    return f"{one.rstrip('.')}, and {first.lower() if first.lower() in _BEGINNINGS else first}{other[len(first) :]}"


def _swap(text: str, table: Mapping[str, str]) -> str:
    pattern = "|".join(sorted(map(re.escape, table), key=len, reverse=True))
    return re.sub(rf"\b({pattern})\b", lambda match: table[match[1]], text, count=1)
