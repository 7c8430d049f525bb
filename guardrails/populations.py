"""Which people, organs, routes and forms a sentence speaks of: a claim may name none that its source does not, nor move a number to another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from guardrails.contrast import Place
from guardrails.quantities import Quantity

Table = dict[str, re.Pattern[str]]


def _compiled(table: Mapping[str, str]) -> Table:
    return {name: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for name, pattern in table.items()}


# fmt: off
POPULATIONS = _compiled({
    "children": r"child(?:ren)?(?:'s)?|pediatric|paediatric|kids?|toddlers?|teen(?:ager)?s?|adolescents?|youngsters?|boys?|girls?|minors",
    "babies": r"infants?|bab(?:y|ies)|newborns?|neonat\w+",
    "adults": r"(?<!older )(?<!elderly )adults?",
    "older adults": r"older (?:adults?|people|patients|persons?|age)|elderly|seniors?|geriatric|aged 65|65 years",
    "pregnancy": r"pregnan\w+|unborn|trimester|fet(?:us|al)|foet\w+|childbirth|birth defects?|expecting|(?:in )?labor(?!at)",
    "breastfeeding": r"breast-?\s?feed\w*|breast-?fed|breast milk|nursing|nursed|lactat\w+|human milk|(?:the|her|mother's|your) milk",
    "kidney": r"kidneys?|renal(?:ly)?|eGFR|GFR|dialysis|creatinine|hemodialysis|CrCl|mL/min",
    "liver": r"liver|hepat\w+|cirrhosis|Child-Pugh",
    "women": r"women|woman|females?|mothers?", "men": r"men|man|males?(?! (?:bab|infant|child|fetus|foetus))",
    "diabetes": r"diabet\w+", "asthma": r"asthma\w*", "copd": r"COPD|chronic obstructive\b[\w ]+", "heart failure": r"heart failure", "epilepsy": r"epilep\w+|seizure disorders?",
    "ancestry": r"(?:Asian|Chinese|Japanese|Indian|Korean|Black|Hispanic|African|Caucasian|European)(?: ancestry| descent| heritage| people| women)",
    "smokers": r"smok(?:ers?|ing)", "athletes": r"athletes?", "healthy volunteers": r"healthy (?:volunteers|people|adults)",
})
ROUTES = _compiled({
    "injection": r"inject(?!or)\w*|intravenous\w*|subcutaneous\w*|intramuscular\w*|infusions?|infused|IV|into a vein|by vein|under the skin",
    "inhaled": r"inhal(?!er)\w+|puffs?|nebuli\w+|breath(?:e|ed|es|ing)(?: \w+)? in", "patch": r"patch(?:es)?|transdermal\w*", "eye": r"eye ?drops?|ophthalmic|in the eyes?",
    "ear": r"ear ?drops?|otic", "nasal": r"nasal(?! polyps)\w*|nose spray|nostrils?|intranasal\w*", "rectal": r"rectal\w*|suppositor\w+", "vaginal": r"vaginal\w*",
    "topical": r"topical\w*|creams?|ointments?|gels?|lotions?|rubbed on|on the skin", "under the tongue": r"under the tongue|sublingual\w*",
    "tablet": r"tablets?|caplets?|pills?|capsules?", "mouth": r"by mouth|orally|swallow\w*|oral(?! (?:solution|suspension|syringe|contracept\w*|dose|liquid|tablets?|capsules?))",
    "liquid": r"liquids?|syrups?|suspensions?|(?:oral )?solutions?|(?:oral|infants?'|concentrated) drops|elixir", "powder": r"powders?|granules?|packets?|sprinkles?",
    "extended-release": r"extended[- ]release|long-acting|controlled[- ]release|sustained[- ]release|delayed[- ]release|XR|ER|XL|CR|SR",
    "immediate-release": r"immediate[- ]release|(?<=zolpidem )regular|regular(?= zolpidem)|short-acting", "chewable": r"chewable", "pen": r"pens?|auto-?injectors?|syringes?|cartridges?|vials?",
    "inhaler": r"inhalers?", "effervescent": r"effervescent|dispersible|orally disintegrating",
})
# One name for the other: what a label calls a tablet is taken by mouth; what is infused is injected.
_IMPLIED: Mapping[str, frozenset[str]] = {
    "mouth": frozenset({"tablet", "liquid", "powder", "chewable"}), "liquid": frozenset({"mouth"}), "injection": frozenset({"pen"}), "pen": frozenset({"injection"}),
    "children": frozenset({"babies"}), "babies": frozenset({"breastfeeding", "pregnancy"}), "breastfeeding": frozenset({"babies"}),
    "pregnancy": frozenset({"babies"}), "inhaled": frozenset({"inhaler"}), "inhaler": frozenset({"inhaled"}), "women": frozenset({"pregnancy", "breastfeeding"}),
}
_SPECIAL = frozenset({"children", "babies", "older adults", "pregnancy", "breastfeeding", "kidney", "liver"})
# fmt: on


@lru_cache(maxsize=4096)
def named(text: str, routes: bool = False) -> dict[str, str]:
    """Name -> the words that say it."""
    return {name: match[0] for name, pattern in (ROUTES if routes else POPULATIONS).items() if (match := pattern.search(text))}


def failures(sentence: str, ground: Sequence[str]) -> Iterable[str]:
    """`population: …` and `route: …` for what a claim names and its source does not."""
    sources = " ".join(ground)
    for check, routes in (("population", False), ("route", True)):
        known = named(sources, routes)
        for name, said in named(sentence, routes).items():
            if name in ("children", "babies") and _AGE.search(sources):
                continue
            if name not in known and not _IMPLIED.get(name, frozenset()) & known.keys():
                if name == "tablet" and not (known.keys() - {"mouth", "extended-release", "immediate-release"}):
                    continue  # a form that the source leaves open
                if name in ("mouth", "immediate-release") and not known:
                    continue
                yield f"{check}: {said}"
    here, there = POPULATIONS["ancestry"].search(sentence), {match[0].lower() for match in POPULATIONS["ancestry"].finditer(sources)}
    if here and there and here[0].lower() not in there:
        yield f"population: {here[0]}"


def moved(said: Quantity, sentence: str, known: Sequence[tuple[Quantity, str]]) -> str:
    """The population or form next to a number, where the source has the same number by another of its kind; "" where it is the same.

    Args:
        known: the source's equal quantities, each with its sentence.
    """
    for kind in _KINDS:
        here = _nearest(said, sentence, kind)
        there = {_nearest(quantity, source, kind) for quantity, source in known}
        if here and here not in there and "" not in there:
            return here
    return ""


def dropped(said: Quantity, sentence: str, known: Sequence[tuple[Quantity, str]]) -> str:
    """The special group that the source's number is for, where the claim speaks of no group at all; "" where there is none."""
    if named(sentence):
        return ""
    groups = [set(named(_segment(quantity, source))) for quantity, source in known]
    groups = [names & _SPECIAL if not names & {"adults", "healthy volunteers"} else set() for names in groups]
    return sorted(groups[0])[0] if groups and all(groups) else ""


