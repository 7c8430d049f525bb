"""Whether a claim denies what its source says, says what it denies, or loses or adds an exception."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from guardrails.clauses import DENIAL, LIMIT, TWICE, Clause, clauses
from guardrails.copies import copied
from guardrails.wording import EVERYWHERE, words

_NEAR = 0.8  # of the best match: source clauses that a claim's clause may as well rest on
_CLOSE = 0.75  # share of a claim's words in its source's order from which nothing is excused
_LEAST = 0.3  # share of a clause's weight that its source clause must hold before the two are compared
_EXCEPTION = re.compile(
    r"\b(?:unless|except(?: for| when| if| that)?|only(?! (?:slightly|a little|mildly|partly|somewhat|rarely))|(?<!either )(?<!either one )(?<!than )alone|solely|exclusively|until(?! age| \d)|other than|apart from|aside from|nothing but|no one but|the exception|just as|without (?:\w+(?:'s)? ){0,3}"
    r"(?:advice|approval|word|okay|ok|consent|asking|talking|checking|direction|permission|guidance|supervision|doctor|prescriber|pharmacist|\w+ologist|specialist|team|clinic))\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"unless|until|except", re.IGNORECASE)  # stands in a clause of its own
_WITHOUT = re.compile(r"\bwithout\b", re.IGNORECASE)
_MEAL_TIME = re.compile(r"\b(?:before|after) (?:a |the |any |each |your )?(?:meals?|food|eating|breakfast)\b", re.IGNORECASE)
_WITH_FOOD = re.compile(r"\bwith(?:out)? (?:a |any |or without )?(?:meals?|food)\b", re.IGNORECASE)
_EVEN = re.compile(r"\b(?:even|also) (?:if|when|though|with|after|during|without)\b", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:even|also|still|regardless|whether or not|no matter)\b", re.IGNORECASE)
_NOT_KNOWN = re.compile(r"\b(?:(?:nobody|no one) knows|(?:is|are|was) (?:not known|unknown|unclear|uncertain)|not (?:been )?studied|unknown|unclear)\b[^;.]*?\bwhether\b|\bwhether\b[^;.]*?\b(?:not known|unknown|unclear|uncertain|not (?:been )?studied)\b", re.IGNORECASE)
_PROVIDED = re.compile(r"(?:as long as|provided|(?:if|when) (?:the |a |your |its )?[\w ]*?(?:doctor|prescriber|pharmacist|specialist|team|clinic)s? (?:agrees?|approves?|allows?|says so|directs?|consents?))\b", re.IGNORECASE)
_NOT_BEFORE = re.compile(r"\b(?:not|never|n't)\b.*\bbefore\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?<!even )\b(?:if|when|whenever|as long as|provided)\b", re.IGNORECASE)
_ACT = re.compile(r"\b(?:stop|stopped|skip|skipped|double|doubled|start|started|lower|lowered|raise|raised|change|changed|quit|switch|discontinue|discontinued)\b", re.IGNORECASE)


def failures(sentence: str, ground: Sequence[str], names: frozenset[str] = frozenset()) -> Iterable[str]:
    """`negation: …` and `exception: …` for one claim against the source sentences it rests on.

    Args:
        names: keys of words that are medicines' names; they stand everywhere, and tell little of which clause is meant.
    """
    known = [clause for source in ground for clause in clauses(source)]
    said = clauses(sentence)
    counts = Counter(key for clause in known for key in clause.keys)
    counts.update({name: 3 for name in names | EVERYWHERE})
    yield from _denied(said, known, counts, names)
    yield from _heads(sentence, said, ground)
    yield from _without(said, known)
    yield from _exceptions(sentence, said, ground)
    yield from _widened(sentence, said, ground)


def _denied(said: Sequence[Clause], known: Sequence[Clause], counts: Counter[str], names: frozenset[str]) -> Iterable[str]:
    for at, clause in enumerate(said):
        scores = [_share(clause, other, counts) for other in known]
        best = max(scores, default=0.0)
        told = clause.keys - names - EVERYWHERE
        if best < _LEAST or (len(told & frozenset().union(*(other.keys for other in known))) < 2 and len(said) > 1):
            if clause.denied and not any(other.denied for other in known):
                yield f"negation: {clause.cues[0]} added"
            continue
        near = [row for row, score in enumerate(scores) if score >= _NEAR * best]
        ways = _ways(said, at)
        if all(not ways & _ways(known, row) and _meant(clause, known[row]) for row in near):
            yield f"negation: {clause.cues[0]} added" if clause.denied else f"negation: {known[near[0]].cues[0]} dropped"


def _ways(parts: Sequence[Clause], row: int) -> frozenset[bool]:
    """Whether a clause denies; one that leans on a neighbour may be denied there."""
    beside = [parts[at].denied for at in (row - 1, row + 1) if 0 <= at < len(parts)] if parts[row].leans else []
    return frozenset([parts[row].denied, *beside])


_HALF_DENIED = frozenset({"=failure", "=prevent", "=protect", "=few", "=deficiency", "=uncontrolled", "=loss", "=stop", "=different", "=dangerous", "=low", "=small", "=maximum", "=skip"})  # "makes it fail": does not work


_SMALLER = frozenset({"=few", "=different", "=low", "=small", "=maximum"})  # a "low-dose capsule" denies nothing of what is said of it


def _heads(sentence: str, said: Sequence[Clause], ground: Sequence[str]) -> Iterable[str]:
    """A word that the source has only under a denial, in a claim that denies nothing."""
    if DENIAL.search(sentence) or _EXCEPTION.search(sentence):
        return
    spoken = frozenset().union(*(clause.keys for clause in said)) if said else frozenset()
    for source in ground:
        plain = TWICE.sub("", LIMIT.sub("", source))
        told = [word for word in words(plain) if word.kind != "light"]
        for match in DENIAL.finditer(plain):
            after = [word for word in told if word.start >= match.end()][:1]
            if after and after[0].key in spoken - EVERYWHERE and [word.key for word in told].count(after[0].key) == 1 and after[0].start - match.end() < 12:
                yield f"negation: {match[0].lower()} {after[0].text} dropped"


def _meant(clause: Clause, other: Clause) -> bool:
    """Whether what the two share is what is denied, not something beside it or under a "without"."""
    said, plain = (clause, other) if clause.denied else (other, clause)
    half = plain.keys & (_HALF_DENIED - said.keys)
    if half - _SMALLER or (half and (said.keys - plain.keys - EVERYWHERE or not said.keys - EVERYWHERE)):
        return False
    if clause.denied and _WITHOUT.search(clause.text) and clause.keys & other.without:
        return True
    if clause.denied:
        return not clause.keys & other.without
    return bool(clause.keys & other.scope) and not other.keys & clause.without


def _share(clause: Clause, other: Clause, counts: Counter[str]) -> float:
    """The share of a clause's words that another holds, those that stand in every clause counting less; half of the measure is the other way round."""

    def weight(names: Iterable[str]) -> float:
        return sum(1 / max(1, counts[name]) for name in names)

    both = weight(clause.keys & other.keys)
    return 0.75 * both / max(1e-9, weight(clause.keys)) + 0.25 * both / max(1e-9, weight(other.keys))


