"""The real parts of the rails, each made once for the whole folder: the embedding model, the names, the classifier as prepared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from assistant import build
from assistant.settings import Settings
from guardrails import classifier
from guardrails.engine import Guardrails
from guardrails.policy import Policies
from guardrails.privacy import Redactor
from knowledge.embedding import SentenceEmbedder
from knowledge.names import NameIndex
from knowledge.reader import read_all
from knowledge.types import Monograph
from knowledge.vocabulary import names as vocabulary


@contextmanager
def one_thread() -> Iterator[None]:
    """Embeds and fits on one thread: where other work keeps two cores busy, two threads that wait for each other take six times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)


@pytest.fixture(scope="session")
def policies() -> Policies:
    """The policies as shipped."""
    return build.load_policies(Settings())


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    """The embedding model that retrieval uses."""
    return SentenceEmbedder()


@pytest.fixture(scope="session")
def monographs() -> tuple[Monograph, ...]:
    """The shipped monographs."""
    return read_all()


@pytest.fixture(scope="session")
def names(monographs: tuple[Monograph, ...]) -> NameIndex:
    """The lexicon of the shipped monographs."""
    return NameIndex((monograph.drug for monograph in monographs), vocabulary())


@pytest.fixture(scope="session")
def redactor(names: NameIndex) -> Redactor:
    """The redactor that the rails use."""
    return Redactor(names)


@pytest.fixture(scope="session")
def rails(policies: Policies, embedder: SentenceEmbedder, names: NameIndex) -> Guardrails:
    """The rails in service, through real NeMo, with the classifier as `make install` fitted it; one that is out of date is refused."""
    encode = build.policy_encoder(embedder)
    return Guardrails(policies, classifier.load(Settings().classifier, policies, encode.fingerprint), encode, names)
