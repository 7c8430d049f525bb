"""Finds the medicines, classes and foods that a text names, or says that a name could be two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.aliases import tables
from knowledge.context import Wanted, means_a_drug, means_a_person, means_a_place, wanted
from knowledge.lexicon import Entry, Lexicon, Match
from knowledge.misspelling import Misspellings
from knowledge.types import Drug
from knowledge.vocabulary import english, medical_words, normal

__all__ = ["Match", "Mention", "NameIndex", "Resolution"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_AMOUNT = re.compile(r"([a-z]{4,})\d+(?:mg|mcg|g|ml|units?)?")  # "metformin500mg"
_MAX_WORDS = 5
# Letters after a brand that make it another product, with more in it: "Tylenol PM", "Claritin-D", "Mucinex DM", "Diovan HCT".
_ADDED = frozenset("hct hctz".split())
_ADDED_OTC = frozenset("pm dm d pe cold flu sinus".split())  # of a brand sold without prescription: "Zyprexa PM" is the evening
_JOINT = re.compile(r"\s*(?:[/+&-]\s*)?|\s+(?:and|with|w/)\s+")
_TOGETHER = re.compile(r"\b(?:together|interact\w*|or|vs|versus|between|same time|mix\w*|combin\w+|difference|alternat\w+)\b")
_CHOOSING = frozenset("or vs versus".split())
_JOINTS = frozenset("and or vs versus than to with plus".split())
_CHOICES = 4  # names in a question back


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: `text == source[start:end]`; more than one name in `names` means that it could be any of them.

    `error_prone`: an abbreviation that ISMP advises to write out.
    """

    text: str
    start: int
    end: int
    match: Match
    names: tuple[str, ...]
    error_prone: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a text names, in the order of the text."""

    mentions: tuple[Mention, ...]

    @property
    def drugs(self) -> tuple[str, ...]:
        """Generic names of the medicines with a monograph, each once."""
        held = (Match.GENERIC, Match.BRAND, Match.SYNONYM, Match.MISSPELLING)
        return tuple(dict.fromkeys(m.names[0] for m in self.mentions if m.match in held and len(m.names) == 1))

    @property
    def ambiguous(self) -> tuple[Mention, ...]:
        """Mentions that could be two medicines."""
        return tuple(m for m in self.mentions if len(m.names) > 1)

    @property
    def unknown(self) -> tuple[Mention, ...]:
        """Medicines without a monograph, known elsewhere or not at all."""
        return tuple(m for m in self.mentions if m.match in (Match.UNHELD, Match.UNKNOWN) and len(m.names) == 1)

    @property
    def partners(self) -> tuple[str, ...]:
        """Classes and foods by their names in classes.yaml."""
        return tuple(dict.fromkeys(m.names[0] for m in self.mentions if m.match in (Match.CLASS, Match.FOOD)))


@dataclass(frozen=True, slots=True)
class _Words:
    """A text in words: where each stands, and how it is looked up."""

    text: str
    spans: tuple[tuple[int, int], ...]
    plain: tuple[str, ...]

    def mention(self, at: int, size: int, entry: Entry) -> Mention:
        start, end = self.spans[at][0], self.spans[at + size - 1][1]
        return Mention(self.text[start:end], start, end, entry.match, entry.names, entry.error_prone)

    def together(self, at: int, size: int) -> bool:
        """Whether nothing but spaces, hyphens and the like stands between the words, and they tear no phrase apart."""
        if size > 1 and self.plain[at + size - 1 : at + size + 1] == ("cold", "turkey"):
            return False
        return all(
            re.fullmatch(r"[\s/+&.#®™'’-]{0,3}", self.text[self.spans[i][1] : self.spans[i + 1][0]]) for i in range(at, at + size - 1)
        )


class NameIndex:
    """Names of the drugs that have a monograph, of all known drugs, of classes and foods."""

    def __init__(self, drugs: Iterable[Drug], vocabulary: Mapping[str, str]):
        self.drugs = {drug.name: drug for drug in drugs}
        self._lexicon = Lexicon(self.drugs, vocabulary)
        self._exact = self._lexicon.exact
        self._misspellings = Misspellings(self._lexicon)
        self._english = english().keys() | medical_words()
        self.resolve("take metforminn hydrochlorid")  # the first search of each list is slow

    def resolve(self, text: str) -> Resolution:
        """The medicines, classes and foods that `text` names.

        Exact names first, the longest at each place; then misspellings. A misspelling about as near to two medicines, or near to
        one of a published pair of confused names, comes back with both names.
        """
        return Resolution(self._mentions(self._words(text), in_context=True))

    def find(self, text: str) -> frozenset[str]:
        """Exact names only, as generic or class names: what a rule compares between a sentence and its source."""
        mentions = self._mentions(self._words(text), in_context=False)
        return frozenset(name for mention in mentions if mention.match is not Match.FOOD for name in mention.names)

    def medicines(self, text: str) -> list[tuple[int, int]]:
        """Where a text, read in its context, names a medicine, class or food (a slip of the keyboard included), as (start, end)."""
        return [(m.start, m.end) for m in self.resolve(text).mentions if m.match is not Match.UNKNOWN]

    def is_word(self, word: str) -> bool:
        """Whether this is a word of English or of medicine."""
        return normal(word) in self._english

    def english(self, text: str) -> tuple[float, int]:
        """The share of words that are English, and the number of words; medicines' names and placeholders do not count."""
        plain = re.sub(r"<[A-Z_]+\d*>", " ", text)
        for mention in reversed(self.resolve(plain).mentions):  # a name, well or ill spelt, belongs to every language
            plain = plain if mention.match is Match.UNKNOWN else f"{plain[: mention.start]} {plain[mention.end :]}"
        words = [normal(word) for word in re.findall(r"[^\W\d_]{2,}", plain)]
        known = sum(1 for word in words if word in self._english or word in self._exact)
        if (other := len(re.findall(r"[^\x00-\u024f\W\d_]", text))) > 3:  # letters of a script that English does not use
            return 0.0, max(2, other)
        return (known / len(words) if words else 1.0), len(words)

    def _words(self, text: str) -> _Words:
        spans, plain = [], []
        for found in _WORD.finditer(text):
            word, (start, end) = normal(unicodedata.normalize("NFKD", found[0]).encode("ascii", "ignore").decode()), found.span()
            if word not in self._exact and (amount := _AMOUNT.fullmatch(word)):
                word, end = amount[1], start + len(amount[1])
            spans.append((start, end))
            plain.append(word)
        return _Words(text, tuple(spans), tuple(plain))

    def _mentions(self, words: _Words, in_context: bool) -> tuple[Mention, ...]:
        mentions: list[Mention] = []
        at = 0
        while at < len(words.plain):
            mention, used = self._exact_at(words, at, in_context)
            if in_context and (mention is None or mention.match in (Match.CLASS, Match.UNHELD)):
                several, size = self._several_at(words, at, used if mention else 1)
                if several or mention is None:
                    mention, used = (several, size) if several else self._misspelt_at(words, at)
            if mention is not None:
                mentions.append(mention)
            at += used
        return self._joined(words.text, mentions)

    def _exact_at(self, words: _Words, at: int, in_context: bool) -> tuple[Mention | None, int]:
        for size in range(min(_MAX_WORDS, len(words.plain) - at), 0, -1):
            name = " ".join(words.plain[at : at + size])
            if not (known := self._lexicon.entry(name)) or not words.together(at, size):
                continue
            if in_context and not self._is_meant(words, at, size, name):
                continue
            if not in_context and known.match is Match.UNHELD and name in self._lexicon.everyday:
                continue
            return self._with_letters(words, at, size, name, known)
        return None, 1

    def _with_letters(self, words: _Words, at: int, size: int, brand: str, entry: Entry) -> tuple[Mention, int]:
        """The mention of a name; with the letters after a brand that make it another product, that product."""
        after = words.plain[at + size : at + size + 1]
        if after and words.together(at, size + 1) and self._exact.get(brand, entry).match is Match.BRAND:
            product = self._exact.get(f"{brand} {after[0]}")
            if product is None and self._is_added(entry, after):
                product = Entry(Match.UNHELD, (f"{brand} {after[0]}",))
            if product and after[0] in _ADDED | _ADDED_OTC:
                return words.mention(at, size + 1, product), size + 1
        return words.mention(at, size, entry), size

    def _is_added(self, entry: Entry, after: Sequence[str]) -> bool:
        """Whether the words after a brand make it a product that no list holds."""
        drug = self.drugs.get(entry.names[0])
        otc = drug is None or "otc" in drug.status
        return after[0] in _ADDED or (otc and after[0] in _ADDED_OTC)

    def _is_meant(self, words: _Words, at: int, size: int, name: str) -> bool:
        """Whether the text means a medicine by a name that is an ordinary word or a person's name too; of any other name, it does."""
        start, end = words.spans[at][0], words.spans[at + size - 1][1]
        if name in tables().given_names:
            return not means_a_person(words.text, start, end)
        if name not in self._lexicon.everyday or means_a_drug(words.text, start, end):
            return True
        if means_a_person(words.text, start, end):
            return False
        beside = [
            (words.plain[joint], words.plain[i]) for i, joint in ((at - 2, at - 1), (at + size + 1, at + size)) if 0 <= i < len(words.plain)
        ]
        return any(
            (joint in _JOINTS and other in self._exact and other not in self._lexicon.everyday)
            or (joint in _CHOOSING and other in self._lexicon.everyday)  # "Camila or Heather"
            for joint, other in beside
        )

    def _joined(self, text: str, mentions: list[Mention]) -> tuple[Mention, ...]:
        """The mentions, with two that are written as one product made one: `hydrocodone/APAP`, `lisinopril-HCTZ`."""
        out: list[Mention] = []
        apart = bool(_TOGETHER.search(text.lower()))
        for mention in mentions:
            before = out[-1] if out else None
            if before and (joint := text[before.end : mention.start].lower()) is not None and _JOINT.fullmatch(joint):
                loosely = apart or any(ch.isalpha() for ch in joint) or "&" in joint or "+" in joint
                one, other = Entry(before.match, before.names), Entry(mention.match, mention.names)
                if product := self._lexicon.joined(one, other, loosely):
                    marked = before.error_prone or mention.error_prone
                    out[-1] = Mention(text[before.start : mention.end], before.start, mention.end, product.match, product.names, marked)
                    continue
            out.append(mention)
        return tuple(out)

    def _several_at(self, words: _Words, at: int, known: int) -> tuple[Mention | None, int]:
        """A misspelt name of two or three words, more than the `known` ones."""
        for size in range(3, known, -1):
            part = words.plain[at : at + size]
            if len(part) == size and words.together(at, size) and (entry := self._misspellings.of_words(part)):
                return words.mention(at, size, replace(entry, match=_misspelt(entry.match))), size
        return None, 1

    def _misspelt_at(self, words: _Words, at: int) -> tuple[Mention | None, int]:
        """A misspelt name, or a word of unknown spelling where a sentence would name a medicine."""
        typed, (start, end) = words.plain[at], words.spans[at]
        if len(typed) < 4 or not typed.isalpha() or self._misspellings.is_spelt(typed) or means_a_place(words.text, start, end):
            return None, 1
        place = wanted(words.text, start, end)
        nearest = self._misspellings.of_word(typed, place) if place is not Wanted.NO or len(typed) > 4 else ()
        if any(name in self._lexicon.everyday for name in nearest) and not means_a_drug(words.text, start, end):
            nearest = ()
        if nearest:
            entries = [self._exact[name] for name in nearest]
            names = tuple(dict.fromkeys(drug for entry in entries for drug in entry.names))
            if len(names) == 1:
                return self._with_letters(words, at, 1, nearest[0], Entry(_misspelt(entries[0].match), names))
            names = tuple(sorted(names, key=lambda drug: drug not in self.drugs)[:_CHOICES])
            return words.mention(at, 1, Entry(Match.MISSPELLING, names)), 1
        if place is not Wanted.NO and len(typed) >= 5 and not self._misspellings.is_ordinary(typed):
            return words.mention(at, 1, Entry(Match.UNKNOWN, (typed,))), 1
        return None, 1


def _misspelt(match: Match) -> Match:
    """How a misspelling of a name that matches so is recognised."""
    return match if match in (Match.CLASS, Match.FOOD, Match.UNHELD) else Match.MISSPELLING
