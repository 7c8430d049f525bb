"""How far a typed word is from a name: cheap for the slips people make, dear for letters that nobody confuses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from itertools import pairwise
from math import inf
from operator import or_

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Letters and groups that sound alike in English drug names, longest first; both sides are rewritten before they are compared.
_SOUNDS = (
    ("ph", "f"),
    ("ck", "k"),
    ("ch", "k"),
    ("qu", "kw"),
    ("tion", "zon"),
    ("th", "t"),
    ("rh", "r"),
    ("sc", "s"),
    ("x", "ks"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "si"),
    ("y", "i"),
    ("c", "k"),
    ("ie", "i"),
    ("ei", "i"),
    ("ee", "i"),
    ("s", "z"),
    ("u", "o"),
)
_VOWELS = frozenset("aeiouy")
_ALIKE = frozenset(map(frozenset, ("ck", "sz", "cs", "iy", "xz", "xs", "fv", "gj", "kq", "mn", "dt", "bp", "vw", "ou")))
_SHORTLIST = 12
SWAP, DOUBLED, VOWEL, LETTER, FIRST, BY_SOUND = 0.7, 0.4, 0.8, 1.0, 0.5, 0.3  # chosen on the dev split of tests/cases/mentions.jsonl


@lru_cache(maxsize=32768)
def sound(name: str) -> str:
    """A rough spelling by sound, so that `zanax` is near `xanax`, `lasics` near `lasix` and `ibuprophen` near `ibuprofen`."""
    name = "z" + name[1:] if name.startswith("x") else name
    for old, new in _SOUNDS:
        name = name.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", name)


def cost(typed: str, name: str, most: float = inf) -> float:
    """The least cost of the slips that turn `name` into `typed`: about 1 for one plain slip, 0 for the same word; infinite above `most`."""
    if typed == name:
        return 0.0
    written = _edits(typed, name, most)
    return min(written, BY_SOUND + _edits(sound(typed), sound(name), min(written, most) - BY_SOUND))


def _neighbours() -> frozenset[frozenset[str]]:
    pairs = {frozenset(pair) for row in _ROWS for pair in pairwise(row)}
    for upper, lower in pairwise(_ROWS):
        for at, letter in enumerate(lower):
            pairs |= {frozenset((letter, other)) for other in upper[at : at + 2]}
    return frozenset(pairs)


def _substitutions() -> dict[tuple[str, str], float]:
    near = _neighbours()
    costs: dict[tuple[str, str], float] = {}
    letters = "abcdefghijklmnopqrstuvwxyz"
    for a in letters:
        for b in letters:
            pair = frozenset((a, b))
            if a != b and (pair in _ALIKE or (a in _VOWELS and b in _VOWELS)):
                costs[a, b] = 0.6
            elif a != b and pair in near:
                costs[a, b] = 0.8
    return costs


_SUBSTITUTION = _substitutions()


@lru_cache(maxsize=32768)
def _gaps(word: str) -> tuple[float, ...]:
    return tuple(_gap(word, at) for at in range(len(word)))


def _gap(word: str, at: int) -> float:
    """The cost of one letter of `word` too many or too few."""
    if (at and word[at] == word[at - 1]) or (at + 1 < len(word) and word[at] == word[at + 1]):
        return DOUBLED
    return VOWEL if word[at] in "aeiouyh" else LETTER


def _edits(a: str, b: str, most: float) -> float:
    """Optimal string alignment with these costs; a wrong first letter costs more, since it is the one that people get right."""
    gap_a, gap_b = _gaps(a), _gaps(b)
    first = FIRST if a[:1] != b[:1] else 0.0
    before: list[float] = []
    row = [0.0]
    for j in range(len(b)):
        row.append(row[-1] + gap_b[j])
    for i, letter in enumerate(a):
        previous, row = row, [row[0] + gap_a[i]]
        for j, other in enumerate(b):
            if letter == other:
                best = previous[j]
            else:
                best = previous[j] + _SUBSTITUTION.get((letter, other), LETTER)
                best = min(best, previous[j + 1] + gap_a[i], row[j] + gap_b[j])
                if i and j and letter == b[j - 1] and a[i - 1] == other:
                    best = min(best, before[j - 1] + SWAP)
            row.append(best)
        before = previous
        if min(row) + first > most and min(before) + first + SWAP > most:
            return inf
    return row[-1] + first


class Speller:
    """The nearest of a list of words to a typed one: rapidfuzz finds a few candidates, `cost` orders them.

    Args:
        words: in lower case, letters only.
        bucket: the place of a letter by which a long list is divided; only words with one of the first two letters typed in that
            place are looked at. None to look at all.
    """

    def __init__(self, words: Iterable[str], bucket: int | None = None):
        self._bucket = bucket
        lists: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(words), key=lambda word: (len(word), word)):
            lists["" if bucket is None else word[bucket]].append(word)
        self._lists = {letter: (words, _Shapes(words), _Shapes([sound(w) for w in words])) for letter, words in lists.items()}
        self.nearest = lru_cache(maxsize=4096)(self._nearest)

    def _nearest(self, typed: str, most: float) -> tuple[tuple[float, str], ...]:
        """Words that cost at most `most`, as (cost, word), nearest first."""
        letters = {""} if self._bucket is None else set(typed[:2])
        found = {word: cost(typed, word, most) for letter in letters for word in self._candidates(typed, letter, 1 + int(most))}
        return tuple(sorted((price, word) for word, price in found.items() if price <= most))

    def _candidates(self, typed: str, letter: str, reach: int) -> list[str]:
        if letter not in self._lists:
            return []
        words, written, heard = self._lists[letter]
        distances = written.within(typed, reach)
        for at, distance in heard.within(sound(typed), reach).items():
            distances[at] = min(distance, distances.get(at, distance))
        return [words[at] for at in sorted(distances, key=lambda at: (distances[at], at))[:_SHORTLIST]]


class _Shapes:
    """Words with their lengths and sets of letters: one slip changes the length by one and two letters of the set at most."""

    def __init__(self, words: Sequence[str]):
        self._words = np.array(words, dtype=object)
        self._lengths = np.array([len(word) for word in words])
        self._letters = np.array([_letters(word) for word in words], dtype=np.uint32)

    def within(self, typed: str, reach: int) -> dict[int, int]:
        """Place in the list -> plain distance, for the words at most `reach` away."""
        alike = np.bitwise_count(self._letters ^ np.uint32(_letters(typed))) <= 2 * reach
        places = np.flatnonzero(alike & (np.abs(self._lengths - len(typed)) <= reach))
        if not places.size:
            return {}
        distances = cdist([typed], self._words[places], scorer=OSA.distance, score_cutoff=reach, dtype="uint8")[0]
        near = distances <= reach
        return dict(zip(places[near].tolist(), distances[near].tolist(), strict=True))


def _letters(word: str) -> int:
    return reduce(or_, (1 << (ord(letter) - ord("a")) for letter in word if "a" <= letter <= "z"), 0)
