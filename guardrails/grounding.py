"""Whether a sentence says what its source says. Each check is a file; this one finds the source and asks them all.

The checks are rules, not a model: a small model finds only about half of its own unfaithful sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guardrails import amounts, contrast, copies, meaning, negation, populations
from guardrails.clauses import clauses
from guardrails.directives import directive
from guardrails.sources import pieces
from guardrails.support import BARE, GENERIC, measure
from guardrails.wording import Word, content_words, words

FindNames = Callable[[str], frozenset[str]]  # the medicines and classes that a text names, by generic or class name
_SUPPORT = 0.5  # share of a claim's weight that its source must hold; .5 on the dev split lost one corrupted row and freed six faithful ones
_MISSING = 6  # words of its own that a claim may have
_CANDIDATES = 3  # source sentences that are tried
_COPIED = 0.8  # share of a claim's words in its source's order, from which it can rest on that source alone
_NEAR = 0.8  # of the best source sentence's words: others that hold as much may carry the claim alone


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome for one sentence: `failed` holds `check: on what`, empty when the sentence may be shown; `source` is the row of the
    evidence sentence that carries it best, -1 when there is none; `support` is the share of its content words that the evidence holds,
    `coverage` the share of its source's content words that it keeps."""

    failed: tuple[str, ...]
    source: int
    support: float
    coverage: float = 0.0

    @property
    def grounded(self) -> bool:
        return not self.failed


