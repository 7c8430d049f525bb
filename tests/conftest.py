"""What all tests share: no network but the loopback, and one real assistant for those that need it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.build import load_assistant
from assistant.chain import PharmacyAssistant
from assistant.testing import HashEmbedder
from knowledge import router
from knowledge.embedding import Embedder
from knowledge.index import build
from knowledge.search import KnowledgeBase

CASES = Path(__file__).parent / "cases"
os.environ["PHARMACY_RECEIPTS"] = "off"  # what tests ask is no use of the assistant; a test that wants receipts says where
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NetworkUsed(AssertionError):
    """Something tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Connections that leave this machine fail the test that makes them."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in _LOOPBACK:
            raise NetworkUsed(f"a connection to {address[0]}")
        connect(self, address)

    def resolved(host: Any, *more: Any, **named: Any) -> Any:
        if host not in (*_LOOPBACK, None, "", "0.0.0.0", b"localhost"):
            raise NetworkUsed(f"a look-up of {host}")
        return resolve(host, *more, **named)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket, "getaddrinfo", resolved)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def one_router() -> Iterator[None]:
    """A router is fitted once for each embedding model: it takes seconds, and every build of a test would fit the same one."""
    train, fitted = router.train, dict[tuple[str | float, ...], router.Router]()

    def once(embedder: Embedder, examples: Sequence[router.Example], *c: float) -> router.Router:
        key = (embedder.fingerprint, *c)
        if key not in fitted:
            fitted[key] = train(embedder, examples, *c)
        return fitted[key]

    patch = pytest.MonkeyPatch()
    patch.setattr(router, "train", once)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def assistant() -> PharmacyAssistant:
    """The real one, as `make install` prepared it."""
    return load_assistant()


SAMPLE = """---
name: {name}
brands: [{brand}]
class: example class
purpose: testing the reader
forms:
  - {{form: tablet, route: oral, strengths: [5 mg]}}
status: prescription
schedule: none
revised: 2026-01-02
interactions:
  - with: alcohol
    severity: moderate
    effect: Alcohol makes {name} cause more sleepiness.
    action: Avoid alcohol with {name}.
sources:
  - {{title: An example label, date: 2026-01-01}}
---
## 34067-9 Uses
{name} treats examples in adults.
## 34068-7 How to take
{name} is taken with water.
## 34076-0 Missed dose
A missed dose of {name} is skipped.
## 34068-7 Dosage
### Adults
Adults take 5 mg of {name} once a day.
{name} is never taken above 10 mg a day.
### Kidney or liver problems
Kidney disease needs no change of the {name} dose.
### Children
{name} is not for children.
## 34070-3 Contraindications
{name} must not be used in example allergy.
## 43685-7 Warnings
### Stopping
{name} can be stopped at once.
## 34084-4 Side effects
### Common
Common side effects of {name} are headache and nausea.
### Serious
{name} can rarely cause a serious rash.
## 42228-7 Pregnancy
{name} has not been studied in pregnancy.
## 77290-5 Breastfeeding
{name} has not been studied in breastfeeding.
## 34088-5 Overdose
An overdose of {name} causes deep sleep.
## 44425-7 Storage
Keep {name} at room temperature away from moisture.
"""


def sample(name: str = "examplol", brand: str = "Exampla") -> str:
    """The text of a small, valid monograph."""
    return SAMPLE.format(name=name, brand=brand)


@pytest.fixture(scope="session")
def small_base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Two invented drugs under a hashed-word embedding: quick, and no weights."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "examplol.md").write_text(sample(), encoding="utf-8")
    (folder / "samplazine.md").write_text(sample("samplazine", "Samplix"), encoding="utf-8")
    embedder = HashEmbedder()
    build(folder / "index", embedder, [folder], progress=False)
    return KnowledgeBase(folder / "index", embedder)
