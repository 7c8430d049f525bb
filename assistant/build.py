"""Puts an assistant together: the only wiring."""

from __future__ import annotations

from assistant import settings as configuration
from assistant.chain import PharmacyAssistant
from assistant.model import load_model
from assistant.receipts import Receipts
from assistant.records import open_records
from assistant.settings import QUOTES_ONLY, Settings
from guardrails import classifier, policy
from guardrails.engine import Guardrails
from guardrails.policy import Region
from knowledge.embedding import Embedder, SentenceEmbedder
from knowledge.router import ordinary_questions
from knowledge.search import KnowledgeBase


def load_assistant(settings: Settings | None = None) -> PharmacyAssistant:
    """An assistant in service: embedding model, index, rails and chat model loaded and checked. Takes seconds.

    Raises:
        ModelFileError, StaleIndexError, GuardrailError, RecordError, SettingsError: what is missing or does not fit, and the command that mends it.
    """
    settings = settings or configuration.read()
    embedder = SentenceEmbedder(settings.embedding)
    base = KnowledgeBase(settings.index, embedder)
    model = None if settings.model == QUOTES_ONLY else load_model(settings)
    rails = load_guardrails(settings, embedder, base)
    rails.check_question("how do I store ibuprofen")  # the first call of each part is slow
    records = open_records(settings)
    return PharmacyAssistant(base, rails, model, settings, Receipts(records) if records else None)


def load_guardrails(settings: Settings, embedder: Embedder, base: KnowledgeBase) -> Guardrails:
    """The rails in service, with the names of a knowledge base."""
    policies = load_policies(settings)
    return Guardrails(policies, classifier.load(settings.classifier, policies, embedder.fingerprint), embedder.encode, base.names)


def load_policies(settings: Settings) -> policy.Policies:
    """The policies with the region's numbers."""
    region = Region(settings.emergency_number, settings.poison_line, settings.crisis_line)
    return policy.load(region=region, ordinary=ordinary_questions())