def _without(said: Sequence[Clause], known: Sequence[Clause]) -> Iterable[str]:
    """Food, water and the like are with, without or either way, as in the source."""
    ways: dict[str, set[str]] = {}
    for clause in known:
        for key in clause.keys:
            ways.setdefault(key, set()).add(_way(clause, key))
    for clause in said:
        for key in clause.without | clause.either | {key for key in clause.keys if ways.get(key, set()) & {"without", "either"}}:
            here = _way(clause, key)
            if key == "=food" and _MEAL_TIME.search(clause.text) and not _WITH_FOOD.search(clause.text):
                continue  # so long before or after a meal
            if key in ways and here not in ways[key] and not (clause.denied and here == "with" and "without" in ways[key]):
                yield f"negation: {here} {key.strip('=')}"


def _way(clause: Clause, key: str) -> str:
    return "without" if key in clause.without else "either" if key in clause.either else "with"


def _exceptions(sentence: str, said: Sequence[Clause], ground: Sequence[str]) -> Iterable[str]:
    spoken = frozenset().union(*(clause.keys for clause in said)) if said else frozenset()
    left = len(_EXCEPTION.findall(sentence)) + len(_NOT_BEFORE.findall(sentence))
    for source in ground:
        parts = clauses(source)
        close = copied(sentence, source) >= _CLOSE
        for match in _EXCEPTION.finditer(source):
            row = _row(source, match.start(), parts)
            main = parts[max(0, row - 1)] if _ASIDE.match(match[0]) else parts[row]
            only_here = parts[row].keys.difference(*(part.keys for part in parts if part is not parts[row]))
            if not close and _softened(source[match.end() :], spoken, sentence):
                continue
            if "only" not in sentence.lower() and _narrowed(source, match, parts[row], spoken):
                yield f"exception: {match[0].lower()} dropped"
                return
            if _kept(main, spoken) < 0.6 or (main is not parts[row] and only_here & spoken and _CONDITION.search(sentence)):
                continue  # what it is an exception to is not said, or it is said as a condition
            left -= 1
            if left < 0:
                yield f"exception: {match[0].lower()} dropped"
        for here, after in pairwise(parts):
            acts = (_CONDITION.match(after.text) and _ACT.search(here.text) and _kept(here, spoken) >= 0.8) or (_PROVIDED.match(after.text) and _kept(here, spoken) >= 0.6)
            if acts and not (after.keys - here.keys) & spoken and not _CONDITION.search(sentence):
                yield f"exception: {after.text.split()[0].lower()} dropped"
    strict = any(_EXCEPTION.search(source) or (DENIAL.search(source) and copied(sentence, source) < _CLOSE) for source in ground)
    if (added := _EXCEPTION.search(sentence)) and not strict:
        yield f"exception: {added[0].lower()} added"


