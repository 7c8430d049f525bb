"""Which medicine's name, if any, a misspelt word stands for; where it could be two, both."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from knowledge.aliases import confused, tables
from knowledge.context import Wanted
from knowledge.lexicon import Entry, Lexicon, Match
from knowledge.spelling import Speller, cost
from knowledge.vocabulary import COMMON, english, medical_words

# Distances of spelling.cost, where one plain slip is about 1; chosen on the dev split of tests/cases/mentions.jsonl.
_A_LETTER, _MOST = 0.26, 3.0  # a name may be this much away for each letter typed, and no more than that
_A_LETTER_OF_SEVERAL = 0.14  # ... where the name has several words
_ALSO_NEAR, _ALSO_SLIPS = 0.4, 1.0  # a second medicine at `near + slips * the nearest's distance` is as likely: ask
_A_SLIP, _SLIPS = 0.85, 1.6  # ... where the two names are on a list of confused names
_MOST_LITTLE_KNOWN = 1.4  # the most for a name that few people mean: two slips are no evidence for it
_CUT_SHORT = 0.9  # "amlod" for amlodipine
_LITTLE_KNOWN, _DISCONTINUED = 0.3, 0.6  # added for names that few people mean
_AGAINST_ORDINARY = {Wanted.NO: 0.0, Wanted.PERHAPS: 0.5, Wanted.SURELY: 0.7}  # added for an ordinary word: "taking lasic"
_ORDINARY_REACH = 1.7


class Misspellings:
    """The names of a lexicon as they are mistyped, against the ordinary words that look like them."""

    def __init__(self, lexicon: Lexicon):
        self._lexicon = lexicon
        self._exact = lexicon.exact
        meant = [name for name, entry in self._exact.items() if self._may_be_misspelt(name, entry)]
        likely = [name for name in meant if name not in lexicon.uncommon]
        self._starts = sorted(name for name in likely if " " not in name)
        self._single = Speller(self._starts)
        self._uncommon = Speller((name for name in meant if " " not in name and name in lexicon.uncommon), bucket=0)
        self._several = Speller(name.replace(" ", "") for name in likely if " " in name)
        self._english = english().keys() | medical_words() | tables().ordinary
        common = {word for word, count in english().items() if count >= COMMON and len(word) >= 4} | medical_words()
        self._ordinary = [Speller(common - self._exact.keys(), bucket) for bucket in (0, 1)]

    def _may_be_misspelt(self, name: str, entry: Entry) -> bool:
        if name in self._lexicon.never_meant or (name in self._lexicon.everyday and entry.match is Match.UNHELD):
            return False
        letters = name.replace(" ", "")
        return letters.isalpha() and len(letters) >= (7 if entry.match in (Match.CLASS, Match.FOOD) else 5)

    def is_spelt(self, word: str) -> bool:
        """Whether a word is English, of medicine, or a name; then it is no misspelling."""
        return word in self._english or self._lexicon.entry(word) is not None or word.removesuffix("s") in self._english

    def of_word(self, typed: str, place: Wanted) -> tuple[str, ...]:
        """The names that a misspelt word may stand for, the nearest first; none where an ordinary word is as near.

        `place`: how much the sentence wants a medicine there.
        """
        names = self._nearest(typed)
        if not names:
            return ()
        distance, likeliest = names[0]
        if distance == _CUT_SHORT and len(typed) < 5 and place is not Wanted.SURELY:
            return ()
        ordinary = next((price for price, _ in self._ordinary[0].nearest(typed, _ORDINARY_REACH)), _MOST + 1)
        likely = likeliest in self._lexicon.well_known and (distance != _CUT_SHORT or place is Wanted.SURELY)
        return tuple(name for _, name in names) if ordinary + (_AGAINST_ORDINARY[place] if likely else 0.0) > distance else ()

    def of_words(self, words: Sequence[str]) -> Entry | None:
        """What two or three words stand for, if they are a misspelt name of several words; words that are English stand as they are."""
        typed = "".join(words)
        if not typed.isalpha() or len(typed) < 9 or all(len(word) < 4 or self.is_spelt(word) for word in words):
            return None
        nearest = self._several.nearest(typed, min(_MOST, _A_LETTER_OF_SEVERAL * len(typed)))
        names = [self._lexicon.squashed[name] for price, name in nearest if price <= _also_near(nearest[0][0])]
        spelt = {word for word in words if word in self._english}
        entries = [self._exact[name] for name in names if spelt <= set(name.split())]
        return entries[0] if entries and len({entry.names for entry in entries}) == 1 else None

    def is_ordinary(self, typed: str) -> bool:
        """Whether a word is a slip of an ordinary word, in its first letter or after."""
        forms = {typed, typed.removesuffix("s")}
        return any(price <= 1.5 for form in forms for speller in self._ordinary for price, _ in speller.nearest(form, _ORDINARY_REACH))

    def _nearest(self, typed: str) -> list[tuple[float, str]]:
        """(distance, name): one, or several that are about as near."""
        limit = min(_MOST, _A_LETTER * len(typed))
        ranked = self._ranked(typed, limit)
        if not ranked:
            return []
        least, likeliest = ranked[0]
        if least > max(limit if likeliest in self._lexicon.well_known else min(limit, _MOST_LITTLE_KNOWN), _CUT_SHORT):
            return []
        near = [(price, name) for price, name in ranked if price <= _also_near(least)]
        doubtful = {other for _, name in near for other in confused().get(name, ()) if other.isalpha()} - {name for _, name in near}
        most = _also_near(least, confused=True)
        also = sorted((cost(typed, name, most) + self._rarity(name), name) for name in doubtful)
        return [*near, *((price, name) for price, name in also if price <= most)]

    def _ranked(self, typed: str, limit: float) -> list[tuple[float, str]]:
        prices = {name: price for price, name in self._single.nearest(typed, limit)}
        prices |= {name: price for price, name in self._uncommon.nearest(typed, limit)}
        prices |= {name: min(prices.get(name, _CUT_SHORT), _CUT_SHORT) for name in self._beginning(typed)}
        return sorted((price + self._rarity(name), name) for name, price in prices.items())

    def _rarity(self, name: str) -> float:
        if name in self._lexicon.well_known:
            return 0.0
        return _DISCONTINUED if name in self._lexicon.uncommon else _LITTLE_KNOWN

    def _beginning(self, typed: str) -> list[str]:
        """The names that a word is the beginning of, by two letters or more."""
        low, high = bisect_left(self._starts, typed), bisect_left(self._starts, typed + "{")
        return [name for name in self._starts[low:high] if len(name) >= len(typed) + 2]


def _also_near(nearest: float, confused: bool = False) -> float:
    """How near a second medicine has to be to be as likely as the nearest."""
    return _A_SLIP + _SLIPS * nearest if confused else _ALSO_NEAR + _ALSO_SLIPS * nearest