def _segment(quantity: Quantity, text: str) -> str:
    """The part of a sentence between semicolons that holds a quantity."""
    end = text.find(";", quantity.start)
    return text[text.rfind(";", 0, quantity.start) + 1 : end if end >= 0 else len(text)]


def _nearest(quantity: Quantity, text: str, kind: Mapping[str, re.Pattern[str]]) -> str:
    """Which of a kind is named nearest to a quantity within its part of the sentence; what stands behind an "and" is farther."""
    segment = _BOTH.sub(lambda match: " " * len(match[0]), _segment(quantity, text))
    at = quantity.start - (text.rfind(";", 0, quantity.start) + 1)
    best, least = "", 10_000
    for name, pattern in kind.items():
        for match in pattern.finditer(segment):
            gap = match.start() - at - len(quantity.text) if match.start() > at else 5 + at - match.end()
            gap += 40 * len(_JOIN.findall(segment[min(match.end(), at) : max(match.start(), at)]))
            if gap < least:
                best, least = name, gap
    return best


_BOTH = re.compile(r"\badults? (?:and|or) (?:\w+ )?children|children (?:and|or) adults|(?:men|women) (?:and|or) (?:wo)?men", re.IGNORECASE)
_AGE = re.compile(r"\b(?:age|aged|ages|from) (?:\d|1[0-7])\b(?! (?:mg|mcg|mL|g)\b)|\bunder (?:age )?1[0-8]\b|younger than 1[0-8]\b|\b(?:\d|1[0-7]) (?:months|years)\b", re.IGNORECASE)
_JOIN = re.compile(r"\b(?:and|but)\b")
_KINDS = tuple(
    {name: (POPULATIONS | ROUTES)[name] for name in names}
    for names in (
        ("children", "babies", "adults", "older adults"), ("women", "men"), ("kidney", "liver"), ("tablet", "liquid", "injection", "patch"), ("extended-release", "immediate-release"),
    )
)  # fmt: skip


def _places(kind: Mapping[str, re.Pattern[str]]) -> Callable[[str], list[Place]]:
    def find(text: str) -> list[Place]:
        return sorted((Place(match.start(), match.end(), name) for name, pattern in kind.items() for match in pattern.finditer(text)), key=lambda place: place.start)

    return find


# What a source may set beside each other, each with its own facts.
PLACES = tuple(
    _places({name: (POPULATIONS | ROUTES)[name] for name in names})
    for names in (("children", "babies", "adults", "older adults"), ("women", "men"), ("mouth", "injection", "patch", "vaginal", "nasal", "topical", "eye"), ("extended-release", "immediate-release"))
)
