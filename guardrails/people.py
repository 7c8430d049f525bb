"""Names of people, of places smaller than a state, and of facilities: what has no form of its own and is told by its words and its place.

A given name that is nothing else counts wherever it stands, in lower case too. One that is an ordinary word or a medicine as well counts
where the sentence means a person: after "my name is", a relation or a title, or before what only people do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guardrails.cues import (
    COUNTY,
    DOES,
    EMPLOYER,
    EPONYMS,
    FACILITY,
    IDIOM,
    LIKELY,
    LIVES,
    NEVER,
    NOT_FACILITY,
    OF_A_DISEASE,
    ONLY_PEOPLE_DO,
    PLACE_SURELY,
    RELATION,
    SHOP,
    STATE_AFTER,
    SURE,
    TAKEN_WITH,
    TITLE,
    TITLES,
    WELL_KNOWN,
    ZIP_AFTER,
)
from guardrails.gazetteer import gazetteer, plain
from guardrails.identifiers import Identifier
from guardrails.types import Lexicon

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]+(?:['’`-][^\W\d_]+)*")
_PARTICLE = frozenset("van von der den de del della di da dos das du la le el al bin ibn abu ben bint ter ten zu st san mac mc o ap af e y".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `key` is how it is looked up."""

    start: int
    end: int
    text: str
    key: str

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


