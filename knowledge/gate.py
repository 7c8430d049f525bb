"""The quality gate of imported labels: why a label is refused, and which of two labels stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.label_sections import BY_CODE
from knowledge.labels import Label, name_of
from knowledge.reader import fingerprint
from knowledge.vocabulary import english, ingredient, names, normal

_LEAST = 120  # characters of clinical text in which a label answers something
_KINDS = {  # words of an SPL document type, or of openFDA's product type, that is no label of a human medicine
    "INDEX": "an index document, not a label",
    "ANIMAL": "a label of an animal drug",
    "VETERINARY": "a label of an animal drug",
    "COSMETIC": "a label of a cosmetic",
    "SUPPLEMENT": "a label of a dietary supplement",
    "MEDICAL FOOD": "a label of a medical food",
    "DEVICE": "a label of a device",
    "FURTHER PROCESSING": "a label of a drug for further processing, which no patient gets",
    "BULK": "a label of a bulk ingredient, which no patient gets",
}
_HOMEOPATHIC = re.compile(r"\bHPUS\b|\bH\.P\.U\.S\b|homeopathic pharmacop|homoeopathic pharmacop", re.IGNORECASE)
_CALLED_HOMEOPATHIC = re.compile(r"\bhom(?:o?eo|œo)path", re.IGNORECASE)
# Attenuations as the Homeopathic Pharmacopoeia writes them: 6X, 30C, 200CK, 12 DH; a strength has a unit, and no such letter alone.
_ATTENUATION = re.compile(r"\b\d{1,4} ?(?:X|C|CH|DH|CK|LM)\b(?!\s*\d)")
# Products that clean or adorn, by what they are called and what they are for; asked only of non-prescription products for skin, hair or teeth.
_COSMETIC = re.compile(
    r"\b(?:cosmetics?|sanitiz\w+|sanitis\w+|wipes?|hand ?wash|(?:hand|body|facial|bar|antibacterial) soap|body wash|cleanser|toner|make-?up|"
    r"foundation|lip ?(?:stick|gloss)|deodorant|anti-?perspirant|(?:face|facial|clay|sheet|pore|sleeping) mask|mascara|perfume|mouthwash|toothpaste)\b",
    re.IGNORECASE,
)
_HYGIENE = re.compile(
    r"\b(?:underarm (?:wetness|perspiration|odor)|(?:hand|skin) (?:sanitiz|sanitis|cleans|wash)\w*|(?:decrease|reduce|eliminate|kill)s? (?:\w+ )?(?:bacteria|germs) on (?:the )?(?:skin|hands)|"
    r"(?:moisturi[sz]|beautif|whiten|tighten)\w* (?:the |your )?(?:skin|face|teeth|pores)|skin texture)\b",
    re.IGNORECASE,
)
_SURFACE = {"TOPICAL", "CUTANEOUS", "DENTAL"}
_APPROVED = re.compile(r"\b(?:A?NDA|BLA|NADA)\s?\d", re.IGNORECASE)
_HERBAL_MARKS = re.compile(r"\bunapproved (?:homeopathic|other|drug other)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate keeps of a label to compare it with the others; a few hundred bytes."""

    file: str
    name: str
    set_id: str
    version: tuple[int, str]  # version number, effective date
    original: bool | None
    texts: frozenset[str]  # fingerprints of its sections
    route: tuple[str, ...]
    brands: tuple[str, ...]
    named_after: bool  # the file's claim is the label's name


def refusal(label: Label) -> str | None:
    """Why a label is not taken in, or None. Each rule reads what kind of product it is and what its sections hold, never a list of products."""
    for word, reason in _KINDS.items():
        if word in label.kind:
            return reason
    if not label.parts:
        return "no section with text"
    if not any(BY_CODE[part.code].clinical for part in label.parts):
        return "no section about the use of a medicine (only " + ", ".join(sorted({BY_CODE[part.code].title for part in label.parts})) + ")"
    if label.size < _LEAST:
        return f"empty: {label.size} characters of text, a label has at least {_LEAST}"
    return _homeopathic(label) or _cosmetic(label) or _unapproved(label) or _misnamed(label)


def _homeopathic(label: Label) -> str | None:
    whole = "\n".join([label.title, *label.brands, *(part.text for part in label.parts)])
    prescription = "PRESCRIPTION" in label.kind or any(map(_APPROVED.search, label.approvals))
    if _HOMEOPATHIC.search(whole) or any("HOMEOPATHIC" in approval.upper() for approval in label.approvals):
        return "a homeopathic product (it names the Homeopathic Pharmacopoeia)"
    named = "\n".join([label.title, *label.brands, *label.makers, label.text("55106-9", "55105-1", "34067-9", "34071-1")])
    if not prescription and _CALLED_HOMEOPATHIC.search(named):
        return "a homeopathic product (it calls itself so)"
    active = "\n".join([label.title, *label.brands, *label.generics, label.text("55106-9")])
    if not prescription and (found := _ATTENUATION.search(active)):
        return f"a homeopathic product (its strength is the attenuation {found[0]!r})"
    return None


