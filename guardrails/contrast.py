"""Which part of a source a claim's number, brand or form belongs to, where the source sets several beside each other.

"7 to 10 days for short-acting opioids and up to 14 days for methadone" has two parts. A claim may tell one of them alone; it may not give the number
of one with the words of the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from guardrails.wording import EVERYWHERE, Word

# From the strongest joint to the weakest: the strongest between two numbers is where one part ends.
_JOINTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r";|\.\s|:\s", r",?\s(?:while|whereas|but|although|though)\s", r",\s(?:and|or|then)\s", r"\s(?:and|or|then)\s", r",\s|\s\(|\)\s")
)


def parts(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[int, int, list[int]]]:
    """The stretches [start, end) of a text that hold one place each, or several that nothing parts, with the rows of their places; the places
    come in order."""
    found: list[tuple[int, int, list[int]]] = []
    start, held = 0, [0]
    for row in range(1, len(places)):
        between = text[places[row - 1][1] : places[row][0]]
        joint = next((match for pattern in _JOINTS if (match := pattern.search(between))), None)
        if joint:
            cut = places[row - 1][1] + joint.start()
            found.append((start, cut, held))
            start, held = cut, []
        held = [*held, row]
    return [*found, (start, len(text), held)]


@lru_cache(maxsize=4096)
def told(text: str, places: tuple[tuple[int, int], ...], spoken: tuple[Word, ...], shared: bool) -> tuple[frozenset[str], ...]:
    """For each place the keys of the words in its part. What precedes the first number belongs to all when no later part has words before its own,
    and what follows the last when no earlier part has words after: such words are left out, or given to all where `shared`."""
    cut = parts(text, places)
    keys: list[set[str]] = []
    lead, tail = set[str](), set[str]()
    for start, end, held in cut:
        first, last = places[held[0]][0], places[held[-1]][1]
        inside = [word for word in spoken if start <= word.start and word.end <= end and word.kind != "light" and word.key not in EVERYWHERE]
        keys.append({word.key for word in inside})
        if start == 0:
            lead = {word.key for word in inside if word.end <= first}
        if end == len(text):
            tail = {word.key for word in inside if word.start >= last}
    bare = lambda at, before: not any(  # noqa: E731
        cut[at][0] <= word.start and word.end <= cut[at][1] and word.kind not in ("light", "number") and word.key not in EVERYWHERE
        and (word.end <= places[cut[at][2][0]][0] if before else word.start >= places[cut[at][2][-1]][1]) for word in spoken
    )  # fmt: skip
    if len(cut) > 1 and all(bare(at, True) for at in range(1, len(cut))):
        keys = [had | lead if shared else had - lead for had in keys]
    if len(cut) > 1 and all(bare(at, False) for at in range(len(cut) - 1)):
        keys = [had | tail if shared else had - tail for had in keys]
    return tuple(frozenset(keys[next(at for at, (_, _, held) in enumerate(cut) if row in held)]) for row in range(len(places)))


def drawn(said: frozenset[str], own: frozenset[str], other: frozenset[str]) -> bool:
    """Whether what is said draws on the other part rather than on its own."""
    mine, theirs = own - other, other - own
    if not theirs & said:
        return False
    return len(theirs & said) / len(theirs) > (len(mine & said) / len(mine) if mine else 0.0)
