"""Finds the medicines, classes and foods that a text names, or says that a name could be two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from knowledge.classes import partners
from knowledge.types import Drug
from knowledge.vocabulary import english, normal

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MAX_WORDS = 5
_COMMON = 400  # count from which a word of the English list is common enough to be what a typo meant
# A word of unknown spelling counts as an unknown medicine only where a sentence would name one.
_BEFORE_A_NAME = re.compile(
    r"\b(of|about|take|taking|takes|took|taken|on|for|is|does|with|and|or|can|will|use|using|vs|versus|called|prescribed|drug|medicine|medication|tablet|tablets|pill|pills)$"
)
_AFTER_A_NAME = re.compile(
    r"^(\d+ ?mg|mg|tablet|tablets|pill|pills|capsule|capsules|cream|inhaler|injection|side|dose|dosage|interaction|interactions|and|with|safe|for)\b"
)


class Match(StrEnum):
    """How a mention was recognised."""

    GENERIC = "generic"
    BRAND = "brand"
    SYNONYM = "synonym"
    MISSPELLING = "misspelling"
    CLASS = "class"
    FOOD = "food"
    UNHELD = "unheld"  # a known medicine without a monograph here
    UNKNOWN = "unknown"  # looks like a medicine's name, known to no list


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: `text == source[start:end]`; more than one name in `names` means that it could be any of them."""

    text: str
    start: int
    end: int
    match: Match
    names: tuple[str, ...]


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


