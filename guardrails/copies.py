"""Where a claim copies its source: any word, number or denial that was replaced, dropped, added or exchanged is a fault.

A paraphrase words everything anew; a sentence that keeps most of its source and changes one word has changed what it says, unless the word is a
known wording of the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

from guardrails import amounts
from guardrails.bounds import without_bounds
from guardrails.clauses import DENIAL, LIMIT
from guardrails.wording import EVERYWHERE, Word, related, words

_CLOSE = 0.75  # share from which a word of unknown relation is a fault too
_COPY = 0.7  # share of a claim's words that stand in its source in the same order: from there it is a copy
_EITHER = re.compile(r"\bwith (?:or|and) without\b|\bwithout or with\b|\bwith \w+ or without\b", re.IGNORECASE)
FindNames = Callable[[str], frozenset[str]]


def failures(sentence: str, ground: Sequence[str], find_names: FindNames) -> Iterable[str]:
    """`meaning: …`, `number: …`, `negation: …` or `population: …` for what a copy changes."""
    said = words(without_bounds(sentence))
    known = [words(without_bounds(source)) for source in ground]
    yield from _slots(said, known, find_names)
    yield from _replaced(with_numbers(said, sentence), [with_numbers(source, text) for source, text in zip(known, ground, strict=True)])


def with_numbers(spoken: Sequence[Word], text: str) -> list[Word]:
    """The words with the quantities and denials of a text among them, in order."""
    numbers = [Word(f"#{number.low:g}-{number.high:g} {number.dimension}", number.text, number.start, number.start + len(number.text), "number") for number in amounts.read(text)]
    denials = [Word("not", match[0], match.start(), match.end(), "denial") for match in DENIAL.finditer(without_bounds(_blank(_EITHER, _blank(LIMIT, text))))]
    return sorted([*spoken, *numbers, *denials], key=lambda word: word.start)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _slots(said: Sequence[Word], known: Sequence[Sequence[Word]], find_names: FindNames) -> Iterable[str]:
    """Two medicines each between the other's neighbours."""
    mine = _telling(said)
    names = [row for row, word in enumerate(mine) if not word.kind and len(word.text) > 3 and find_names(word.text)]
    for source in known:
        theirs = _telling(source)
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                places = [[row for row, word in enumerate(theirs) if word.key == mine[name].key] for name in (one, other)]
                if mine[one].key != mine[other].key and all(places):
                    listed = all(not word.kind and find_names(word.text) for word in mine[one:other])
                    turned = any(_slot(mine, one, theirs, there) and _slot(mine, other, theirs, here) for here in places[0] for there in places[1] if here > there)
                    kept = any(_slot(mine, one, theirs, here) or _slot(mine, other, theirs, there) for here in places[0] for there in places[1] if here < there)
                    if turned and not kept and not listed:
                        yield f"meaning: {mine[one].text} and {mine[other].text} exchanged"


def _slot(mine: Sequence[Word], row: int, theirs: Sequence[Word], at: int) -> bool:
    """Whether a place of one text has the neighbours of a place of the other."""
    before = mine[row - 1].key if row else "", theirs[at - 1].key if at else ""
    after = mine[row + 1].key if row + 1 < len(mine) else "", theirs[at + 1].key if at + 1 < len(theirs) else ""
    return before[0] == before[1] and (after[0] == after[1] or not after[0])


def _replaced(said: Sequence[Word], known: Sequence[Sequence[Word]]) -> Iterable[str]:
    """In a copy, a word, number or denial that stands where the source has another which means something else."""
    mine = _telling(said)
    near, opposite, other_one = related("near"), related("opposite"), related("other")
    every = {word.key for source in known for word in source}
    spoken = {word.key for word in mine}
    for source in known:
        theirs = _telling(source)
        codes = SequenceMatcher(None, [word.key for word in mine], [word.key for word in theirs], autojunk=False).get_opcodes()
        same = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
        if not mine or same / len(mine) < _COPY:
            continue
        equal = [code for code in codes if code[0] == "equal"]
        denials = sum(word.kind == "denial" for word in theirs[max(0, equal[0][3] - 1) : equal[-1][4] + 1]) - sum(word.kind == "denial" for word in mine)
        yield from _crossed(mine, theirs)
        for tag, i1, i2, j1, j2 in codes:
            if tag == "equal":
                continue
            here, there = mine[i1:i2], theirs[j1:j2]
            for word in here:
                if turned := [other for other in there if other.key in opposite.get(word.key, ())]:
                    yield f"meaning: {word.text} for {turned[0].text}"
                elif turned := [other for other in there if other.key in other_one.get(word.key, ())]:
                    yield f"population: {word.text} for {turned[0].text}"
            denied = sum(word.kind == "denial" for word in there) - sum(word.kind == "denial" for word in here)
            last = (there or here)[-1].kind == "denial"
            if denied and denials and (max(len(here), len(there)) <= 2 or last):
                yield f"negation: {next(word.text for word in (*there, *here) if word.kind == 'denial').lower()} {'dropped' if denied > 0 else 'added'}"
            numbers = [word for word in here if word.kind == "number"], [word for word in there if word.kind == "number"]
            if len(numbers[0]) == len(numbers[1]) == 1 and i2 - i1 <= 2 and j2 - j1 <= 2 and _differ(numbers[0][0], numbers[1][0]):
                yield f"number: {numbers[0][0].text} for {numbers[1][0].text}"
            new = [word for word in here if word.key not in every and word.key not in EVERYWHERE and word.kind not in ("number", "denial")]
            gone = [word for word in there if word.key not in spoken and word.key not in EVERYWHERE and word.kind not in ("number", "denial")]
            left = [word for word in new if not any(word.key in near.get(other.key, ()) for other in gone)]
            if tag == "replace" and left and gone and i2 - i1 <= 2 and j2 - j1 <= 3 and same / len(mine) >= _CLOSE:
                yield f"meaning: {left[0].text} for {gone[0].text}"


def _differ(one: Word, other: Word) -> bool:
    """Whether two numbers of one dimension differ."""
    (low, here), (high, there) = one.key.split(" "), other.key.split(" ")
    return _KINDS.get(here, here) == _KINDS.get(there, there) and (low, here) != (high, there)


_KINDS = {"months": "time", "interval": "rate", "per_day": "rate", "per_week": "rate", "per_month": "rate"}


def _crossed(mine: Sequence[Word], theirs: Sequence[Word]) -> Iterable[str]:
    """In a copy, two opposites in the other order: "A raised, B lowered" for "A lowered, B raised"."""
    table = related("opposite")
    for row, word in enumerate(mine):
        for other in mine[row + 1 :]:
            if other.key in table.get(word.key, ()):
                one, two = ([w.key for w in theirs].count(key) for key in (word.key, other.key))
                if one == two == 1 and [w.key for w in theirs].index(word.key) > [w.key for w in theirs].index(other.key):
                    yield f"meaning: {word.text} and {other.text} exchanged"


def copied(sentence: str, source: str) -> float:
    """The share of a sentence's words, numbers and denials that stand in a source in the same order."""
    mine, theirs = (_telling(with_numbers(words(text), text)) for text in (sentence, source))
    blocks = SequenceMatcher(None, [word.key for word in mine], [word.key for word in theirs], autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(mine))


def _telling(spoken: Sequence[Word]) -> list[Word]:
    return [word for word in spoken if word.kind != "light" or word.key in _SMALL]


_SMALL = frozenset({"=up", "=down"})