class People:
    """Finds people, places and facilities in one text.

    Args:
        text: the text.
        lexicon: where it names a medicine, class or food, and which words are words.
        entities: what the entity model found, as (label, start, end).
    """

    def __init__(self, text: str, lexicon: Lexicon, entities: Sequence[tuple[str, int, int]]):
        self._text, self._lexicon, self._english, self._entities = text, lexicon, lexicon.is_word, entities
        self._names = gazetteer()
        self._kept = [*lexicon.medicines(text), *(match.span() for match in IDIOM.finditer(text)), *(m.span() for m in re.finditer(r"<[A-Z_]+_\d+>", text))]
        self._words = [Word(m.start(), m.end(), m[0], plain(m[0])) for m in _WORD.finditer(text)]
        self._shouted = sum(w.text.isupper() for w in self._words) > max(2, len(self._words) // 2)

    def find(self) -> Iterator[Identifier]:
        """What is found, the surest first; spans may overlap."""
        yield from self._facilities()
        names = [*self._introduced(), *self._bare(), *self._recognised()]
        for start, end in [*names, *self._listed(names)]:
            yield Identifier("NAME", start, start + len(re.sub(r"['’`]s?$", "", self._text[start:end], flags=re.IGNORECASE)))
        for place in self._places():
            yield Identifier("PLACE", *place)
            if found := ZIP_AFTER.match(self._text, place[1]):
                yield Identifier("ADDRESS", *found.span(1))

    # People.

    def _introduced(self) -> Iterator[Span]:
        """Names after words that introduce a person."""
        for pattern, sure in ((SURE, True), (LIKELY, False)):
            at = 0
            while match := pattern.search(self._text, at):
                at = match.end() if match.end() > match.start() else match.end() + 1
                strong = sure or bool(re.match(r"(?i)(?:my|his|her|our|their|dr|doctor|nurse|prof|aunt|uncle|grand|cousin|patient|pt|client|caller|customer|spouse|under|on behalf|belongs|signed|regards|sincerely|filled for|sent by|thanks|attn|emergency|named|guardian|contact|user|sender)", match[0]))
                if name := self._read(match.end(), sure, strong):
                    yield name
                at = max(match.start() + 1, match.end() - 1) if not sure else at
        for match in re.finditer(r"(?:我叫|我的名字是|我是|叫做)([\u4e00-\u9fff]{2,3})|(?:私の名前は|名前は)([\u3040-\u30ff\u4e00-\u9fff]{2,8}?)(?:です|と)|(?:меня зовут|моё имя|мое имя)\s+(\w+(?:\s[А-ЯЁ]\w+)?)|اسمي\s+(\w+(?:\s\w+)?)|(?:제 이름은|저는)\s?([가-힣]{2,4})", self._text, re.IGNORECASE):
            group = match.lastindex or 0
            yield match.span(group)

    def _read(self, at: int, sure: bool, strong: bool) -> Span | None:
        """The name that begins at `at`, where something introduces it."""
        if titles := TITLES.match(self._text, at):
            at, strong = titles.end(), True
        row = next((row for row, word in enumerate(self._words) if word.start == at), None)
        if row is None:
            initials = re.compile(r"(?:[A-Z]\.\s?){2,4}").match(self._text, at)
            return (at, at + len(initials[0].rstrip())) if initials else None
        if initials := re.compile(r"(?:[A-Z]\.\s?){2,4}(?=$|[\s,;:?!)])").match(self._text, at):
            end = at + len(initials[0].rstrip())
            return (at, end)
        word = self._words[row]
        if not self._opens(row, word, sure, strong):
            return None
        return (word.start, self._words[self._last(row, strong)].end)

    def _opens(self, row: int, word: Word, sure: bool, strong: bool) -> bool:
        key, given = word.key, self._is_given(word.key)
        if len(word.text) < 2 or (key in NEVER and not ((sure or self._titled(word)) and word.is_capital and not self._shouted and (given or key in self._names.surnames))):
            return bool(len(word.text) == 1 and word.is_capital and self._text[word.end : word.end + 1] == "." and self._surname_after(row))
        if self._is_kept(word) and not ((given or (key in self._names.surnames and self._titled(word))) and strong and (word.is_capital or sure) and not self._is_medicine_here(word)):
            return False
        if strong and OF_A_DISEASE.match(self._text, word.end):
            return False
        ordinary = key in (self._names.given_words if given else self._names.surname_words)
        if given and not ordinary:
            return True if strong or sure else self._is_bare(row, word)
        known = given or key in self._names.surnames
        if sure:
            return known or not self._english(word.text) or (word.is_capital and not self._shouted)
        if strong and not word.is_capital and key in self._names.surnames and not ordinary and self._titled(word, lower=True):
            return True
        if strong:
            return word.is_capital and not self._shouted and (known or not self._english(word.text)) and (not ordinary or given or bool(DOES.match(self._text, word.end)) or self._titled(word) or self._surname_after(row))
        return word.is_capital and not self._shouted and known and key not in EPONYMS and (self._surname_after(row) or bool(DOES.match(self._text, word.end))) and not self._is_kept(word)

    def _titled(self, word: Word, lower: bool = False) -> bool:
        before = self._text[: word.start]
        if lower:
            return bool(re.search(r"(?i)\b(?:mr|mrs|ms|dr|prof)\.? $", before))
        return bool(re.search(rf"(?i)\b{TITLE}\.? $|\bmy {RELATION},? $", before))

    def _surname_after(self, row: int) -> bool:
        """Whether the next word carries a name on."""
        return self._last(row, True) > row

    def _last(self, row: int, strong: bool) -> int:
        """The row of the last word of the name that begins at `row`: surnames, further given names, initials, particles."""
        last, at = row, row + 1
        while at < len(self._words) and at <= row + 5:
            word, gap = self._words[at], self._text[self._words[at - 1].end : self._words[at].start]
            if not re.fullmatch(r"\.? |-", gap) or (gap == ". " and len(self._words[at - 1].text) > 1):
                break
            after = self._words[at + 1 : at + 3]
            if word.key in _PARTICLE and after and (after[0].is_capital or (after[0].key in _PARTICLE and after[-1].is_capital)):
                at += 1
                continue
            if not self._carries_on(word, self._words[row], strong):
                break
            last, at = at, at + 1
        return last

    def _carries_on(self, word: Word, first: Word, strong: bool) -> bool:
        key = word.key
        if len(word.text) == 1:
            return word.is_capital and word.text != "I" and first.is_capital
        if key in NEVER or self._is_kept(word):
            return False
        known = key in self._names.surnames or self._is_given(key)
        if word.is_capital and not self._shouted:
            return known or (first.is_capital and (not self._english(word.text) or word.text[1:] != word.text[1:].lower()))
        if first.is_capital and not self._shouted:
            return False
        if key in self._names.surname_words:
            return known and bool(re.match(r"\W*$|[,.;:?!)]", self._text[word.end :]) or self._does(word))
        return known or (not self._english(word.text) and len(word.text) > 3)

    def _bare(self) -> Iterator[Span]:
        """Names that nothing introduces."""
        for row, word in enumerate(self._words):
            if self._is_kept(word) and not (word.is_capital and self._is_given(word.key) and self._does(word) and not self._is_medicine_here(word)):
                continue
            if self._is_bare(row, word):
                yield (word.start, self._words[self._last(row, False)].end)
            elif (
                len(word.text) == 1 and word.is_capital and row + 1 < len(self._words) and self._words[row + 1].is_capital
                and re.fullmatch(r"\.\s?", self._text[word.end : self._words[row + 1].start])
                and len(self._words[row + 1].text) > 2 and not self._is_kept(self._words[row + 1])
                and (self._words[row + 1].key in self._names.surnames or self._is_given(self._words[row + 1].key))
            ):  # "J. Ramirez"
                yield (word.start, self._words[self._last(row + 1, False)].end)
        for row, word in enumerate(self._words):  # "Nguyen, 67, takes"
            if word.is_capital and not self._shouted and len(word.text) > 2 and not self._is_kept(word) and ONLY_PEOPLE_DO.match(self._text, word.start + len(re.sub(r"['’]s$", "", word.text))):
                known = self._is_given(word.key) or word.key in self._names.surnames
                if word.key not in NEVER and ((known and (self._is_given(word.key) or word.key not in self._names.surname_words)) or not self._english(re.sub(r"['’]s$", "", word.text))) and not word.text.isupper():
                    yield (word.start, self._words[self._last(row, False)].end)
        for word, after in pairwise(self._words):  # "Xiomara Delgado"
            if (
                word.is_capital and after.is_capital and not self._shouted and self._text[word.end : after.start] == " " and not self._is_kept(word) and not self._is_kept(after)
                and not self._english(word.text) and not word.text.isupper() and word.key not in EPONYMS | NEVER | self._names.wide | self._names.towns
                and (after.key in self._names.surnames or self._is_given(after.key)) and after.key not in EPONYMS | self._names.surname_words | NEVER
                and not OF_A_DISEASE.match(self._text, after.end)
            ):
                yield (word.start, after.end)
        for match in re.finditer(r"\b([A-Z][\w'’-]+),\s?([A-Z][\w'’-]+)(?:\s[A-Z]\b\.?)?", self._text):  # "SMITH, JOHN"
            last, first = plain(match[1]), plain(match[2])
            nobody = NEVER | self._names.given_words | self._names.wide
            is_first = self._is_given(first) and first not in self._names.given_words
            if is_first and last not in nobody and last in self._names.surnames | self._names.given and not self._overlaps_kept(match.span()):
                yield match.span()

    def _is_bare(self, row: int, word: Word) -> bool:
        """Whether a word is a given name wherever it stands."""
        key = word.key
        if not self._is_given(key) or key in NEVER or key in self._names.wide or OF_A_DISEASE.match(self._text, word.end):
            return False
        if row and self._words[row - 1].end == word.start - 1 and self._words[row - 1].key in ("st", "saint") and word.is_capital:
            return False
        follows = self._last(row, False) > row
        if key in self._names.towns and (PLACE_SURELY.search(self._text[: word.start]) or STATE_AFTER.match(self._text, word.end)):
            return False
        if word.text.isupper() and not self._shouted and len(word.text) <= 4:
            return False
        if re.search(r"['’](?!s$)", word.text, re.IGNORECASE) and not re.match(r"(?:[OD]['’]|[A-Z][a-z]+['’])[A-Z]", word.text):
            return False
        if key in self._names.given_words or key in EPONYMS or self._lexicon.find(word.text):
            sure = self._does(word) or (follows and self._words[row + 1].key not in self._names.given_words and key not in EPONYMS)
            if not word.is_capital:
                return bool(re.match(r"(?: [a-z]+)? (?:dob\b|mrn\b|here(?:,| and\b| again\b))", self._text[word.end :], re.IGNORECASE)) and len(word.text) > 3
            return not self._shouted and sure and (row > 0 or self._does(word) or follows)
        if word.is_capital and not self._shouted:
            return len(word.text) > 2 or follows or self._does(word)
        return len(word.text) >= 4 or follows or (len(word.text) == 3 and self._does(word))

    def _is_given(self, key: str) -> bool:
        """Whether a looked-up word is a given name, or two with a hyphen."""
        return all(part in self._names.given for part in key.split()) if key else False

    def _does(self, word: Word) -> bool:
        """Whether what follows is what people do or have: `takes …`, `'s Adderall`."""
        bare = re.sub(r"['’]s$", "", word.text)
        has = bare != word.text and any(start == word.end + 1 for start, _ in self._kept)
        return has or bool(DOES.match(self._text, word.start + len(bare)))

    def _recognised(self) -> Iterator[Span]:
        """What the entity model takes for a person, where it can be one."""
        for label, start, end in self._entities:
            if label != "PERSON":
                continue
            words = [w for w in self._words if w.start >= start and w.end <= end]
            while words and (words[0].key in NEVER or TITLES.match(words[0].text + " ")):
                words = words[1:]
            while words and words[-1].key in NEVER:
                words = words[:-1]
            if not words or any(ch.isdigit() for ch in self._text[words[0].start : words[-1].end]) or self._overlaps_kept((words[0].start, words[-1].end)):
                continue
            if any(w.key in EPONYMS for w in words) or not words[0].is_capital or self._shouted or OF_A_DISEASE.match(self._text, words[-1].end):
                continue
            known = [w for w in words if self._is_given(w.key) or w.key in self._names.surnames]
            strange = [w for w in words if not self._english(w.text) and w not in known]
            surely = [w for w in known if w.key not in self._names.given_words | self._names.surname_words]
            if len(words) > 1 and (surely or len(strange) == len(words)) and all(w.is_capital or w.key in _PARTICLE for w in words):
                yield (words[0].start, words[-1].end)
            elif len(words) == 1 and words[0].start > 0 and (surely or (strange and not TAKEN_WITH.search(self._text[: words[0].start]))) and not words[0].text.isupper() and words[0].key not in self._names.given_words | self._names.wide | self._names.towns and len(words[0].text) > 3:
                yield (words[0].start, words[0].end)

    def _listed(self, names: Sequence[Span]) -> Iterator[Span]:
        """Names in a row with a name: `Malon, Mark and Kaylee`."""
        ends = {end for _, end in names}
        starts = {start for start, _ in names}
        words = [word for word in self._words if word.key != "and"]
        for rows in (range(1, len(words)), range(len(words) - 2, -1, -1)):
            step = rows.step
            for row in rows:
                word, other = words[row], words[row - step]
                left, right = (other, word) if step > 0 else (word, other)
                if (other.end in ends if step > 0 else other.start in starts) and re.fullmatch(r",? (?:and |& )?|, ?", self._text[left.end : right.start].lower()):
                    key = word.key
                    if word.is_capital and not self._shouted and key not in NEVER | EPONYMS | self._names.wide and not self._is_kept(word) and (self._is_given(key) or key in self._names.surnames):
                        ends.add(word.end)
                        starts.add(word.start)
                        yield (word.start, word.end)

    # Places.

    def _places(self) -> Iterator[Span]:
        for match in COUNTY.finditer(self._text):
            if not self._overlaps_kept(match.span(1)) and plain(match[1]) not in self._names.wide:
                yield match.span(1)
        for match in LIVES.finditer(self._text):
            if place := self._strange(match.end()):
                yield place
        row = 0
        while row < len(self._words):
            size = next((size for size in (4, 3, 2, 1) if self._is_place(row, size)), 0)
            if size:
                yield (self._words[row].start, self._words[row + size - 1].end)
            row += size or 1
        for label, start, end in self._entities:
            piece = self._text[start:end]
            key = plain(piece)
            if label in ("GPE", "LOC", "FAC", "LOCATION") and piece[:1].isupper() and key and key not in self._names.wide and key.removeprefix("the ") not in self._names.wide:
                if self._overlaps_kept((start, end)) or any(ch.isdigit() for ch in piece) or key in NEVER or any(part in EPONYMS for part in key.split()):
                    continue
                if self._shouted or "\n" in piece:
                    continue
                known = key in self._names.towns and key not in self._names.town_words
                if known or (PLACE_SURELY.search(self._text[:start]) and not all(self._english(part) for part in piece.split())):
                    yield (start, end)

    def _strange(self, at: int) -> Span | None:
        """Up to three words that nobody knows, where somebody says where they live."""
        rows = [row for row, word in enumerate(self._words) if word.start == at][:1]
        while rows and len(rows) < 3 and rows[-1] + 1 < len(self._words) and self._words[rows[-1] + 1].is_capital and self._text[self._words[rows[-1]].end] in " -":
            rows.append(rows[-1] + 1)
        words = [self._words[row] for row in rows]
        if not words or self._english(words[0].text) or any(self._is_kept(w) or w.key in NEVER for w in words) or " ".join(w.key for w in words) in self._names.wide:
            return None
        return (words[0].start, words[-1].end)

    def _is_place(self, row: int, size: int) -> bool:
        words = self._words[row : row + size]
        if len(words) < size or any(self._text[a.end : b.start] not in (" ", "-", ". ") for a, b in pairwise(words)):
            return False
        start, end = words[0].start, words[-1].end
        key = " ".join(w.key for w in words)
        if self._overlaps_kept((start, end)) or key in self._names.wide or key in NEVER or OF_A_DISEASE.match(self._text, end):
            return False
        capital = all(w.is_capital for w in words) and not self._shouted
        if capital and STATE_AFTER.match(self._text, end) and not any(w.key in NEVER or w.key in self._names.wide for w in words):
            return key in self._names.towns or not all(self._english(w.text) for w in words) or bool(PLACE_SURELY.search(self._text[:start]))
        if key not in self._names.towns:
            return False
        ordinary = key in self._names.town_words or key in EPONYMS or (size == 1 and (self._is_given(key) or key in self._names.surnames or len(key) < 5))
        if capital:
            return not ordinary or (bool(PLACE_SURELY.search(self._text[:start])) and key not in NEVER)
        if size == 1 and (key in self._names.town_words or (self._english(words[0].text) and not PLACE_SURELY.search(self._text[:start]))):
            return bool(re.match(r",? [a-zA-Z]{2} \d{5}", self._text[end:])) and key not in NEVER
        return bool(size > 1 or PLACE_SURELY.search(self._text[:start]) or STATE_AFTER.match(self._text, end)) and (size > 1 or len(key) > 4) and not all(w.key in self._names.town_words for w in words)

    # Facilities.

    def _facilities(self) -> Iterator[Identifier]:
        for pattern in (SHOP, FACILITY, WELL_KNOWN, EMPLOYER):
            for match in pattern.finditer(self._text):
                group = next((g for g in range(1, (match.lastindex or 0) + 1) if match[g]), 0)
                start, end = match.span() if pattern is FACILITY and not self._overlaps_kept(match.span()) else match.span(group)
                piece = self._text[start:end]
                if NOT_FACILITY.search(piece) or self._overlaps_kept((start, end)):
                    continue
                yield Identifier("FACILITY", start, end)

    def _is_kept(self, word: Word) -> bool:
        return self._overlaps_kept((word.start, word.end))

    def _is_medicine_here(self, word: Word) -> bool:
        """Whether the words right before or after mean a medicine by this name: `take Heather`, `Heather 0.35 mg`."""
        before, after = self._text[: word.start], self._text[word.end :]
        return bool(re.search(r"(?i)\b(?:take|takes|taking|took|on|pill|brand|generic|of|prescribed|called|than|switch\w* (?:to|from)) $", before) or re.match(r" ?\d| (?:pill|tablet|birth control|side|mg)", after))

    def _overlaps_kept(self, span: Span) -> bool:
        return any(span[0] < end and start < span[1] for start, end in self._kept)
