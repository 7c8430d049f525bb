"""Whether a claim turns its source round: an opposite in the same surroundings, two partners exchanged, another preferred."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from guardrails import copies
from guardrails.bounds import without_bounds
from guardrails.clauses import DENIAL
from guardrails.copies import with_numbers
from guardrails.wording import Word, related, words

_NEAR = 3  # words between a verb and what it acts on
_REACH = 4  # words on each side that tell what an opposite is said of
_CLEARLY = 0.2  # by how much the opposite's surroundings must fit better than its own
FindNames = Callable[[str], frozenset[str]]


def failures(sentence: str, ground: Sequence[str], find_names: FindNames) -> Iterable[str]:
    """`meaning: X for Y` where the source says Y."""
    said = words(without_bounds(sentence))
    known = [words(without_bounds(source)) for source in ground]
    yield from _turned(said, known)
    yield from _exchanged(said, known, find_names)
    yield from _compared(sentence, ground)
    yield from _shares(sentence, ground)
    yield from _objects(sentence, ground, find_names)
    yield from _other(said, known, sentence)
    yield from copies.failures(sentence, ground, find_names)


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
        other_way = (patient, verb, agent) in stated or (
            any((one, how) == (patient, verb) for one, how, _ in stated) and not any((one, how) == (agent, verb) or (how, other) == (verb, patient) for one, how, other in stated)
        )
        if other_way and (agent, verb, patient) not in stated:
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


_COMPARED = re.compile(r"(?:\b(?:than|instead of|rather than|in place of)\b|, not\b|(?<=preferred )to\b|(?<=preferable )to\b|(?<=better )to\b|(?<=chosen )over\b|(?<=choose )[\w -]+? (?=over\b))", re.IGNORECASE)


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
    told = [word for word in with_numbers(words(text), text) if word.kind not in ("light", "denial")]
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


_SHARE = re.compile(r"\b(nearly all|almost all|all|most|half|many|some|a few|few)(?: of)? (?:the )?(?:people|patients|adults|women|men|children|users)\b", re.IGNORECASE)
_HOW_MANY = {"nearly all": 4, "almost all": 4, "all": 4, "most": 3, "half": 2, "many": 2, "some": 1, "a few": 0, "few": 0}


def _shares(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    """Another share of people than the source's: "all people" for "some people"."""
    stated = {_HOW_MANY[match[1].lower()] for source in ground for match in _SHARE.finditer(source)}
    for match in _SHARE.finditer(sentence):
        if stated and _HOW_MANY[match[1].lower()] not in stated:
            yield f"meaning: {match[0].lower()}"


_STOPPED = re.compile(r"\b(stop|keep (?:on )?taking|continue|hold|start|skip|restart)\s+(?:the |an? |your |any )?((?:[\w-]+ ?){1,3})", re.IGNORECASE)


def _objects(sentence: str, ground: Sequence[str], find_names: FindNames) -> Iterable[str]:
    """A medicine stopped, kept or started where the source says so of another one."""
    for verb, named in _stopped(sentence, find_names):
        stated = [names for source in ground for other, names in _stopped(source, find_names) if other == verb]
        if stated and not any(named & names for names in stated):
            yield f"meaning: {verb} {', '.join(sorted(named))}"


def _stopped(text: str, find_names: FindNames) -> list[tuple[str, frozenset[str]]]:
    found = ((match[1].lower(), find_names(match[2])) for match in _STOPPED.finditer(text))
    return [(verb, named) for verb, named in found if named]


_PREFERRED = frozenset({"=recommended", "=choose"})