def _cosmetic(label: Label) -> str | None:
    """A product that cleans or adorns the skin, hair or teeth, under the name of a substance in it."""
    if "PRESCRIPTION" in label.kind or any(map(_APPROVED.search, label.approvals)) or not {*map(str.upper, label.routes)} <= _SURFACE:
        return None
    if not label.routes and not label.brands:
        return None
    found = _COSMETIC.search("\n".join([label.title, *label.brands])) or _HYGIENE.search(label.text("34067-9", "55105-1"))
    return f"a cosmetic or hygiene product ({found[0]!r} on its label)" if found else None


def _unapproved(label: Label) -> str | None:
    """An OTC medicine is sold under an application or an OTC monograph (FD&C Act 505G); an OTC product with neither is no such medicine."""
    if "OTC" in label.kind and label.has_meta and (not label.approvals or all(map(_HERBAL_MARKS.search, label.approvals))):
        return "an OTC product under no application and no OTC monograph (unapproved: homeopathic, herbal or cosmetic)"
    return None


def _misnamed(label: Label) -> str | None:
    """The drug that the file is named after is neither a substance nor a name of the label."""
    if not name_of(label):
        return "names no drug"
    claimed, stated = label.claimed, (*label.substances, *label.generics, *label.brands)
    if not stated or not (normal(claimed) in names() or ingredient(claimed) in names()):
        return None  # a file's name that is no drug's claims nothing
    wanted = _words(claimed) | _words(names().get(normal(claimed), ""))
    held = set[str]().union(*(_words(name) | _words(names().get(normal(name), "")) for name in stated))
    if not wanted or any(_alike(one, other) for one in wanted for other in held):
        return None
    text = normal(label.text(*BY_CODE))
    if any(text.count(word) >= 3 for word in wanted):
        return None
    return f"the wrong product: the file says {claimed!r}, the label is of {', '.join(dict.fromkeys(stated))[:80]!r}"


def _words(name: str) -> set[str]:
    """The words of a name that tell a drug: no salts, no short or everyday ones."""
    words = ingredient(name).split() or normal(name).split()
    return {word for word in words if len(word) > 3 and english().get(word, 0) < 2000}


def _alike(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 6 and (one.startswith(other[:6]) and one[:6] == other[:6]))


def facts(label: Label) -> Facts:
    """What is kept of a label that passed."""
    number = int(label.version) if label.version.isdigit() else 0
    name = name_of(label)
    return Facts(
        label.file, name, label.set_id, (number, label.effective.isoformat()), label.original,
        frozenset(fingerprint(normal(part.text)) for part in label.parts), tuple(sorted(label.routes)), tuple(sorted(map(normal, label.brands))),
        bool(_words(label.claimed) & _words(name)),
    )  # fmt: skip


def duplicates(held: list[Facts]) -> dict[int, str]:
    """Which of the labels that passed go, by their place, and why: an older version of one set id, the same text twice, a repackager's copy."""
    gone: dict[int, str] = {}
    first: dict[str, int] = {}
    for at, label in enumerate(held):
        if not label.set_id:
            continue
        if (other := first.setdefault(label.set_id, at)) == at:
            continue
        winner, loser = sorted((at, other), key=lambda place: (held[place].version, held[place].named_after, -place), reverse=True)
        first[label.set_id] = winner
        gone[loser] = f"set id {label.set_id} is in {held[winner].file} too" + (
            f", in version {held[winner].version[0]}" if held[winner].version > held[loser].version else ""
        )
    by_name: dict[str, list[int]] = {}
    for at, label in enumerate(held):
        if at not in gone:
            by_name.setdefault(label.name, []).append(at)
    for places in by_name.values():
        for at in places:
            for other in places:
                if other != at and other not in gone and at not in gone and (reason := _copy(held[at], held[other], at > other)):
                    gone[at] = f"{reason} {held[other].file}"
    return gone


def stand_ins(held: list[Facts], gone: dict[int, str]) -> list[tuple[str, str]]:
    """The labels that stay for others of their set id, and the files of those."""
    others: dict[str, list[str]] = {}
    for at in gone:
        others.setdefault(held[at].set_id, []).append(held[at].file)
    return [
        (label.file, ", ".join(others[label.set_id]))
        for at, label in enumerate(held)
        if at not in gone and label.set_id and label.set_id in others
    ]


def _copy(label: Facts, other: Facts, later: bool) -> str | None:
    same = len(label.texts & other.texts) / max(1, min(len(label.texts), len(other.texts)))
    if label.texts == other.texts and (label.original is False, later) >= (other.original is False, not later):
        return "the same text as"
    if label.original is False and other.original and label.route == other.route and (same >= 0.5 or label.brands == other.brands):
        return "a repackager's label of the product of"
    return None