class Grounding:
    """Checks sentences against evidence sentences.

    Args:
        find_names: the medicines and classes that a text names.
    """

    def __init__(self, find_names: FindNames):
        self._find_names = lru_cache(maxsize=4096)(find_names)

    def check(self, sentence: str, evidence: Sequence[str]) -> Check:
        """Check one sentence against the sentences that it may rest on.

        Two evidence sentences may be joined; more may not. A sentence that holds against any one or two of those nearest to it is grounded.
        """
        plain = _squeeze(sentence)
        for row, source in enumerate(evidence):
            if plain == _squeeze(source):
                return Check((), row, 1.0, 1.0)
        if not evidence:
            return Check(("support: no source",), -1, 0.0)
        said = content_words(sentence)
        rows, texts = zip(*((row, piece) for row, source in enumerate(evidence) for piece in pieces(source)), strict=True)
        subject = self._subject(texts)
        tried = []
        for ground in self._grounds(said, sentence, texts):
            failed, support = self._failures(sentence, [texts[at] for at in ground], subject)
            tried.append((failed, support, ground[0]))
            if not failed:
                break
        failed, support, best = tried[-1] if not tried[-1][0] else tried[0]
        if said <= BARE and not amounts.read(sentence) and not any(plain in _squeeze(source) for source in evidence):
            return Check((*failed, "support: too little is said"), -1, 0.0)
        if not failed and copies.copied(sentence, texts[best]) < _COPIED and said <= GENERIC | self._name_keys(sentence) and not amounts.read(sentence):
            # "use A with B": whatever sentence holds both must agree
            beside = [text for text in texts if self._find_names(sentence) <= self._find_names(text)]
            failed = tuple(failure for text in beside for failure in negation.failures(sentence, [text], self._name_keys(sentence)))
        kept = content_words(texts[best])
        return Check(failed, rows[best], support, len(kept & said) / max(1, len(kept)))

    def _grounds(self, said: frozenset[str], sentence: str, evidence: Sequence[str]) -> Iterator[tuple[int, ...]]:
        """The rows that a sentence may rest on, likeliest first: those that hold most of its words and numbers, then the best with one that adds to it."""
        numbers = amounts.read(sentence)
        holds: list[frozenset[str]] = []
        for source in evidence:
            known = amounts.read(source)
            holds.append((said & content_words(source)) | {number.text for number in numbers if any(number.same_amount(other) for other in known)})
        order = sorted(range(len(evidence)), key=lambda row: -len(holds[row]))[:_CANDIDATES]
        likeness = {row: copies.copied(sentence, evidence[row]) for row in order}
        best = max(order, key=likeness.__getitem__)
        if likeness[best] >= _COPIED:  # a copy with a fault is not excused by another sentence
            yield (best,)
            return
        best = order[0]
        yield (best,)
        for row in order[1:]:
            if len(holds[row]) >= _NEAR * len(holds[best]):
                yield (row,)
        joined = [(len(holds[row] - holds[best]), row) for row in range(len(evidence)) if row != best]
        for gain, row in sorted(joined, key=lambda pair: -pair[0])[:2]:
            if gain >= 2 or (gain and abs(row - best) == 1) or (gain and len(holds[best]) < _SUPPORT * len(said)):
                yield (best, row)

    def _subject(self, evidence: Sequence[str]) -> frozenset[str]:
        """What most of the evidence speaks of: a sentence that names no medicine speaks of it too."""
        counts = Counter(name for source in evidence for name in self._find_names(source))
        most = max(counts.values(), default=0)
        return frozenset(name for name, count in counts.items() if count == most and (most > 1 or len(evidence) <= 2))

    def _failures(self, sentence: str, ground: Sequence[str], subject: frozenset[str]) -> tuple[tuple[str, ...], float]:
        """What fails, and the share held. Against two sources each clause is checked with the one that holds more of it."""
        if len(ground) == 1:
            return self._against(sentence, ground[0], subject)
        parts: dict[int, list[str]] = {0: [], 1: []}
        for clause in clauses(sentence):
            numbers = amounts.read(clause.text)
            held = [len(clause.keys & content_words(source)) + sum(any(number.same_amount(other) for other in amounts.read(source)) for number in numbers) for source in ground]
            parts[int(held[1] > held[0])].append(clause.text)
        checked = [self._against("; ".join(texts), ground[row], subject) for row, texts in parts.items() if texts]
        return tuple(failure for failed, _ in checked for failure in failed), min(share for _, share in checked)

    def _against(self, sentence: str, source: str, subject: frozenset[str]) -> tuple[tuple[str, ...], float]:
        ground = [source]
        support = measure(sentence, ground, self._is_name)
        failed = [
            *amounts.failures(sentence, ground), *self._names_failed(sentence, source, subject), *negation.failures(sentence, ground, self._name_keys(sentence, source)),
            *populations.failures(sentence, ground), *meaning.failures(sentence, ground, self._find_names),
            *contrast.failures(sentence, source, (self._brand_places, *populations.PLACES)),
        ]  # fmt: skip
        if support.clinical:
            failed.append(f"support: {', '.join(support.clinical)}")
        elif support.share < _SUPPORT or len(support.missing) > _MISSING:
            failed.append(f"support: {', '.join(support.missing[:5])}")
        if found := directive(sentence, source):
            failed.append(f"advice: {found}")
        return tuple(dict.fromkeys(failed)), support.share

    def _name_keys(self, *texts: str) -> frozenset[str]:
        return frozenset(word.key for text in texts for word in self._named(text))

    def _named(self, text: str) -> list[Word]:
        """The words of a text that name a medicine, as often as they stand there."""
        return [word for word in words(text) if not word.kind and self._is_name(word.text)]

    def _is_name(self, word: str) -> bool:
        return len(word) > 3 and bool(self._find_names(word))

    def _names_failed(self, sentence: str, source: str, subject: frozenset[str]) -> Iterable[str]:
        named = self._find_names(source) or subject
        there = content_words(source)
        for name in sorted(self._find_names(sentence) - named):
            if " " not in name or not content_words(name) <= there:
                yield f"drug: {name}"
        said, held = self._named(sentence), Counter(word.key for word in self._named(source))
        times = Counter(word.key for word in said)
        if held.keys() - times:  # one name in the place of another: "check the label for A before taking A"
            again = {word.key: word.text for word in said if times[word.key] > held[word.key] > 0}
            yield from (f"drug: {again[key]} exchanged" for key in sorted(again))
        brands = self._brands(source)
        for key, (brand, names) in sorted(self._brands(sentence).items()):
            if key not in brands and any(names & others for _, others in brands.values()):
                yield f"drug: {brand}"

    def _brands(self, text: str) -> dict[str, tuple[str, frozenset[str]]]:
        """The brand names in a text by their keys, each as written with its medicines."""
        found = {word.key: (word.text, self._find_names(word.text)) for word in self._named(text)}
        return {key: (brand, names) for key, (brand, names) in found.items() if not any(key in content_words(name) for name in names)}

    def _brand_places(self, text: str) -> list[contrast.Place]:
        brands = self._brands(text)
        return [contrast.Place(word.start, word.end, word.key) for word in words(text) if word.key in brands]


@lru_cache(maxsize=4096)
def _squeeze(text: str) -> str:
    return " ".join(re.findall(r"[≥≤<>]|\.?\w+(?:[.,/%°-]\w+)*%?", re.sub(r"\[\d+\]", " ", text).lower()))
