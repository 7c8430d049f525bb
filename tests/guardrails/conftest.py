"""The real parts of the rails, each made once for the whole folder: the embedding model, the names, a classifier fitted here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from guardrails import classifier, policy
from guardrails.classifier import Classifier
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
    return policy.load()


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
def trained(policies: Policies, embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a classifier fitted on the shipped policies, not one that lies about in a cache."""
    path = tmp_path_factory.mktemp("classifier") / "guardrails.npz"
    with one_thread():
        classifier.fit(policies, embedder.encode, embedder.fingerprint).save(path)
    return path


@pytest.fixture(scope="session")
def fitted(trained: Path, policies: Policies, embedder: SentenceEmbedder) -> Classifier:
    """That classifier, opened again from its file."""
    return classifier.load(trained, policies, embedder.fingerprint)


@pytest.fixture(scope="session")
def rails(policies: Policies, fitted: Classifier, embedder: SentenceEmbedder, names: NameIndex) -> Guardrails:
    """The rails in service, through real NeMo."""
    return Guardrails(policies, fitted, embedder.encode, names)
