"""Cuts a sentence into clauses, each said or denied: the unit in which a claim and its source are compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from guardrails.wording import Word, words

_BREAK = re.compile(
    r"[;:!?](?=\s|$)|\.(?=\s|$)|\s[–—-]\s|\((?=\w+ \w+)|,?\s\b(?=(?:but|because|so that|unless|except|until|although|though|while|whereas|as long as|since|if|when|who|which|"
    r"rather than|instead of|even when|even if|whether|in case|away from)\b)|,\s(?=(?:and|or|so|yet|as|even|nor)\b)|(?:,\s|\s(?=(?:and|but|or) ))(?:and |but |or )?"
    r"(?=(?:not|never|do not|don't|must not|should not|is not|are not|cannot|may not|can not|does not|avoid|no|there is|there are|it is|they are)\b)|\s(?=and \w+ (?:no|nothing|never)\b)|,\s(?=(?:with|where|for|\w+ing)\b)",
    re.IGNORECASE,
)
# What makes a clause say that something is not so. A bound ("no more than 5 mg") is none: it is compared with its number.
_NOT = re.compile(
    r"\b(?:not(?! only\b)|no(?! more than| less than| later than| fewer than| longer than| sooner than| matter\b)|never|cannot|neither|nor|none|nothing(?! but)|nobody|\w+n't|"
    r"avoid(?:s|ed|ing|ance)?|contraindicated?|contraindications?|forbidden|prohibited|refrain\w*|unsafe|away from|out of (?:\w+(?:'s)? ){0,2}reach|protect(?:ed|s)? (?:\w+ ){0,2}from|clear of|rul(?:es?|ed|ing) out|"
    r"instead of|rather than|in place of|free of|unlikely|unable|lacks?|disagrees?|(?:advis\w+|warn\w*|caution\w*|recommend\w*) against|hold off|withhold|withheld|discouraged|inadvisable|"
    r"stays? the same|as usual|as normal|unchanged|loses? the ability|inability|unapproved|(?:skip|leave out|leaves out|omit)(?:s|ped|ted)?|unsuitable|unknown|unclear|left out|leaves? (?:[\w-]+ ){1,3}out|let go|"
    r"unnecessary|needless|disallowed|excluded?s?|(?:not|n't) yet|hardly|barely|little or no)\b",
    re.IGNORECASE,
)
TWICE = re.compile(
    r"\b(?:cannot|can't|can not|could not|not) be (?:avoided|excluded|ruled out)|\b(?:not|never|n't|no reason to|no need to)(?: be| to| been)? (?:contraindicated|unsafe|unlikely|avoid(?:ed)?|forbidden|prohibited|skip(?:ped)?|rul(?:e|ed) out|without|fail|discouraged|unable|"
    r"withhold|withheld|omit(?:ted)?|leave out|left out|let go)\b",
    re.IGNORECASE,
)
_LEANING = re.compile(r"(?:if|when|whenever|who|which|that|because|since|as|or|nor|with|for|where|whether|to|during|in case|even|while|until|unless|except|though|although)\b", re.IGNORECASE)
_SCOPE = 4  # words that a denial reaches
_PURPOSE = re.compile(r"\b(?:to|helps?|help to|order to) (?:avoid)", re.IGNORECASE)
_NOT_ALONE = re.compile(r"\b(?:whether or not|not only|if not\b|no problem|no matter)", re.IGNORECASE)
LIMIT = re.compile(
    r"\b(?:do not|don't|must not|should not|may not|can not|cannot|is not|are not|not|never|no \w+)(?: (?:to |be |safely |ever )?\w+)?(?: [\w-]+){0,5} (?:more|longer|higher|later) than (?=\w*\d|one|two|three|four|half|a )"
    r"|\b(?:not|never|must not|does not|do not|without)(?: to)? (?:go(?:ing)? (?:over|above|past|beyond)|pass(?:es|ing)?|exceed(?:s|ing)?)\b(?=[^.;]*?(?:\d|\blimit|\bmaximum|\b(?:one|two|three|four|five|six)\b))",
    re.IGNORECASE,
)
_AND_IS = re.compile(r"\s(?=(?:and|or) (?:is|are|can|may|must|should|will|has|have)\b)", re.IGNORECASE)
_EITHER = re.compile(r"\bwith (?:or|and) without|regardless of|no matter|without regard to|independent of|(?<=, )with (?=\w+ or without)", re.IGNORECASE)
_LATER_EITHER = re.compile(r"\bwith (\w+(?: \w+)?) or without(?: it)?\b|\bwithout or with\b", re.IGNORECASE)
_EMPTY = re.compile(r"\bon an empty stomach\b|\bwhile fasting\b", re.IGNORECASE)
_WITHOUT = re.compile(r"\bwithout\b", re.IGNORECASE)


DENIAL = re.compile(rf"(?:{_NOT.pattern})|\bwithout\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: its words, whether it is denied and by what, and the keys of the words under "without" or under "with or without"."""

    text: str
    words: tuple[Word, ...]
    cues: tuple[str, ...]
    without: frozenset[str]
    either: frozenset[str]

    @property
    def denied(self) -> bool:
        return bool(self.cues)

    @property
    def leans(self) -> bool:
        """Whether it only adds to a neighbour, so that a denial there may be meant here."""
        return bool(_LEANING.match(self.text))

    @property
    def scope(self) -> frozenset[str]:
        """The keys of the words nearest to a denial: those after it, or those before where none follow."""
        near: set[str] = set()
        for match in _NOT.finditer(self.text):
            after = [word.key for word in words(self.text[match.end() :]) if word.kind != "light"][:_SCOPE]
            near.update(after or [word.key for word in words(self.text[: match.start()]) if word.kind != "light"][-_SCOPE:])
        return frozenset(near)

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(word.key for word in self.words if word.kind != "light")


@lru_cache(maxsize=4096)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text; one without a word that carries meaning joins the one before."""
    plain = _EMPTY.sub("without food", _LATER_EITHER.sub(r"with or without \1", text.replace("’", "'")))
    plain = LIMIT.sub("at most ", plain)
    parts: list[str] = []
    for part in (half for whole in _BREAK.split(plain) for half in _halves(whole)):
        part = part.strip(" ,()")
        if not part:
            continue
        if parts and not any(word.kind != "light" for word in words(part)):
            parts[-1] += " " + part
        else:
            parts.append(part)
    return tuple(_read(part) for part in parts)


def _halves(part: str) -> list[str]:
    """"is not frozen and is kept cold": what is not denied, apart from what is."""
    joint = _AND_IS.search(part)
    if joint and _NOT.search(part[: joint.start()]) and not _NOT.search(part[joint.start() :]):
        return [part[: joint.start()], part[joint.start() :]]
    return [part]


def _read(part: str) -> Clause:
    either = frozenset(_next(part, match.end()) for match in _EITHER.finditer(part)) - {""}
    rest = _EITHER.sub("", part)
    cues = tuple(match[0].lower() for match in _NOT.finditer(TWICE.sub("", _NOT_ALONE.sub("", _PURPOSE.sub("", rest)))))
    without = set()
    for match in _WITHOUT.finditer(rest):
        if _NOT.search(rest):
            continue  # "not … without the doctor's word" is an exception, and is compared as one
        without.add(_next(rest, match.end()))
    return Clause(part, words(part), cues, frozenset(without - {""}), either)


def _next(text: str, start: int) -> str:
    """The key of the first thing named after a place, or "" when it is far."""
    named = [word for word in words(text[start:]) if word.kind != "light"]
    return named[0].key if named and named[0].start < 25 else ""
