"""How much of a claim its source holds: every word of weight must be there, in the same or a like wording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from guardrails import amounts
from guardrails.meaning import without_bounds
from guardrails.wording import EVERYWHERE, Word, content_words, words

_FORMS = 80.0  # similarity from which two long words are forms of one ("protector", "protecting")
_LIGHT, _NAME, _PLAIN, _CLINICAL = 0.3, 0.4, 1.0, 1.5  # weights of words
BARE = EVERYWHERE | {"=together", "=allow", "=recommended", "=safe", "=work", "=help"}  # "you can take both", "it is safe": of what?
GENERIC = EVERYWHERE | {"=together", "=allow", "=recommended", "=agree", "=watch", "=tell", "=ask", "=prescriber"}  # what every sentence on medicines may say


@dataclass(frozen=True, slots=True)
class Support:
    """`share` of a claim's weight that its source holds, the words that it does not hold, and those of them that are clinical."""

    share: float
    missing: tuple[str, ...]
    clinical: tuple[str, ...]


def measure(sentence: str, ground: Sequence[str], is_name: Callable[[str], bool]) -> Support:
    """Compare a claim's words with those of the sentences it rests on."""
    there = [word for source in ground for word in words(source)]
    known = {word.key for word in there} | {part.key for word in there if " " in word.text for single in word.text.split() for part in words(single)}
    plain = tuple({word.text for word in there})
    total = held = float(len(amounts.read(sentence)))  # numbers have a check of their own
    missing: list[Word] = []
    for word in words(without_bounds(sentence)):
        weight = _LIGHT if word.key in GENERIC else {"light": _LIGHT, "clinical": _CLINICAL}.get(word.kind, _NAME if not word.kind and is_name(word.text) else _PLAIN)
        if word.key in known:
            total, held = total + weight, held + weight
            continue
        near = _form_of(word, plain)
        if not near and word.kind != "light" and not word.kind and is_name(word.text):
            continue  # names have a check of their own
        total, held = total + weight, held + weight * near
        if near < 0.5 and word.kind != "light" and word.key not in GENERIC:
            missing.append(word)
    return Support(
        held / total if total else 0.0, tuple(word.text for word in missing), tuple(word.text for word in missing if word.kind == "clinical")
    )


def _form_of(word: Word, plain: Sequence[str]) -> float:
    """1 where another word shares a long beginning, else 0."""
    if len(word.text) < 6 or " " in word.text:
        return 0.0
    return float(any(other[:5] == word.text[:5] and fuzz.ratio(word.text, other) >= _FORMS - 15 for other in plain if len(other) >= 5))


def overlap(sentence: str, source: str) -> float:
    """The share of a sentence's words that one source sentence holds."""
    said = content_words(sentence)
    return len(said & content_words(source)) / len(said) if said else 0.0