def _narrowed(source: str, match: re.Match[str], part: Clause, spoken: frozenset[str]) -> bool:
    """Whether all that stands before an "only for" or "only when" is said, and nothing that it is limited to."""
    if not _ONLY_FOR.match(source, match.start()):
        return False
    start = source.find(part.text[:12])
    before = frozenset(word.key for word in words(source[max(0, start) : match.start()]) if word.kind != "light") - EVERYWHERE
    stop = re.search(r"[,;.:]", source[match.end() :])
    after = frozenset(word.key for word in words(source[match.end() : match.end() + stop.start() if stop else len(source)]) if word.kind != "light") - EVERYWHERE - before
    return len(before) > 1 and len(before & spoken) >= 0.75 * len(before) and bool(after) and not after & spoken


_ONLY_FOR = re.compile(r"only (?:for|when|if|in|with|after|where|under)\b", re.IGNORECASE)


def _widened(sentence: str, said: Sequence[Clause], ground: Sequence[str]) -> Iterable[str]:
    """An "even if" for an "if" or "unless", and a fact for what is said not to be known."""
    if (even := _EVEN.search(sentence)) and not any(_OPEN.search(source) for source in ground):
        yield f"exception: {even[0].lower()} added"
    spoken = frozenset().union(*(clause.keys for clause in said)) if said else frozenset()
    for source in ground:
        if _NOT_KNOWN.search(source) and not _UNSURE.search(sentence) and not DENIAL.search(sentence):
            unknown = [clause for clause in clauses(source) if clause.text.lower().startswith("whether")]
            yield from (f"negation: {clause.text.split()[0].lower()} dropped" for clause in unknown if len(clause.keys) > 1 and _kept(clause, spoken) >= 0.6)


_UNSURE = re.compile(r"\b(?:whether|if|may|might|could|unknown|unclear|uncertain)\b", re.IGNORECASE)


def _softened(tail: str, spoken: frozenset[str], sentence: str) -> bool:
    """Whether what follows an "only" or "unless" is said as a condition or with a "must" or "not" of its own."""
    after = [word.key for word in words(tail) if word.kind != "light" and word.key not in EVERYWHERE][:3]
    return bool(after) and sum(key in spoken for key in after) >= len(after) / 2 and bool(_SOFT.search(sentence) or DENIAL.search(sentence))


_SOFT = re.compile(r"\b(?:if|when|whenever|as long as|provided|must|needs?|has to|have to|requires?|required|just|strictly|last|first|limited|reserved|before|instead|even)\b", re.IGNORECASE)


def _kept(clause: Clause, spoken: frozenset[str]) -> float:
    return len(clause.keys & spoken) / max(1, len(clause.keys))


def _row(text: str, start: int, parts: Sequence[Clause]) -> int:
    """Which clause a place of a text falls into."""
    at = 0
    for row, part in enumerate(parts):
        at = text.find(part.text[:12], at)
        if at < 0:
            return max(0, row - 1)
        if at + len(part.text) > start:
            return row
    return max(0, len(parts) - 1)
