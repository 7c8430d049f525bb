"""Whether the words around a name want a medicine there: `take Heather` and `Heather 0.35 mg`, but not `my wife Heather`."""

from __future__ import annotations

import re
from enum import IntEnum

_FORM = r"(?:tablet|pill|capsule|cream|gel|inhaler|injection|shot|patch|pen|drops|syrup|spray|suppositor\w*|cap|tab)s?"
_TAKING = (
    r"(?:take|taking|takes|took|taken|tried|try|on|using|use|uses|used|start|started|starting|stop|stopped|stopping|quit|prescribed|missed|skipped|"
    r"prescription for|refill|dose of|doses of|effects? of|effects? from|mg of|mcg of|overdose of|switch\w* (?:from|to)|allergic to|"
    rf"mix\w*|generic (?:for|of|name for)|brand (?:name )?(?:of|for)?|drug|medicine|medication|birth control|contraceptive|how (?:many|much)|{_FORM}(?: of)?)"
)
_BEFORE = re.compile(rf"\b{_TAKING}(?: (?:the|my|some|any|a|an|too much|more|both|your|his|her))?[\s\"'(]*$", re.IGNORECASE)
_AFTER = re.compile(
    rf"^['’s\"]*[\s,)]*(?:\d+(?:\.\d+)? ?(?:mg|mcg|g|ml|units?)|\(|{_FORM}\b|side effects?|dos(?:e|es|age|ing)\b|interact\w*|birth control|"
    r"overdose|generic|withdrawal|refill|prescription|(?:\w+ )?(?:cause|make you|make me|lower|raise|affect|expire)|while (?:breast|pregnan|nursing)|"
    r"under (?:the|my|your|his|her) tongue|(?:safe|ok|okay|fine|effective|work)\b.{0,20}\b(?:pregnan|breast|with|for)|(?:is|be) (?:safe|taken|used for)|used for)",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\W*(?:(?:what(?:'s| is|s)|(?:what|how) about|tell me about|info(?:rmation)? on|explain)\s+)?\W*", re.IGNORECASE)
_PERSON = re.compile(
    r"\b(?:my|his|her|our|their|the|your)? ?(?:wife|husband|son|daughter|mother|mom|mum|father|dad|brother|sister|friend|neighbou?r|patient|"
    r"grand\w+|aunt|uncle|niece|nephew|cousin|baby|boyfriend|girlfriend|partner|coworker|boss|nurse|doctor|dr|mrs|ms|mr|miss|pharmacist|named|"
    r"name is|name's|i am|i'm|this is|who is|hi|hello|hey|dear|thanks|thank you|tell|ask|asked)[.,]?\s+$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^,? (?:is|are|was|were|has|had|wants?|needs?|takes?|took|takes|told|said|says|asked|lives|who|and (?:i|her|his)|here)\b(?! (?:safe|taken|used|it safe))",
    re.IGNORECASE,
)
# A word of unknown spelling counts as a medicine's name only where a sentence would name one.
_NAME_BEFORE = re.compile(
    r"\b(?:of|about|how (?:much|many|often|long does)|take|taking|takes|took|taken|on|for|is|are|does|do|with|and|or|can|will|use|using|vs|versus|called|prescribed|drug|medicine|"
    r"medication|tablets?|pills?|mg|store|keep|refrigerate|crush|split|swallow|chew|inject|apply|gave|give|buy|start(?:ed|ing)?|stop(?:ped|ping)?|to|from|plus|mix|interact\w*|refill|my|some|than)[\s\"'(]*$|[/+&]\s*$",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(
    r"^['’s]*[\s\"')?]*(?:\d|mg\b|tablets?\b|pills?\b|capsules?\b|cream\b|inhaler\b|injection\b|side\b|dos(?:e|age)\b|interactions?\b|and\b|with\b|"
    r"safe\b|for\b|vs\b|or\b|overdose\b|used\b|cause\b|while\b|[/+&])",
    re.IGNORECASE,
)


# A misspelt medicine seldom stands after these with a capital; a town does.
_PLACE_BEFORE = re.compile(
    r"(?:(?<!\bis )(?<!what's )\b(?:in|near)|\bvisit\w*|\b(?:mov\w+|fl[yi]\w*|go(?:es|ing)?|went|trips?|travel\w*|driv\w+|back|ship\w*) to)\s+$",
    re.IGNORECASE,
)


def means_a_place(text: str, start: int, end: int) -> bool:
    """Whether the unread word at `text[start:end]` is rather a town: "married in Sedona"."""
    word = text[start:end]
    return word.istitle() and bool(_PLACE_BEFORE.search(text[:start]))


def means_a_person(text: str, start: int, end: int) -> bool:
    """Whether the name at `text[start:end]` is somebody's."""
    return bool(_PERSON.search(text[:start]) or _SUBJECT.search(text[end:]))


def means_a_drug(text: str, start: int, end: int) -> bool:
    """Whether a name that is also an ordinary word or a given name means the medicine at `text[start:end]`."""
    before, after = text[:start], text[end:]
    if _PERSON.search(before):
        return False
    if _BEFORE.search(before) or _AFTER.search(after):
        return True
    return bool(_ASKED.fullmatch(before)) and not re.search(r"\w", re.sub(r"^\s*(?:used )?for\b", "", after, flags=re.IGNORECASE))


class Wanted(IntEnum):
    """How much a sentence wants a medicine's name in a place."""

    NO = 0
    PERHAPS = 1  # "what is ...", "... and", or nothing but the word
    SURELY = 2  # "taking ...", "... 5 mg"


def wanted(text: str, start: int, end: int) -> Wanted:
    """How much the text wants a medicine's name at `text[start:end]`."""
    before, after = text[:start], text[end:]
    if _BEFORE.search(before) or _AFTER.search(after):
        return Wanted.SURELY
    alone = not re.search(r"\w", before) and not re.search(r"\w", after)
    return Wanted.PERHAPS if alone or _NAME_BEFORE.search(before) or _NAME_AFTER.search(after) else Wanted.NO
