"""Which part of a source a claim's number, brand or form belongs to, where the source sets several beside each other.

"7 to 10 days for short-acting opioids and up to 14 days for methadone" has two parts. A claim may tell one of them alone; it may not give the number
of one with the words of the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guardrails.wording import EVERYWHERE, Word, words

# From the strongest joint to the weakest: the strongest between two numbers is where one part ends.
_JOINTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r";|\.\s|:\s", r",?\s(?:while|whereas|but|although|though)\s", r",\s(?:and|or|then)\s", r"\s(?:and|or|then)\s", r",\s|\s\(|\)\s")
)


def parts(text: str, places: Sequence[tuple[int, int]], joints: Sequence[re.Pattern[str]] = _JOINTS) -> list[tuple[int, int, list[int]]]:
    """The stretches [start, end) of a text that hold one place each, or several that nothing parts, with the rows of their places; the places
    come in order."""
    found: list[tuple[int, int, list[int]]] = []
    start, held = 0, [0]
    for row in range(1, len(places)):
        between = text[places[row - 1][1] : places[row][0]]
        joint = next((match for pattern in joints if (match := pattern.search(between))), None)
        if joint:
            cut = places[row - 1][1] + joint.start()
            found.append((start, cut, held))
            start, held = cut, []
        held = [*held, row]
    return [*found, (start, len(text), held)]


@dataclass(frozen=True, slots=True)
class Part:
    """The keys of the words and numbers in one part, and of those that follow its places there."""

    keys: frozenset[str]
    after: frozenset[str]


@lru_cache(maxsize=4096)
def told(text: str, places: tuple[tuple[int, int], ...], spoken: tuple[Word, ...], own: bool) -> tuple[Part, ...]:
    """For each place the part that it stands in; with `own` without what all parts share.

    What precedes the first place is said of all when no later part has words before its own; what follows the last, when no earlier part has any after.
    """
    cut = parts(text, places)
    before, after, every = [], [], []
    for start, end, held in cut:
        inside = [word for word in spoken if start <= word.start and word.end <= end and word.kind != "light" and word.key not in EVERYWHERE]
        every.append({word.key for word in inside})
        before.append({word.key for word in inside if word.end <= places[held[0]][0] and (start == 0 or word.kind != "number")})
        after.append({word.key for word in inside if word.start >= places[held[-1]][1]})
    if own and len(cut) > 1 and not any(before[1:]):
        numbered = any(word.kind == "number" and start <= word.start and word.end <= places[held[0]][0] for start, _, held in cut[1:] for word in spoken)
        lead = {key for key in before[0] if not (numbered and key[0].isdigit())}
        every, after = [had - lead for had in every], [had - lead for had in after]
    if own and len(cut) > 1 and not any(after[:-1]):
        every[-1] -= after[-1]
        after[-1] = set()
    of = {row: Part(frozenset(every[at]), frozenset(after[at])) for at, (_, _, held) in enumerate(cut) for row in held}
    return tuple(of[row] for row in range(len(places)))


def drawn(said: frozenset[str], own: frozenset[str], other: frozenset[str]) -> bool:
    """Whether what is said draws on the other part rather than on its own."""
    mine, theirs = own - other, other - own
    if not theirs & said:
        return False
    return len(theirs & said) / len(theirs) > (len(mine & said) / len(mine) if mine else 0.0)


def near(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch around a place up to the nearest joints."""
    first = max((match.end() for match in _NEAREST.finditer(text, 0, start)), default=0)
    last = _NEAREST.search(text, end)
    return first, last.start() if last else len(text)


_NEAREST = re.compile(r"[;:.](?:\s|$)|,\s|\s\(|\)|\s(?=(?:and|or|but|while)\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text names one of several things of a kind, such as a brand or a form."""

    start: int
    end: int
    name: str


def failures(sentence: str, source: str, kinds: Iterable[Callable[[str], Sequence[Place]]]) -> Iterable[str]:
    """`meaning: … for …` where a claim says of one brand, form or group what its source says of another."""
    for find in kinds:
        there = find(source)
        if len({place.name for place in there}) < 2:
            continue
        sides = _sides(source, there)
        for named, said in _sides(sentence, find(sentence)):
            if len(named) > 1:
                continue
            own = frozenset().union(*(keys for names, keys in sides if names & named))
            others = [(names, keys) for names, keys in sides if not names & named]
            if any(names & named for names, _ in sides) and not said & (own - frozenset().union(*(keys for _, keys in others))):
                yield from (f"meaning: {min(named)} for {min(names)}" for names, keys in others if said & (keys - own))


def _sides(text: str, places: Sequence[Place]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """(what is named, the keys of the words) of each part that strong joints make."""
    if not places:
        return []
    spoken = [word for word in words(text) if word.kind != "light" and word.key not in EVERYWHERE]
    found = []
    for start, end, held in parts(text, [(place.start, place.end) for place in places], _JOINTS[:3]):
        inside = frozenset(word.key for word in spoken if start <= word.start and word.end <= end and not any(word.start < place.end and place.start < word.end for place in places))
        found.append((frozenset(places[row].name for row in held), inside))
    return found
