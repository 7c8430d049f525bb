"""Whether the numbers of a claim are those of its source: amount, unit, how often, bound, and what each is said of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from guardrails import populations
from guardrails.numerals import NUMBER
from guardrails.quantities import Quantity, codes, quantities
from guardrails.wording import EVERYWHERE, words

_REACH = 4  # words on each side that tell what a number is said of
_CLEARLY = 0.25  # by how much another number's surroundings must fit better
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
            if not _said_otherwise(quantity, known):
                yield f"number: {quantity.text}"
            continue
        agreeing = [(other, source) for other, source in same if _bounds_agree(quantity, other)]
        if not agreeing:
            yield f"comparator: {quantity.cue} {quantity.text}".replace("  ", " ")
        elif group := populations.moved(quantity, sentence, agreeing):
            yield f"population: {quantity.text} for {group}"
        elif other := _of_another(quantity, sentence, agreeing, known):
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
            (other.dimension == "dose" and (other.low, other.high) == (said.low, said.high))
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
    if said.dimension in ("time", "months", "volume", "mass") and said.low != said.high:
        return {said.low, said.high} <= {other.low for other, _ in known if other.dimension == said.dimension}
    return False


def _other_rate(known: Known) -> bool:
    return any(other.dimension in ("per_day", "per_week", "interval") for other, _ in known)


def _bounds_agree(said: Quantity, other: Quantity) -> bool:
    if said.bound == other.bound:
        return True
    timed = said.dimension in ("time", "months") and {said.bound, other.bound} == {"", "le"}
    return timed and (said.cue or other.cue).startswith(("within", "even", "up to")) and not (other.cue.startswith("up to") and not said.cue)


def _of_another(said: Quantity, sentence: str, same: Known, known: Known) -> str:
    """The source's number that stands where this one does, when the equal one stands elsewhere; "" when it is in its place."""
    here = _around(said, sentence)
    rivals = [(other, source) for other, source in known if other.dimension == said.dimension and not _same(said, other)]
    if said.dimension == "per_day" and said.low != 1:
        rivals += [(other, source) for other, source in known if other.per == "day"]
    if not here or not rivals:
        return ""
    attached = _attached(said, sentence)
    for side in (0, 1):
        if attached[side] and not any(attached[side] in _attached(other, source) for other, source in same):
            for other, source in rivals:
                if _attached(other, source)[side] == attached[side]:
                    return other.text
    own = max(_fit(here, _around(other, source)) for other, source in same)
    best, text = max((_fit(here, _around(other, source)), other.text) for other, source in rivals)
    return text if best > own + _CLEARLY and own < 0.6 else ""


@lru_cache(maxsize=4096)
def _attached(quantity: Quantity, text: str) -> tuple[str, str]:
    """The keys of the words next to a number, before and after it in its clause; "" where there is none."""
    last = quantity.start + len(quantity.text)
    told = [word for word in words(text) if word.kind != "light" and word.key not in EVERYWHERE]
    before = [word for word in told if word.end <= quantity.start and not re.search(r"[,;:.]|\band\b", text[word.end : quantity.start])]
    after = [word for word in told if word.start >= last and not re.search(r"[,;:.]|\band\b", text[last : word.start])]
    return (before[-1].key if before else "", after[0].key if after else "")


@lru_cache(maxsize=4096)
def _around(quantity: Quantity, text: str) -> dict[str, float]:
    """The words near a number, nearer ones weighing more; a semicolon or full stop ends them."""
    begin = max(text.rfind(";", 0, quantity.start), text.rfind(". ", 0, quantity.start)) + 1
    stop = text.find(";", quantity.start)
    spoken = [word for word in words(text) if word.start >= begin and (stop < 0 or word.end <= stop) and word.kind != "light" and word.key not in EVERYWHERE]
    last = quantity.start + len(quantity.text)
    before = [word for word in spoken if word.end <= quantity.start][-_REACH:][::-1]
    after = [word for word in spoken if word.start >= last][:_REACH]
    near: dict[str, float] = {}
    for side in (before, after):
        for at, word in enumerate(side):
            near[word.key] = max(near.get(word.key, 0.0), 1 / (1 + at))
    for other in read(text):
        if other.start != quantity.start and begin <= other.start and (stop < 0 or other.start < stop):
            near[f"{other.low:g} {other.dimension}"] = 0.5
    return near


def _fit(here: dict[str, float], there: dict[str, float]) -> float:
    both = sum(min(weight, there[key]) for key, weight in here.items() if key in there)
    return both / max(1e-9, min(sum(here.values()), sum(there.values()))) if here and there else 0.0
