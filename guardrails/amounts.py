"""Whether the numbers of a claim are those of its source: amount, unit, how often, bound, and what each is said of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from guardrails import contrast, populations
from guardrails.contrast import drawn
from guardrails.numerals import NUMBER
from guardrails.quantities import Quantity, codes, quantities
from guardrails.wording import Word, words

_DAY = frozenset({"day"})
_WRITTEN = re.compile(rf"{NUMBER}|\b(?:once|twice|thrice)\b", re.IGNORECASE)

Known = Sequence[tuple[Quantity, str]]


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text, read once."""
    return tuple(quantities(text))


def failures(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    """`number: …`, `comparator: …` and `population: …` for one claim against the source sentences it rests on."""
    known = [(quantity, source) for source in ground for quantity in read(source)]
    for quantity in read(sentence):
        same = [(other, source) for other, source in known if _same(quantity, other)]
        if not same:
            if not _said_otherwise(quantity, known) or _per_other(quantity, sentence, ground):
                yield f"number: {quantity.text}"
            continue
        agreeing = [(other, source) for other, source in same if _bounds_agree(quantity, other) and not _turned(quantity, sentence, other, source)]
        if not agreeing:
            yield f"comparator: {quantity.cue} {quantity.text}".replace("  ", " ")
        elif group := populations.moved(quantity, sentence, agreeing):
            yield f"population: {quantity.text} for {group}"
        elif other := _of_another(quantity, sentence, agreeing):
            yield f"number: {quantity.text} stands for {other}"
        elif quantity.dimension in ("mass", "volume", "units", "tablet") and (group := populations.dropped(quantity, sentence, agreeing)):
            yield f"population: {group} dropped"
    spoken = frozenset().union(*(codes(source) for source in ground)) if ground else frozenset()
    for code in sorted(codes(sentence) - spoken):
        yield f"number: {code}"


def unheld(sentence: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The numbers that a sentence writes out and that stand in none of the texts, whatever they are said of there."""
    known = [(quantity, text) for text in texts for quantity in read(text)]
    written = [quantity for quantity in read(sentence) if _WRITTEN.search(quantity.text)]
    return tuple(q.text for q in written if not any(_same(q, other) for other, _ in known) and not _said_otherwise(q, known))


def _same(said: Quantity, other: Quantity) -> bool:
    if said.same_amount(other):
        return True
    if said.dimension == other.dimension and said.per in ("day", "hour", "week", "month") and not other.per:
        return Quantity.same_amount(Quantity(said.low, said.high, said.dimension, "", "", ""), other)
    if "number" in (said.dimension, other.dimension) and {said.dimension, other.dimension} <= {"number", "months", "dose", "person", "percent", "time", "mass", "volume", "drink", "tablet", "puff", "capsule"}:
        bare, full = (said, other) if said.dimension == "number" else (other, said)
        return bare.plain == full.plain and (bare is said or full.dimension in ("months", "dose", "person", "drink", "tablet", "puff", "capsule"))
    return False


def _said_otherwise(said: Quantity, known: Known) -> bool:
    """Once a day for "20 mg a day", 24 hours for a day, four doses a day for a day's dose in four."""
    if (said.dimension, said.low, said.high) == ("per_day", 1.0, 1.0) or (said.dimension, said.low) == ("time", 24.0):
        daily = any(
            other.per == "day" or (other.dimension, other.low) in (("per_day", 1.0), ("time", 24.0)) or (other.dimension == "per_day" and said.dimension == "time")
            for other, _ in known
        )
        return daily or any(" daily " in f" {source.lower()} " for _, source in known if said.dimension == "time" or not _other_rate(known))
    if said.dimension == "per_day":
        return any(
            (other.dimension == "time" and other.high and other.low and abs(24 / other.high - said.low) + abs(24 / other.low - said.high) < 1e-6)
            or (other.dimension == "dose" and (other.low, other.high) == (said.low, said.high))
            or (other.dimension == "time" and said.low and abs(24 / said.low - other.low) < 1e-6)
            for other, _ in known
        )
    if said.dimension == "dose":
        return any(other.dimension in ("per_day", "number") and (other.low, other.high) == (said.low, said.high) for other, _ in known)
    if said.dimension == "per_week" and said.low == 1:
        return any(other.per == "week" for other, _ in known)
    if said.dimension == "interval":
        return any(other.dimension == "time" and other.low == said.low for other, _ in known)
    if said.dimension == "percent":
        return any(other.dimension == "percent" and abs(other.low - said.low) < 0.5 and abs(other.high - said.high) < 0.5 for other, _ in known)
    if said.dimension == "time" and said.low == said.high:
        return any(other.dimension == "per_day" and abs(24 / other.high - said.low) < 1e-6 for other, _ in known if other.high)
    if said.dimension == "time" and any(other.dimension == "per_day" and other.low and abs(24 / other.high - said.low) + abs(24 / other.low - said.high) < 1e-6 for other, _ in known):
        return True
    if said.dimension in ("time", "months", "volume", "mass") and said.low != said.high:
        return {said.low, said.high} <= {other.low for other, _ in known if other.dimension == said.dimension}
    return False


def _per_other(said: Quantity, sentence: str, ground: Sequence[str]) -> bool:
    """Whether the amount that a "daily" follows is one that the source gives by the week or month."""
    if (said.dimension, said.low, said.high) != ("per_day", 1.0, 1.0):
        return False
    amount = next((other for other in read(sentence) if other.dimension == "mass" and 0 <= said.start - other.start - len(other.text) <= 2), None)
    return amount is not None and any(
        other.dimension == "mass" and (other.low, other.high) == (amount.low, amount.high) and rate.dimension in ("per_week", "per_month") and 0 <= rate.start - other.start - len(other.text) <= 6
        for source in ground for other, rate in pairwise(read(source))
    )  # fmt: skip


def _other_rate(known: Known) -> bool:
    return any(other.dimension in ("per_day", "per_week", "interval") for other, _ in known)


def _bounds_agree(said: Quantity, other: Quantity) -> bool:
    if said.bound == other.bound:
        return True
    timed = said.dimension in ("time", "months") and {said.bound, other.bound} == {"", "le"}
    return timed and (said.cue or other.cue).startswith(("within", "even", "up to")) and not (other.cue.startswith("up to") and not said.cue)


def _of_another(said: Quantity, sentence: str, same: Known) -> str:
    """The source's number that stands where this one does, when the equal one stands elsewhere; "" when it is in its place."""
    kind = _kind(said, sentence)
    here = _told(sentence, kind, False)[_beside(sentence, kind).index(said)].keys - {_key(said)}
    first, last = contrast.near(sentence, said.start, said.start + len(said.text))
    close = frozenset(word.key for word in _spoken(sentence) if first <= word.start and word.end <= last)
    found = ""
    for quantity, source in same:
        rivals = _beside(source, kind)
        if len(rivals) < 2 or quantity not in rivals:
            return ""
        told, at = _told(source, kind, True), rivals.index(quantity)
        own = told[at].keys - {_key(quantity)}
        taken = ""
        for row, other in enumerate(rivals):
            theirs = told[row].keys - {_key(other)}
            if told[row] is told[at] or _same(said, other) or (close & (own - theirs) and not close & (theirs - own)):
                continue
            if drawn(here, own, theirs) or (told[at].after - theirs and not told[row].after - own and not here & (told[at].after - theirs)):
                taken = other.text
                break
        if not taken:
            return ""
        found = taken
    return found


_OF_AGE = re.compile(r"\b(?:age|aged|ages|old|older|younger|child|children|baby|babies|infants)\b", re.IGNORECASE)
_RIVALS = {"months": "time", "per_week": "per_day", "per_month": "per_day", "per_year": "per_day", "interval": "per_day", "single": "per_day", "span": "time"}


def _turned(said: Quantity, sentence: str, other: Quantity, source: str) -> bool:
    """Whether "after 14 days" stands for "within 14 days", or the other way round."""
    after = [bool(_AFTER.search(text[: quantity.start])) for quantity, text in ((said, sentence), (other, source))]
    within = [quantity.cue.startswith("within") for quantity in (said, other)]
    return (after[0] and within[1]) or (within[0] and after[1])


_AFTER = re.compile(r"\b(?:after|later than) (?:about )?$", re.IGNORECASE)


def _kind(quantity: Quantity, text: str) -> str:
    """What a quantity may be mistaken for: a time for a time, an age for an age, how often for how often."""
    if quantity.dimension == "months" and ("year" in quantity.text or _OF_AGE.search(text[max(0, quantity.start - 25) : quantity.start + len(quantity.text) + 8])):
        return "age"
    return _RIVALS.get(quantity.dimension, quantity.dimension)


def _key(quantity: Quantity) -> str:
    return f"{quantity.low:g}-{quantity.high:g} {quantity.dimension}"


@lru_cache(maxsize=4096)
def _beside(text: str, kind: str) -> tuple[Quantity, ...]:
    """The quantities of one kind in a text, in order; an amount a day is also how often."""
    return tuple(quantity for quantity in read(text) if _kind(quantity, text) == kind or (kind == "per_day" and quantity.per in ("day", "week")))


@lru_cache(maxsize=4096)
def _spoken(text: str) -> tuple[Word, ...]:
    numbers = [Word(_key(number), number.text, number.start, number.start + len(number.text), "number") for number in read(text)]
    return tuple(sorted([*words(text), *numbers], key=lambda word: word.start))


@lru_cache(maxsize=4096)
def _told(text: str, kind: str, own: bool) -> tuple[contrast.Part, ...]:
    """For each quantity of a kind the part that it stands in."""
    return contrast.told(text, tuple((quantity.start, quantity.start + len(quantity.text)) for quantity in _beside(text, kind)), _spoken(text), own)
