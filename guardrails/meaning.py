"""Whether a claim turns its source round: an opposite in the same place, two partners exchanged, one word of a copy replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

from guardrails import amounts
from guardrails.clauses import DENIAL, LIMIT
from guardrails.wording import EVERYWHERE, Word, related, words

_NEAR = 3  # words between a verb and what it acts on
_REACH = 4  # words on each side that tell what an opposite is said of
_CLEARLY = 0.2  # by how much the opposite's surroundings must fit better than its own
_CLOSE = 0.75  # share from which a word of unknown relation is a fault too
_COPY = 0.7  # share of a claim's words that stand in its source in the same order: from there it is a copy, and each change must be a known wording
FindNames = Callable[[str], frozenset[str]]
# The words of a bound are compared with its number.
_BOUND = re.compile(
    r"\b(?:(?:no |not )?(?:more|less|fewer|greater|higher|lower|longer|shorter|older|younger) than(?= (?:about |a |an )?[\d½¼¾]| (?:one|two|three|four|five|half)\b)"
    r"|or (?:more|less|fewer|higher|lower)\b|(?:and|or) (?:older|younger|over|under|above|below|up)\b|(?:over|under|above|below|up to|at most|at least|after age|before age)(?= \d))",
    re.IGNORECASE,
)


def without_bounds(text: str) -> str:
    """The text with the words that bound its numbers blanked out."""
    return _BOUND.sub(lambda match: " " * len(match[0]), text)




def failures(sentence: str, ground: Sequence[str], find_names: FindNames) -> Iterable[str]:
    """`meaning: X for Y` where the source says Y."""
    said = words(without_bounds(sentence))
    known = [words(without_bounds(source)) for source in ground]
    yield from _turned(said, known)
    yield from _exchanged(said, known, find_names)
    yield from _slots(said, known, find_names)
    yield from _replaced(_with_numbers(said, sentence), [_with_numbers(source, text) for source, text in zip(known, ground, strict=True)])
    yield from _compared(sentence, ground)
    yield from _other(said, known, sentence)


def _with_numbers(spoken: Sequence[Word], text: str) -> list[Word]:
    """The words with the quantities and denials of a text among them, in order."""
    numbers = [Word(f"#{number.low:g}-{number.high:g} {number.dimension}", number.text, number.start, number.start + len(number.text), "number") for number in amounts.read(text)]
    denials = [Word("not", match[0], match.start(), match.end(), "denial") for match in DENIAL.finditer(without_bounds(LIMIT.sub(lambda match: " " * len(match[0]), text)))]
    return sorted([*spoken, *numbers, *denials], key=lambda word: word.start)


def _turned(said: Sequence[Word], known: Sequence[Sequence[Word]]) -> Iterable[str]:
    """An opposite of what the source has in the same surroundings."""
    table = related("opposite")
    spoken = {word.key for word in said}
    for row, word in enumerate(said):
        if word.key not in table:
            continue
        here = _around(said, row)
        same = max((_fit(here, _around(source, at)) for source in known for at, other in enumerate(source) if other.key == word.key), default=-1.0)
        against, turned = max(
            ((_fit(here, _around(source, at)), other.text) for source in known for at, other in enumerate(source) if other.key in table[word.key]),
            default=(-1.0, ""),
        )
        if against < 0:
            continue
        other_key = next(iter(table[word.key] & {w.key for source in known for w in source}))
        if {word.key, other_key} == {"=before", "=after"} and not _same_object(said, row, known, other_key):
            continue
        if (same < 0 and not (other_key in spoken and against < 0.5)) or (same >= 0 and against > same + _CLEARLY and other_key not in spoken):
            yield f"meaning: {word.text} for {turned}"


def _same_object(said: Sequence[Word], row: int, known: Sequence[Sequence[Word]], turned: str) -> bool:
    """Whether "before" here and "after" there are followed by the same: "wait 7 days after A before B" turns nothing round."""
    mine = {word.key for word in said[row + 1 : row + 3]}
    return any(mine & {word.key for word in source[at + 1 : at + 3]} for source in known for at, word in enumerate(source) if word.key == turned)


def _around(text: Sequence[Word], row: int) -> dict[str, float]:
    """The words near one, nearer ones weighing more."""
    table = related("opposite")
    near: dict[str, float] = {}
    own = {text[row].key, *table[text[row].key]}
    for at in range(max(0, row - _REACH), min(len(text), row + _REACH + 1)):
        if text[at].key not in own and text[at].kind != "light":
            near[text[at].key] = max(near.get(text[at].key, 0.0), (2 if at > row else 1) / (1 + abs(at - row)))
    return near


def _fit(here: dict[str, float], there: dict[str, float]) -> float:
    both = sum(min(weight, there[key]) for key, weight in here.items() if key in there)
    return both / max(1e-9, min(sum(here.values()), sum(there.values()))) if here and there else 0.0


_ACTING = frozenset({"=raise", "=lower", "=strengthen", "=weaken", "=slow", "=block", "=worsen", "=prevent", "=replace", "=protect"})


_BY_ITSELF = frozenset("go goes went rise rises rising climb climbs fall falls drop drops dip dips decline declines".split())


def _exchanged(said: Sequence[Word], known: Sequence[Sequence[Word]], find_names: FindNames) -> Iterable[str]:
    """Two things that act on each other, the other way round: "A raises B" for "B raises A", "more with A than B"."""
    claimed = _acts(said, find_names)
    stated = {pair for source in known for pair in _acts(source, find_names)}
    for agent, verb, patient in claimed:
        if (patient, verb, agent) in stated and (agent, verb, patient) not in stated:
            yield f"meaning: {agent} and {patient} exchanged"


def _acts(text: Sequence[Word], find_names: FindNames) -> list[tuple[str, str, str]]:
    """(agent, verb, patient): the medicines nearest before and after a verb of effect."""
    if not any(word.key in _ACTING for word in text):
        return []
    names = {row: word.key for row, word in enumerate(text) if not word.kind and len(word.text) > 4 and find_names(word.text)}
    found = []
    for row, word in enumerate(text):
        if word.key in _ACTING:
            if word.text.endswith("ed"):
                continue  # "is raised by" and "raised" cannot be told apart here
            before = [names[at] for at in range(max(0, row - _NEAR), row) if at in names]
            after = [names[at] for at in range(row + 1, min(len(text), row + _NEAR + 1)) if at in names]
            if before and after and before[-1] != after[0]:
                pair = (after[0], word.key, before[-1]) if word.text.split()[0] in _BY_ITSELF else (before[-1], word.key, after[0])
                found.append(pair)
    return found


def _slots(said: Sequence[Word], known: Sequence[Sequence[Word]], find_names: FindNames) -> Iterable[str]:
    """Two medicines each between the other's neighbours."""
    mine = _telling(said)
    names = [row for row, word in enumerate(mine) if not word.kind and len(word.text) > 3 and find_names(word.text)]
    for source in known:
        theirs = _telling(source)
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                places = [[row for row, word in enumerate(theirs) if word.key == mine[name].key] for name in (one, other)]
                if mine[one].key != mine[other].key and all(len(place) == 1 for place in places):
                    (here,), (there,) = places
                    listed = all(not word.kind and find_names(word.text) for word in mine[one:other])
                    if here > there and not listed and _slot(mine, one, theirs, there) and _slot(mine, other, theirs, here):
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
    mine, theirs = (_telling(_with_numbers(words(text), text)) for text in (sentence, source))
    blocks = SequenceMatcher(None, [word.key for word in mine], [word.key for word in theirs], autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / max(1, len(mine))


def _telling(spoken: Sequence[Word]) -> list[Word]:
    return [word for word in spoken if word.kind != "light" or word.key in _SMALL]


_SMALL = frozenset({"=up", "=down"})
_COMPARED = re.compile(r"(?:\b(?:than|instead of|rather than|in place of)\b|, not\b)", re.IGNORECASE)


def _compared(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    """The two sides of "than" or "instead of", the other way round: "more with A than with B"."""
    if not (here := _sides(sentence)):
        return
    for source in ground:
        there = _sides(source)
        if there and here[0] & there[1] and here[1] & there[0]:
            yield "meaning: the two sides exchanged"


def _sides(text: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The keys before and after "than" or "instead of" that stand on one side only."""
    match = _COMPARED.search(without_bounds(text))
    if not match:
        return None
    told = [word for word in _with_numbers(words(text), text) if word.kind not in ("light", "denial")]
    stop = re.search(r"[;.,:]", text[match.end() :])
    before = frozenset([word.key for word in told if word.end <= match.start()][-4:])
    after = frozenset([word.key for word in told if word.start >= match.end() and (not stop or word.end <= match.end() + stop.start() + 1)][:3])
    return before - after, after - before


def _other(said: Sequence[Word], known: Sequence[Sequence[Word]], sentence: str) -> Iterable[str]:
    """A medicine preferred where the source prefers another one."""
    spoken = {word.key for word in said}
    if not spoken & _PREFERRED or "=different" in spoken or DENIAL.search(sentence):
        return
    for source in known:
        for row, word in enumerate(source):
            if word.key == "=different" and any(other.key in _PREFERRED for other in source[row : row + 5]):
                yield f"meaning: {word.text} dropped"


_PREFERRED = frozenset({"=recommended", "=choose"})
