"""Finds the medicines, classes and foods that a text names, or says that a name could be two."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from knowledge.aliases import confused
from knowledge.context import introduces, means_a_drug
from knowledge.lexicon import Entry, Lexicon, Match
from knowledge.spelling import Speller
from knowledge.types import Drug
from knowledge.vocabulary import english, normal

__all__ = ["Match", "Mention", "NameIndex", "Resolution"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_AMOUNT = re.compile(r"([a-z]{4,})\d+(?:mg|mcg|g|ml|units?)?")  # "metformin500mg"
_MAX_WORDS = 5
_COMMON = 100  # count from which a word of the English list is what a typo may have meant
# Letters after a brand that make it another product, with more in it: "Tylenol PM", "Claritin-D", "Mucinex DM", "Diovan HCT".
_ADDED = frozenset("pm dm d hct hctz pe cold flu sinus".split())
_JOINT = re.compile(r"\s*(?:[/+&-]\s*)?|\s+(?:and|with|w/)\s+")
_TOGETHER = re.compile(r"\b(?:together|interact\w*|or|vs|versus|between|same time|mix\w*|combin\w+|difference|alternat\w+)\b")
_CHOICES = 4  # names in a question back

# Costs of a misspelling (spelling.cost), chosen on the dev split of tests/cases/mentions.jsonl.
_A_LETTER, _MOST = 0.22, 3.0  # a name may be this much away for each letter typed, and no more than that
_ALSO_NEAR, _ALSO_SLIPS = 0.4, 1.2  # a second medicine at `near + slips * the nearest's` is as likely: ask
_A_SLIP, _SLIPS = 0.8, 1.6  # ... where the two names are on a list of confused names
_CUT_SHORT = 0.9  # "amlod" for amlodipine
_UNCOMMON = 0.6  # added for a name that hardly anyone means
_IN_CONTEXT = 0.5  # taken off where the sentence wants a medicine there: "taking lasic"


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
        """Whether nothing but spaces, hyphens and the like stands between the words."""
        return all(
            re.fullmatch(r"[\s/+&.®™'’-]{0,3}|, ", self.text[self.spans[i][1] : self.spans[i + 1][0]]) for i in range(at, at + size - 1)
        )


class NameIndex:
    """Names of the drugs that have a monograph, of all known drugs, of classes and foods."""

    def __init__(self, drugs: Iterable[Drug], vocabulary: Mapping[str, str]):
        self.drugs = {drug.name: drug for drug in drugs}
        self._lexicon = Lexicon(self.drugs, vocabulary)
        self._exact = self._lexicon.exact
        self._english = frozenset(english())
        meant = [name for name, entry in self._exact.items() if self._may_be_misspelt(name, entry)]
        likely = [name for name in meant if name not in self._lexicon.uncommon]
        self._single = Speller(name for name in likely if " " not in name)
        self._uncommon = Speller((name for name in meant if " " not in name and name in self._lexicon.uncommon), by_start=True)
        self._several = Speller(name.replace(" ", "") for name in likely if " " in name)
        common = (word for word, count in english().items() if count >= _COMMON and len(word) >= 4 and word not in self._exact)
        self._ordinary = Speller(common, by_start=True)
        self._starts = sorted(name for name in likely if " " not in name)
        self.resolve("take metforminn hydrochlorid")  # the first search of each list is slow

    def _may_be_misspelt(self, name: str, entry: Entry) -> bool:
        if name in self._lexicon.everyday or name in self._lexicon.never_meant:
            return False
        letters = name.replace(" ", "")
        return letters.isalpha() and len(letters) >= (7 if entry.match in (Match.CLASS, Match.FOOD) else 5)

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

    def is_protected(self, text: str) -> bool:
        """Whether a piece of text names a medicine, class or food (a slip of the keyboard included), and so no person."""
        return any(
            mention.match is not Match.UNKNOWN and (mention.match is not Match.UNHELD or self._entry(normal(mention.text)))
            for mention in self.resolve(text).mentions
        )

    def english(self, text: str) -> tuple[float, int]:
        """The share of words that are English or a medicine's name, and the number of words; placeholders do not count."""
        words = [normal(word) for word in re.findall(r"[^\W\d_]{2,}", re.sub(r"<[A-Z_]+\d*>", " ", text))]
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
            if in_context and used == 1 and (mention is None or mention.match in (Match.CLASS, Match.UNHELD)):
                several, size = self._several_at(words, at)
                mention, used = (several, size) if several else (mention or self._misspelt_at(words, at), 1)
            if mention is not None:
                mentions.append(mention)
            at += used
        return self._joined(words.text, mentions)

    def _entry(self, name: str) -> Entry | None:
        """The entry of a looked-up name, of its singular, or of it written with or without spaces."""
        known = self._exact.get(name)
        if known is None and len(name) > 5 and name.endswith("s"):
            known = self._exact.get(name.removesuffix("s"))
        if known is None and " " in name and len(squashed := name.replace(" ", "")) >= 7:
            known = self._exact.get(self._lexicon.squashed.get(squashed, ""))
        return known

    def _exact_at(self, words: _Words, at: int, in_context: bool) -> tuple[Mention | None, int]:
        for size in range(min(_MAX_WORDS, len(words.plain) - at), 0, -1):
            name = " ".join(words.plain[at : at + size])
            if not (known := self._entry(name)) or not words.together(at, size):
                continue
            if name in self._lexicon.everyday:
                start, end = words.spans[at][0], words.spans[at + size - 1][1]
                if not (means_a_drug(words.text, start, end) if in_context else known.match is not Match.UNHELD):
                    continue
            after = words.plain[at + size : at + size + 1]
            if known.match is Match.BRAND and "-" not in known.names[0] and after and after[0] in _ADDED and words.together(at, size + 1):
                return words.mention(at, size + 1, Entry(Match.UNHELD, (f"{name} {after[0]}",))), size + 1
            return words.mention(at, size, known), size
        return None, 1

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

    def _several_at(self, words: _Words, at: int) -> tuple[Mention | None, int]:
        """A misspelt name of two or three words, or one name typed as two."""
        for size in (3, 2):
            part = words.plain[at : at + size]
            if len(part) < size or not words.together(at, size) or all(self._is_spelt(word) for word in part):
                continue
            typed = "".join(part)
            if not typed.isalpha() or len(typed) < 9:
                continue
            nearest = self._several.nearest(typed, 1.7)
            entries = [
                self._exact[self._lexicon.squashed[name]] for price, name in nearest if price <= _ALSO_NEAR + _ALSO_SLIPS * nearest[0][0]
            ]
            if entries and len({entry.names for entry in entries}) == 1:
                entry = entries[0]
                return words.mention(at, size, replace(entry, match=_misspelt(entry.match))), size
        return None, 1

    def _is_spelt(self, word: str) -> bool:
        return len(word) < 4 or word in self._english or self._entry(word) is not None

    def _misspelt_at(self, words: _Words, at: int) -> Mention | None:
        name, (start, end) = words.plain[at], words.spans[at]
        if len(name) < 4 or not name.isalpha() or self._is_spelt(name) or name.removesuffix("s") in self._english:
            return None
        wanted = introduces(words.text, start, end)
        ordinary = next((price for price, _ in self._ordinary.nearest(name, 1.7)), 9.0)
        nearest = self._nearest(name)
        if nearest and ordinary + (_IN_CONTEXT if wanted else 0.0) > nearest[0][0]:
            names = tuple(dict.fromkeys(drug for _, entry in nearest for drug in entry.names))
            match = Match.MISSPELLING if len(names) > 1 else _misspelt(nearest[0][1].match)
            names = tuple(sorted(names, key=lambda drug: drug not in self.drugs)[:_CHOICES])
            return words.mention(at, 1, Entry(match, names))
        if wanted and len(name) >= 5 and ordinary > 1.5:
            return words.mention(at, 1, Entry(Match.UNKNOWN, (name,)))
        return None

    def _nearest(self, typed: str) -> list[tuple[float, Entry]]:
        """The medicines that a misspelt word may mean: one, or several that are about as near."""
        limit = min(_MOST, _A_LETTER * len(typed))
        most = max(_A_SLIP + _SLIPS * limit, limit)
        prices = {name: price for price, name in self._single.nearest(typed, most)}
        prices |= {name: price + _UNCOMMON for price, name in self._uncommon.nearest(typed, limit)}
        for name in self._beginning(typed):
            prices[name] = min(prices.get(name, 9.0), _CUT_SHORT)
        ranked = sorted((price, name) for name, price in prices.items())
        if not ranked or ranked[0][0] > limit:
            return []
        least, likeliest = ranked[0]
        doubtful = confused().get(likeliest, frozenset())
        near, nearish = _ALSO_NEAR + _ALSO_SLIPS * least, _A_SLIP + _SLIPS * least
        return [(price, self._exact[name]) for price, name in ranked if price <= near or (name in doubtful and price <= nearish)]

    def _beginning(self, typed: str) -> list[str]:
        low = bisect_left(self._starts, typed)
        high = bisect_left(self._starts, typed + "{")
        return [name for name in self._starts[low:high] if len(name) >= len(typed) + 2]


def _misspelt(match: Match) -> Match:
    """How a misspelling of a name that matches so is recognised."""
    return match if match in (Match.CLASS, Match.FOOD, Match.UNHELD) else Match.MISSPELLING
