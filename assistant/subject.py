"""What a question is about: its medicines, those carried over from earlier turns, and whether it asks about a pair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.wording import content_words
from knowledge.names import Match, Mention, Resolution
from knowledge.ranking import stems
from knowledge.router import said
from knowledge.search import KnowledgeBase
from knowledge.vocabulary import normal

_PAIRING = re.compile(
    r"\b(?:with|together|mix(?:ed|ing)?|combin\w+|interact\w*|while (?:on|taking)|plus|same time|alongside|along with|and)\b|[+&]",
    re.IGNORECASE,
)
_SYMPTOM = re.compile(r"\b(?:cause[sd]?|causing|make[s]?|making|give[s]?|side effects?|lead to|from|due to|because of)\b", re.IGNORECASE)
_NOT_A_SYMPTOM = frozenset(
    "cause causes caused causing make makes making give gives giving side effect effects lead known common commonly possible feel feeling feels like "
    "really very often long term short there symptom symptoms problem problems issue issues trouble something anything does medicine drug pill tablet "
    "pills start started starting since been have taking that this what when would could should mine your their list tell about happen happens "
    "normal worst most bad rare serious expect because from mean".split()
)
_TOGETHER = re.compile(r"\b(?:with|together|mix(?:ed|ing)?|combin\w+|interact\w*|while (?:on|taking)|same time|alongside)\b", re.IGNORECASE)
_COMPARING = re.compile(r"\b(?:better|difference|differ|compared?|versus|vs|stronger|instead|rather|prefer|same as|which)\b", re.IGNORECASE)
_CONTENT = re.compile(
    r"(?!\b(?:what|whats|what's|is|are|the|a|an|about|tell|me|please|info|information|on|of|for|drug|medicine|medication|pill|tablet|hi|hello)\b)\b[a-z]{2,}",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|its|it's|this|that|these|those|them|they|same)\b|^\W*(?:and|with|also|or|what about|how about|what if)\b", re.IGNORECASE
)
_ELLIPSIS = re.compile(r"^\W*(?:and|what about|how about|what if|with|or|also|then|ok(?:ay)?,? (?:and|what about))\b", re.IGNORECASE)

_PLACE = re.compile(
    r"^\W*(?:the |i mean the |i meant the )?(?:(first|second|third)|(former|latter|last))(?: one| of them| medicine| drug)?\W*$",
    re.IGNORECASE,
)


# What a monograph has no section for: price, cover, maker, stock. The nearest sentence to such a question is never its answer.
_OF_THE_SHOP = re.compile(
    r"\b(?:costs?|prices?|pricey|cheap(?:er|est)?|afford|coupons?|discounts?|co-?pays?|insurance|medicare|medicaid|goodrx|"
    r"(?:who|which company) (?:makes?|made|manufactur\w+)|manufactur\w+|in stock|out of stock|shortages?|back ?order\w*|where (?:can|do|could) i (?:buy|get)|for sale)\b",
    re.IGNORECASE,
)

_OF_A_PERSON = re.compile(r"[^,.;?!]*<[A-Z_]+_\d+>")  # "my name is <NAME_1>": what leads to a placeholder tells no symptom


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked, and about what.

    Attributes:
        question: the question to answer; a follow-up is written out in full.
        resolution: the names in the question as it stands.
        drugs: generic names with a monograph, those of earlier turns included.
        others: classes, foods and medicines without a monograph.
        pairs: whether it asks how they go together.
        before: the earlier question whose medicine this one is about, where it names none itself.
    """

    question: str
    resolution: Resolution
    drugs: tuple[str, ...]
    others: tuple[str, ...]
    pairs: bool
    before: str = ""

    def alone(self, drug: str) -> str:
        """The question with the other medicines' names taken out."""
        text = self.question
        for mention in reversed(self.resolution.mentions):
            if drug not in mention.names and any(name in self.drugs for name in mention.names):
                text = text[: mention.start] + text[mention.end :]
        return re.sub(r"\b(?:versus|vs\.?|or|and|than|between)\b\s*(?=\s|$|[?.,])", " ", text)

    def tells(self, base: KnowledgeBase, words: str) -> bool:
        """Whether a monograph of the medicines asked about has these words."""
        return any(words.lower() in base.monographs[drug].text.lower() for drug in self.drugs)

    def of_the_shop(self, base: KnowledgeBase) -> bool:
        """Whether it asks for what no section of a monograph is for, such as a price, and the medicines' monographs do not have the word."""
        asked = _OF_THE_SHOP.search(self.question)
        return asked is not None and bool(self.drugs) and not self.tells(base, asked[0])

    def not_mentioned(self, base: KnowledgeBase) -> list[str]:
        """The words of a question for a side effect that the one medicine's monograph does not hold, so that silence is not taken for a no."""
        if len(self.drugs) != 1 or self.others or not _SYMPTOM.search(self.question):
            return []
        if base.sections(self.question, self.resolution).get("34084-4 Side effects", 0.0) < 0.3:
            return []
        text = base.monographs[self.drugs[0]].text
        held, spelled = content_words(text), stems(text)  # "hair loss" is one word to the first
        question = _OF_A_PERSON.sub(" ", _without_names(self.question, self.resolution))
        for told, plain in said(question):
            if content_words(plain) & held:  # in the monograph's own words it is there
                question = question.replace(told, " ")
        asked = re.findall(r"[a-z]{4,}", question.lower())
        words = [word for word in dict.fromkeys(asked) if content_words(word) and word not in _NOT_A_SYMPTOM]
        return [word for word in words if not content_words(word) & held and not stems(word) & spelled]


