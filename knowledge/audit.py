"""What a reviewer of the corpus wants to know at once: what is missing, unclear, or copied from a label."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge import planted
from knowledge.classes import partners
from knowledge.reader import boxed_warning
from knowledge.types import Monograph

# A number is in order when one of these follows within a few words: "500 mg", "6 to 8 weeks", "2 tablets", "18 years".
_UNIT = (
    r"%|percent|mg|mcg|micrograms?|milligrams?|g|grams?|kg|pounds?|lb|mL|milliliters?|L|liters?|units?|mEq|IU|mmol|mm ?Hg|mg/dL|ng/mL|mcg/mL|msec|"
    r"m2|m²|among \d+|bpm|beats|hours?|hr|days?|weeks?|months?|years?|minutes?|seconds?|times?|doses?|tablets?|capsules?|caplets?|puffs?|sprays?|"
    r"drops?|inhalations?|actuations?|patch(?:es)?|teaspoons?|tablespoons?|new users|cups?|glasses|ounces?|oz|drinks?|people|patients|women|men|children|"
    r"out of|in every|in \d+|of \d+|°[FC]|degrees|F\b|C\b|or older|and older|or under|and under|or younger|or more|or fewer|injections?|"
    r"pens?|suppositor(?:y|ies)|films?|strips?|pellets?|packets?|pieces?|counts?|points?|fold|meals?|refills?|medicines|cigarettes|"
    r"inch(?:es)?|cm|mm|steps?|clicks?|bottles?|bites?|nights?|mornings?|episodes?|attacks?|migraines?|headaches?|stools?|"
    r"mcg/hour|mg/kg|mL/min|per|am|pm|a\.m|p\.m|trimester|weeks'|strengths?|kinds|types|forms|brands|products|ingredients|babies|births|cases|cycles?|periods?|pills|bars|prescribers|pharmacies|nitroglycerin"
)
_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?(?![\w])")
_OK = re.compile(rf"^(?:\s?(?:to|or|and|through|-|–|/|x|×|,)\s?\d[\d,.]*)*[\s-]?(?:\w+[\s-]){{0,2}}?(?:{_UNIT})(?![a-z])", re.I)
# Numbers that are part of a name, a date or a laboratory ratio.
_NO_AMOUNT = re.compile(
    r"\bHLA-[A-Z]+\*\d[\d:]*|\bCYP\w+\*\d+|polyethylene glycol 3350|PEG 3350|\b(?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December) \d{4}|\b(?:19|20)\d\d\b|\b911\b|\b1-\d{3}-\d{3}-\d{4}\b|\bMEN 2\b|\b988\b|INR[^.;]{0,40}?\d[\d.]*(?: to \d[\d.]*)?(?: \(goal \d[\d.]*\))?",
    re.I,
)
_DOSE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[ -]?(mg|mcg|units?|mL/min)\b", re.I)
_BEFORE = re.compile(
    r"(?:age|ages|aged|INR|CYP\w*|GLP|SGLT|type|schedule|stage|class|grade|week|weeks|months|among|day|days|pH|A1C|score|step|vitamin|B|T|Rh|"
    r"call|number|factor|omega|ratio|between|eGFR|under|below|above|over|at|or|to|and|clearance|HLA|DRESS|level|level of|levels?) ?-?\(?$",
    re.I,
)


def findings(monographs: Sequence[Monograph], labels: Path | None = None) -> Iterator[str]:
    """Every finding of the audit as one line: `drug: field: what is wrong`.

    Args:
        monographs: the corpus.
        labels: a folder of openFDA label files; with it, a boxed warning that a label has and we lack is a finding.
    """
    drugs = {monograph.drug.name for monograph in monographs}
    known = drugs | set(partners())
    for monograph in monographs:
        name = monograph.drug.name
        for row in monograph.interactions:
            if row.partner.lower() not in known:
                yield f"{name}: interactions: {row.partner!r} is no drug of the corpus, class or food (classes.yaml)"
        partner_names = [row.partner.lower() for row in monograph.interactions]
        for twice in {p for p in partner_names if partner_names.count(p) > 1}:
            yield f"{name}: interactions: {twice!r} has two rows"
        for section in monograph.sections:
            for _, _, reason in planted.findings(section.text):
                yield f"{name}: {section.heading}: planted instruction, {reason}"
            for number in _bare_numbers(section.text):
                yield f"{name}: {section.heading}: number without a unit: {number!r}"
    if labels:
        yield from _missing_boxes(monographs, labels)


def _bare_numbers(text: str) -> Iterator[str]:
    text = _NO_AMOUNT.sub(lambda match: "-" * len(match[0]), text)
    for match in _NUMBER.finditer(text):
        if not _OK.match(text[match.end() : match.end() + 40]) and not _BEFORE.search(text[: match.start()][-12:]):
            yield text[max(0, match.start() - 20) : match.end() + 20].replace("\n", " ")


def _missing_boxes(monographs: Sequence[Monograph], labels: Path) -> Iterator[str]:
    boxed = {}
    for path in sorted(labels.rglob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record, dict) and isinstance(record.get("sections"), dict) and _is_boxed(record):
            boxed[str(record.get("drug_name", "")).lower()] = path
    for monograph in monographs:
        if monograph.drug.name in boxed and not boxed_warning(monograph):
            yield f"{monograph.drug.name}: boxed warning: {boxed[monograph.drug.name].name} has one, the monograph none"


def dose_figures(monographs: Sequence[Monograph], labels: Path) -> Iterator[str]:
    """Per drug with a label of its name: how many of the monograph's dose figures (mg, mcg, units, mL/min) the label has, and which it has not.

    A figure that is missing is no error by itself: a label is one product of one strength, and a monograph speaks of all of them.
    """
    texts: dict[str, str] = {}
    for path in sorted(labels.rglob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record, dict) and isinstance(record.get("sections"), dict):
            texts[str(record.get("drug_name", "")).lower()] = " ".join(str(text) for text in record["sections"].values())
    for monograph in monographs:
        if label := texts.get(monograph.drug.name):
            held = set(_figures(label))
            ours = list(dict.fromkeys(_figures("\n".join(part.text for part in monograph.section("34068-7")))))
            missing = [f"{number} {unit}" for number, unit in ours if (number, unit) not in held]
            yield f"{monograph.drug.name}: {len(ours) - len(missing)} of {len(ours)} in the label{'; not there: ' if missing else ''}{', '.join(missing)}"


def _figures(text: str) -> Iterator[tuple[str, str]]:
    for number, unit in _DOSE.findall(text.replace(",", "")):
        yield f"{float(number):g}", unit.lower()


def _is_boxed(label: dict[str, Any]) -> bool:
    """Whether a label has a boxed warning of its one active ingredient; a kit's or combination's box may be another part's."""
    generic = " ".join(label.get("openfda_meta", {}).get("generic_name") or []).lower()
    return len(label["sections"].get("boxed_warning") or "") > 60 and not re.search(r"\band\b|[,;/]", generic)


def asymmetries(monographs: Sequence[Monograph]) -> Iterator[str]:
    """Pairs of corpus drugs where one monograph calls the pair major or worse and the other is silent."""
    from knowledge.interactions import InteractionTable

    yield from InteractionTable(monographs).one_sided()
