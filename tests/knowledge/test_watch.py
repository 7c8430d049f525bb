from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.testing import HashEmbedder
from knowledge import store, watch
from knowledge.index import build
from knowledge.search import KnowledgeBase
from tests.conftest import sample

QUESTION = "overdose of examplol"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of one drug, whose overdose causes deep sleep; its pointer is read at every question."""
    monkeypatch.setattr(watch, "EVERY_S", 0.0)
    rebuild(tmp_path / "index", "deep")
    return tmp_path / "index"


def rebuild(folder: Path, sleep: str) -> None:
    corpus = folder.parent / "corpus"
    corpus.mkdir(exist_ok=True)
    (corpus / "examplol.md").write_text(sample().replace("deep sleep", f"{sleep} sleep"), encoding="utf-8")
    build(folder, HashEmbedder(), [corpus], progress=False)


def until(true: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def text(base: KnowledgeBase) -> str:
    return base.search(QUESTION, k=1)[0].passage.text


def test_a_rebuilt_index_is_searched_without_a_failed_question(folder: Path) -> None:
    base, asking = KnowledgeBase(folder, HashEmbedder()), True

    def ask() -> set[str]:
        seen = set()
        while asking:
            seen.add(text(base))
            time.sleep(0.02)
        return seen

    with ThreadPoolExecutor(1) as thread:
        asker = thread.submit(ask)
        try:
            rebuild(folder, "light")
            until(lambda: "light" in text(base))
        finally:
            asking = False
    assert all("An overdose of examplol causes" in found for found in asker.result())


def test_a_base_that_is_held_stays_as_it_is(folder: Path) -> None:
    base = KnowledgeBase(folder, HashEmbedder())
    assert base.latest() is base
    rebuild(folder, "light")
    until(lambda: base.latest() is not base)
    assert "deep" in base.find(QUESTION, k=1).hits[0].passage.text
    assert "light" in base.latest().find(QUESTION, k=1).hits[0].passage.text
    assert base.latest().latest() is base.latest()


def test_a_build_that_cannot_be_opened_is_logged_and_the_one_before_stays(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    base = KnowledgeBase(folder, HashEmbedder())
    with caplog.at_level(logging.ERROR), pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch, "EVERY_S", 1e9)
        base.latest()
        rebuild(folder, "broken")
        (store.current(folder) / "passages.jsonl").write_bytes(b"")
    base._watch._due = 0.0
    until(lambda: bool(base.latest() and caplog.records))
    assert "truncated" in caplog.text
    assert all("deep" in text(base) for _ in range(5))
    assert len(caplog.records) == 1, "it is tried once"


def test_an_index_that_is_taken_away_still_answers(folder: Path) -> None:
    base = KnowledgeBase(folder, HashEmbedder())
    (folder / "current").unlink()
    assert all("deep" in text(base) for _ in range(5))