def subject(base: KnowledgeBase, question: str, earlier: Sequence[str]) -> Subject:
    """The subject of a question, given the user's earlier questions, oldest first; all are redacted."""
    resolution = base.resolve(question)
    before = base.resolve(earlier[-1]) if earlier else Resolution(())
    if earlier and before.ambiguous and (chosen := _chosen(base, question, resolution, before.ambiguous[0])):
        doubtful = before.ambiguous[0]
        question = earlier[-1][: doubtful.start] + chosen + earlier[-1][doubtful.end :]
        resolution, earlier = base.resolve(question), earlier[:-1]
    elif earlier and _ELLIPSIS.match(question) and len(question.split()) <= 6 and resolution.drugs and not resolution.partners:
        question = _written_out(base, earlier[-1], before, resolution)
        resolution = base.resolve(question)
    others = [*resolution.partners, *(mention.names[0] for mention in resolution.unknown)]
    if len(resolution.drugs) == 1 and not others and not _CONTENT.search(_without_names(question, resolution)):
        question = f"What is {resolution.drugs[0]} used for?"  # a bare name asks what it is
    drugs, leant_on = list(resolution.drugs), ""
    if not drugs and not resolution.unknown and not resolution.ambiguous and _leans_back(base, question):
        drugs = list(next((found for text in reversed(earlier) if (found := base.resolve(text).drugs)), ()))[:1]
        leant_on = earlier[-1] if drugs else ""
    count = len(drugs) + len(others)
    pairs = bool(drugs or resolution.unknown) and count >= 2 and _asks_for_pairs(base, question, resolution, drugs)
    return Subject(question, resolution, tuple(drugs), tuple(dict.fromkeys(others)), pairs, leant_on)


def _leans_back(base: KnowledgeBase, question: str) -> bool:
    """Whether a question without a medicine's name may be about the one before: a word that nobody can read could be another name."""
    return bool(_REFERS.search(question)) or base.names.english(question)[0] == 1.0


def _without_names(question: str, resolution: Resolution) -> str:
    for mention in reversed(resolution.mentions):
        question = question[: mention.start] + question[mention.end :]
    return question


def _asks_for_pairs(base: KnowledgeBase, question: str, resolution: Resolution, drugs: Sequence[str]) -> bool:
    odds = base.sections(question, resolution).get("34073-7 Drug interactions", 0.0)
    if len(drugs) >= 2 and _COMPARING.search(question) and not _TOGETHER.search(question):
        return False
    return odds >= 0.25 or bool(len(drugs) >= 2 and _PAIRING.search(question))


def _chosen(base: KnowledgeBase, reply: str, resolution: Resolution, doubtful: Mention) -> str | None:
    """The one of the doubtful names that a reply picks: by name, by its place, or by what it is for."""
    meant = {*resolution.drugs, *(mention.names[0] for mention in resolution.unknown)}
    if named := [name for name in doubtful.names if name in meant]:
        return named[0] if len(named) == 1 else None
    if place := _PLACE.search(reply):
        at = (
            ("first", "second", "third").index(place[1].lower())
            if place[1]
            else 0
            if place[2].lower() == "former"
            else len(doubtful.names) - 1
        )
        return doubtful.names[at] if at < len(doubtful.names) else None
    words = {word[:5] for word in normal(reply).split() if len(word) >= 4}
    scores = {name: 0 for name in doubtful.names}
    for name in doubtful.names:
        if drug := base.names.drugs.get(name):
            known = {word[:5] for word in normal(f"{drug.purpose} {drug.drug_class} {' '.join(drug.brands)}").split() if len(word) >= 4}
            scores[name] = len(words & known)
    best = sorted(scores, key=lambda name: -scores[name])
    return best[0] if scores[best[0]] > 0 and (len(best) == 1 or scores[best[0]] > scores[best[1]]) else None


def _written_out(base: KnowledgeBase, before: str, names: Resolution, now: Resolution) -> str:
    """The earlier question asked of the newly named medicine, in the place of the one most like it."""
    held = [mention for mention in names.mentions if mention.match not in (Match.CLASS, Match.FOOD, Match.UNKNOWN)]
    if not held:
        return before
    new = now.drugs[0]
    alike = [m for m in held if any(base.interactions.share_class(new, name) for name in m.names)]
    old = (alike or held)[-1] if len(held) > 1 else held[0]
    return before[: old.start] + new + before[old.end :]