class NameIndex:
    """Names of the drugs that have a monograph, of all known drugs, of classes and foods."""

    def __init__(self, drugs: Iterable[Drug], vocabulary: Mapping[str, str]):
        self._exact: dict[str, tuple[Match, tuple[str, ...]]] = {}
        self.drugs = {drug.name: drug for drug in drugs}
        for drug in self.drugs.values():
            self._add(drug.name, Match.GENERIC, drug.name)
            if "-" in drug.name:  # a fixed combination is also asked for as "A and B" and "B-A"
                parts = drug.name.split("-")
                for joint in (" ", " and "):
                    self._add(joint.join(parts), Match.GENERIC, drug.name)
                    self._add(joint.join(reversed(parts)), Match.GENERIC, drug.name)
        for match, field in ((Match.SYNONYM, "synonyms"), (Match.BRAND, "brands")):
            for drug in self.drugs.values():
                for name in getattr(drug, field):
                    self._add(name, match, drug.name)
        for partner in set(partners().values()):
            match = Match.FOOD if partner.kind == "food" else Match.CLASS
            if partner.kind == "drug":
                match = Match.UNHELD
            for name in (partner.name, *partner.also):
                if normal(name) not in self._exact:
                    self._exact[normal(name)] = (match, (partner.name,))
        for name, ingredients in vocabulary.items():
            self._add_known(name, ingredients)
        self._fuzzy = [name for name in self._exact if " " not in name and len(name) >= 5]
        self._plain = [_sound(name) for name in self._fuzzy]
        self._english = {word for word, count in english().items() if count >= 1}
        self._typo_targets = [word for word, count in english().items() if count >= _COMMON and len(word) >= 4]

    def _add(self, name: str, match: Match, drug: str) -> None:
        key = normal(name)
        known = self._exact.get(key)
        if known is None or known[0] in (Match.CLASS, Match.FOOD, Match.UNHELD):
            self._exact[key] = (match, (drug,))
        elif drug not in known[1] and known[0] is match:
            self._exact[key] = (match, (*known[1], drug))

    def _add_known(self, name: str, ingredients: str) -> None:
        """A name of the vocabulary: a further brand of a held drug, or a medicine we hold no monograph for."""
        if name in self._exact:
            return
        parts = sorted(ingredients.split("; "))
        held = next((n for n in self.drugs if normal(n) == ingredients or (len(parts) > 1 and sorted(n.split("-")) == parts)), None)
        self._exact[name] = (Match.BRAND, (held,)) if held else (Match.UNHELD, (ingredients if len(parts) == 1 else name,))

    def resolve(self, text: str) -> Resolution:
        """The medicines, classes and foods that `text` names.

        Exact names first, the longest at each place; then misspellings of single words. A misspelling about as near to
        two medicines comes back with both names.
        """
        words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
        plain = [normal(unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()) for word, _, _ in words]
        mentions: list[Mention] = []
        at = 0
        while at < len(words):
            mention, used = self._exact_at(text, words, plain, at)
            if mention is None:
                mention, used = self._fuzzy_at(text, words, plain, at), 1
            if mention is not None:
                mentions.append(mention)
            at += used
        return Resolution(tuple(mentions))

    def find(self, text: str) -> frozenset[str]:
        """Exact names only, as generic or class names: what a rule compares between a sentence and its source."""
        words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
        plain = [normal(word) for word, _, _ in words]
        found: set[str] = set()
        at = 0
        while at < len(words):
            mention, used = self._exact_at(text, words, plain, at)
            if mention and mention.match is not Match.FOOD:
                found.update(mention.names)
            at += used
        return frozenset(found)

    def is_protected(self, text: str) -> bool:
        """Whether a piece of text names a medicine, class or food (a slip of the keyboard included), and so no person."""
        return any(mention.match is not Match.UNKNOWN for mention in self.resolve(text).mentions)

    def english(self, text: str) -> tuple[float, int]:
        """The share of words that are English or a medicine's name, and the number of words; placeholders do not count."""
        words = [normal(word) for word in re.findall(r"[^\W\d_]{2,}", re.sub(r"<[A-Z_]+\d*>", " ", text))]
        known = sum(1 for word in words if word in self._english or word in self._exact)
        if (other := len(re.findall(r"[^\x00-\u024f\W\d_]", text))) > 3:  # letters of a script that English does not use
            return 0.0, max(2, other)
        return (known / len(words) if words else 1.0), len(words)

    def _exact_at(self, text: str, words: Sequence[tuple[str, int, int]], plain: Sequence[str], at: int) -> tuple[Mention | None, int]:
        for size in range(min(_MAX_WORDS, len(words) - at), 0, -1):
            name = " ".join(plain[at : at + size])
            known = self._exact.get(name) or self._exact.get(name.removesuffix("s") if size == 1 and len(name) > 5 else name)
            if known and not (known[0] is Match.UNHELD and size == 1 and self._is_word(name, known[1][0])):
                start, end = words[at][1], words[at + size - 1][2]
                return Mention(text[start:end], start, end, known[0], known[1]), size
        return None, 1

    def _is_word(self, name: str, ingredient: str) -> bool:
        """A brand that is spelled like an English word, and so is not taken for the brand."""
        return name != normal(ingredient) and name in self._english

    def _fuzzy_at(self, text: str, words: Sequence[tuple[str, int, int]], plain: Sequence[str], at: int) -> Mention | None:
        _, start, end = words[at]
        name = plain[at]
        if len(name) < 5 or not name.isalpha() or name in self._english or name.removesuffix("s") in self._english:
            return None
        nearest = self._nearest(name)
        if nearest:
            names = tuple(dict.fromkeys(drug for _, drug, _ in nearest))
            held = all(match not in (Match.UNHELD,) for _, _, match in nearest)
            match = Match.MISSPELLING if held or len(names) > 1 else Match.UNHELD
            return Mention(text[start:end], start, end, match, names)
        before, after = text[:start].rstrip().lower(), text[end:].strip().lower()
        if (_BEFORE_A_NAME.search(before) or _AFTER_A_NAME.search(after) or not before) and not self._english_typo(name):
            return Mention(text[start:end], start, end, Match.UNKNOWN, (name,))
        return None

    def _nearest(self, name: str) -> list[tuple[float, str, Match]]:
        """The medicines that a misspelt word may mean: one, or several that are about as near."""
        limit = 1.0 if len(name) < 7 else 2.0 if len(name) < 10 else 3.0
        raw = cdist([name], self._fuzzy, scorer=OSA.distance, score_cutoff=4, dtype="uint8")[0]
        sound = cdist([_sound(name)], self._plain, scorer=OSA.distance, score_cutoff=4, dtype="uint8")[0]
        best: dict[str, tuple[float, str, Match]] = {}
        for i in ((raw <= 4) | (sound <= 3)).nonzero()[0]:
            target = self._fuzzy[i]
            distance = min(float(raw[i]), float(sound[i]) + 0.5) + (0.5 if target[0] != name[0] else 0.0)
            match, drugs = self._exact[target]
            if match is Match.FOOD or distance > limit + 1.5:
                continue
            for drug in drugs:
                if drug not in best or distance < best[drug][0]:
                    best[drug] = (distance, drug, match)
        ranked = sorted(best.values(), key=lambda item: item[0])
        if not ranked or ranked[0][0] > limit or self._english_typo(name, ranked[0][0]):
            return []
        margin = 0.5 if ranked[0][0] <= 1 else 1.0
        return [item for item in ranked if item[0] - ranked[0][0] < margin][:3]

    def _english_typo(self, name: str, than: float = 1.5) -> bool:
        """Whether a common English word is nearer to `name` than a distance of `than`."""
        row = cdist([name], self._typo_targets, scorer=OSA.distance, score_cutoff=2, dtype="uint8")[0]
        return bool(float(row.min()) < than)


def _sound(name: str) -> str:
    """A rough spelling by sound, so that `zanax` is near `xanax` and `ibuprophen` near `ibuprofen`."""
    for old, new in (
        ("ph", "f"),
        ("ck", "k"),
        ("x", "z"),
        ("y", "i"),
        ("c", "k"),
        ("ie", "i"),
        ("ei", "i"),
        ("ee", "i"),
        ("ea", "i"),
        ("s", "z"),
        ("th", "t"),
        ("rh", "r"),
        ("u", "o"),
    ):
        name = name.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", name)
