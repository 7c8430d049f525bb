"""Whether a sentence says what its source says: quantities, names, negation, populations, direction, support.

The checks are rules, not a model: a small model finds only about half of its own unfaithful sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from guardrails.quantities import Quantity, quantities

FindNames = Callable[[str], frozenset[str]]  # the medicines and classes that a text names, by generic or class name
_SUPPORT = 0.6  # share of a sentence's content words that its source must hold
_EMPTY = frozenset({"a", "an", "the", "that", "also"})
_WORD = re.compile(r"[a-z][a-z'-]*[a-z]|[a-z]", re.IGNORECASE)
# fmt: off
_STOP = frozenset(
    "a an the of to in on at by for from with without and or but nor as is are was were be been being it its this that these those which who whom "
    "do does did done has have had having can could may might will would shall should must not no never also than then there here such so if "
    "when while where how what why you your yours they them their he she his her we us our i me my any some each every all both either "
    "about into over under up out off between during through more most less least very too only just other another same own one "
    "people person someone anyone patient patients take takes taken taking use used using uses".split()
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|can't|don't|doesn't|isn't|aren't|won't|shouldn't|mustn't|without|avoid(?:s|ed|ing)?|neither|nor|none|nothing|"
    r"contraindicated|unsafe|forbidden|instead of|rather than|free of|unlikely|lacks?|fails?)\b",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"\b(?:unless|except|only|until|other than)\b", re.IGNORECASE)
# fmt: on
# Pairs in which one word for the other turns the meaning round.
_OPPOSITES = (
    (
        {"raise", "increase", "higher", "rise", "strengthen", "more", "worsen", "gain"},
        {"lower", "decrease", "reduce", "fall", "weaken", "less", "fewer", "improve", "loss"},
    ),
    ({"before"}, {"after"}),
    ({"start", "begin"}, {"stop", "end"}),
    ({"safe"}, {"unsafe", "dangerous", "harmful"}),
    ({"common", "often", "frequently", "usually"}, {"rare", "rarely", "seldom", "uncommon"}),
    ({"morning"}, {"evening", "bedtime", "night"}),
    ({"fast", "faster", "quickly", "rapid"}, {"slow", "slower", "slowly"}),
    ({"high"}, {"low"}),
    ({"mild"}, {"severe", "serious"}),
    ({"early", "earlier"}, {"late", "later"}),
    ({"empty"}, {"full"}),
    ({"short"}, {"long"}),
    ({"constipation"}, {"diarrhea"}),
    ({"refrigerate", "refrigerator"}, {"freeze", "freezer"}),
    ({"left"}, {"right"}),
    ({"hot", "warm"}, {"cold", "cool"}),
    ({"always"}, {"never", "sometimes"}),
    ({"agonist"}, {"antagonist"}),
    ({"prevent", "prevents"}, {"cause", "causes"}),
    ({"allowed", "permitted"}, {"forbidden"}),
    ({"hypertension"}, {"hypotension"}),
    ({"hyperglycemia"}, {"hypoglycemia"}),
)  # fmt: skip
_GROUPS: dict[str, re.Pattern[str]] = {
    group: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    for group, pattern in {
        "children": r"child(?:ren)?|pediatric|kids?|infants?|bab(?:y|ies)|newborns?|toddlers?|teen(?:ager)?s?|adolescents?",
        "adults": r"(?<!older )(?<!elderly )adults?",
        "older adults": r"older (?:adults?|people|patients)|elderly|seniors?|geriatric",
        "pregnancy": r"pregnan\w+|unborn|trimester",
        "breastfeeding": r"breast-?feed\w*|breast-?fed|breast milk|nursing|lactation",
        "kidney disease": r"kidneys?|renal|eGFR|dialysis|creatinine",
        "liver disease": r"liver|hepatic|cirrhosis",
        "women": r"women|woman|females?",
        "men": r"men|man|males?",
    }.items()
}
_ROUTES: dict[str, re.Pattern[str]] = {
    route: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    for route, pattern in {
        "injection": r"inject\w*|intravenous\w*|subcutaneous\w*|intramuscular\w*|infusions?", "inhaled": r"inhal\w+|puffs?|nebuli\w+",
        "patch": r"patch(?:es)?|transdermal", "eye": r"eye ?drops?|ophthalmic", "nasal": r"nasal|nose spray|nostrils?", "rectal": r"rectal\w*|suppositor\w+",
        "vaginal": r"vaginal\w*", "topical": r"topical\w*|creams?|ointments?|gels?", "under the tongue": r"under the tongue|sublingual\w*",
        "liquid": r"liquids?|syrups?|suspensions?|oral solution", "extended-release": r"extended[- ]release|long-acting|controlled[- ]release", "chewable": r"chewable",
    }.items()
}  # fmt: skip
_DIRECTIVE = re.compile(
    r"\b(?:you|your) (?:\w+ ){0,2}?(?:should|must|need to|have to|can safely|may safely|ought to)(?: \w+){0,2}? "
    r"(?:start|stop|double|skip|increase|decrease|raise|lower|reduce|change|switch|combine|quit|take (?:one|two|three|four|\d+|more|less|another|extra))\b"
    r"|\b(?:it is|it's|that is|that's) (?:fine|ok|okay|safe|all right) (?:for you )?to (?:start|stop|double|skip|combine|mix|take)\b"
    r"|\bi (?:recommend|suggest|advise) (?:that )?you\b",
    re.IGNORECASE,
)


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
        self._find_names = find_names

    def check(self, sentence: str, evidence: Sequence[str]) -> Check:
        """Check one sentence against the sentences that it may rest on.

        Two evidence sentences may be joined; more may not.
        """
        plain = _squeeze(sentence)
        for row, source in enumerate(evidence):
            if plain == _squeeze(source):
                return Check((), row, 1.0, 1.0)
        words = content_words(sentence)
        if not evidence or not words:
            return Check(("support: no source",) if not evidence else (), -1, 0.0)
        shares = [len(words & content_words(source)) / len(words) for source in evidence]
        best = max(range(len(evidence)), key=shares.__getitem__)
        ground = [evidence[best]]
        rest = words - content_words(evidence[best])
        if rest and shares[best] < 1:
            gains = [len(rest & content_words(source)) if row != best else 0 for row, source in enumerate(evidence)]
            second = max(range(len(evidence)), key=gains.__getitem__)
            if gains[second] >= 2 or (gains[second] and shares[best] < _SUPPORT):
                ground.append(evidence[second])
        together = set().union(*map(content_words, ground))
        support = len(words & together) / len(words)
        failed = [
            *_quantities_failed(sentence, ground), *self._names_failed(sentence, ground), *_negation_failed(sentence, ground),
            *_groups_failed("population", _GROUPS, sentence, ground), *_groups_failed("route", _ROUTES, sentence, ground),
            *_opposites_failed(sentence, ground),
        ]  # fmt: skip
        if support < _SUPPORT:
            failed.append(f"support: {', '.join(sorted(words - together)[:5])}")
        if directive := _DIRECTIVE.search(sentence):
            failed.append(f"advice: {directive[0]}")
        kept = content_words(evidence[best])
        return Check(tuple(failed), best, support, len(kept & words) / max(1, len(kept)))

    def _names_failed(self, sentence: str, ground: Sequence[str]) -> Iterable[str]:
        named = frozenset().union(*(self._find_names(source) for source in ground))
        for name in sorted(self._find_names(sentence) - named):
            yield f"drug: {name}"


def _quantities_failed(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    known = [quantity for source in ground for quantity in quantities(source)]
    for quantity in quantities(sentence):
        same = [other for other in known if quantity.same_amount(other)]
        if not same:
            yield f"number: {quantity.text}"
        elif not any(_bounds_agree(quantity, other) for other in same):
            yield f"comparator: {quantity.text}"


def _bounds_agree(said: Quantity, known: Quantity) -> bool:
    return said.bound == known.bound


def _negation_failed(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    """A negation or exception is kept with its words, and none is added."""
    said = _scopes(sentence)
    known = [scope for source in ground for scope in _scopes(source)]
    for cue, scope in said:
        if not any(_overlap(scope, other) >= 0.34 for _, other in known):
            yield f"negation: {cue} added"
    words = content_words(sentence)
    for cue, scope in known:
        if scope and len(scope & words) / len(scope) >= 0.6 and not any(_overlap(scope, other) >= 0.34 for _, other in said):
            yield f"negation: {cue} dropped"
    exceptions = {word.lower() for word in _EXCEPTION.findall(sentence)}
    for source in ground:
        for match in _EXCEPTION.finditer(source):
            before = content_words(source[: match.start()])
            if match[0].lower() not in exceptions and before and len(before & words) / len(before) >= 0.6:
                yield f"exception: {match[0].lower()} dropped"
    sources = " ".join(ground)
    for word in exceptions:
        if not _EXCEPTION.search(sources):
            yield f"exception: {word} added"


def _scopes(text: str) -> list[tuple[str, frozenset[str]]]:
    """The negation cues of a text, each with the content words that it governs: those up to the next comma or clause."""
    scopes = []
    for match in _NEGATION.finditer(text):
        if re.match(r"\s+(?:more|less|fewer|later|longer|sooner) than\b", text[match.end() :], re.IGNORECASE):
            continue  # a comparator, checked with its quantity
        if match[0].lower() == "not" and re.match(r"\s+(?:exceed|go over|only)\b", text[match.end() :], re.IGNORECASE):
            continue
        clause = re.split(r"[;:.]|,? (?:but|because|so that|and then|unless|except|until)\b", text[match.end() :])[0]
        words = [word for word in _WORD.findall(clause)]
        governed = frozenset(stem(word) for word in words if word.lower() not in _STOP)
        if not governed:  # "X must not.", "is contraindicated"
            governed = frozenset(stem(w) for w in _WORD.findall(text[: match.start()]) if w.lower() not in _STOP)
        scopes.append((match[0].lower(), frozenset(sorted(governed)[:12])))
    return scopes


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _groups_failed(check: str, table: dict[str, re.Pattern[str]], sentence: str, ground: Sequence[str]) -> Iterable[str]:
    sources = " ".join(ground)
    for pattern in table.values():
        if (match := pattern.search(sentence)) and not pattern.search(sources):
            yield f"{check}: {match[0]}"


def _opposites_failed(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    said = {stem(word) for word in _WORD.findall(sentence)}
    known = {stem(word) for source in ground for word in _WORD.findall(source)}
    for one, other in _OPPOSITES:
        for here, there in ((one, other), (other, one)):
            mine = {stem(word) for word in here}
            theirs = {stem(word) for word in there}
            if said & mine and not known & mine and known & theirs and not said & theirs:
                yield f"meaning: {sorted(said & mine)[0]} for {sorted(known & theirs)[0]}"


def content_words(text: str) -> frozenset[str]:
    """The stems of a text's words, without the common ones."""
    return frozenset(stem(word) for word in _WORD.findall(text) if word.lower() not in _STOP)


def shortens(sentence: str, source: str) -> bool:
    """Whether a sentence is its source with only words left out that carry no meaning: small words such as "off" and "on" decide as much as any."""
    return [word for word in _spoken(sentence) if word not in _EMPTY] == [word for word in _spoken(source) if word not in _EMPTY]


def _spoken(text: str) -> list[str]:
    return re.findall(r"[a-z0-9.,/%°-]*[a-z0-9%°]", re.sub(r"(?<=\d),(?=\d{3})", "", text.lower()))


def stem(word: str) -> str:
    """A crude stem: enough that `bleeding` meets `bleed` and `doses` meets `dose`."""
    word = word.lower().removesuffix("'s").replace("-", "")
    for suffix in ("ings", "ing", "edly", "ed", "ies", "es", "ly", "s", "e"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)] + ("y" if suffix == "ies" else "")
            break
    return re.sub(r"(.)\1$", r"\1", word)


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"\[\d+\]", " ", text)).strip().lower()
