"""The running assistant takes up a new index between two questions."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.chain import PharmacyAssistant
from assistant.settings import Settings
from assistant.testing import HashEmbedder
from assistant.types import Answer, Status
from knowledge import watch
from knowledge.index import build
from knowledge.search import KnowledgeBase
from tests.assistant.conftest import PlainRails
from tests.conftest import sample


def test_new_text_and_new_names_come_without_a_failed_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY_S", 0.0)
    corpus, folder = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "examplol.md").write_text(sample(), encoding="utf-8")
    build(folder, HashEmbedder(), [corpus], progress=False)
    base = KnowledgeBase(folder, HashEmbedder())
    rails = PlainRails(base)
    assistant = PharmacyAssistant(base, rails, None, Settings(cache=tmp_path, min_cosine=0.01, min_evidence=0.0))  # type: ignore[arg-type]
    asking = True

    def ask() -> list[Answer]:
        answers = []
        while asking:
            answers.append(assistant.ask("overdose of examplol"))
            time.sleep(0.02)
        return answers

    assert assistant.ask("overdose of samplazine").status is Status.NO_SOURCE
    with ThreadPoolExecutor(1) as thread:
        asker = thread.submit(ask)
        try:
            (corpus / "examplol.md").write_text(sample().replace("deep sleep", "light sleep"), encoding="utf-8")
            (corpus / "samplazine.md").write_text(sample("samplazine", "Samplix"), encoding="utf-8")
            build(folder, HashEmbedder(), [corpus], progress=False)
            for _ in range(1_000):
                if assistant.ask("overdose of samplazine").status is Status.ANSWERED:
                    break
                time.sleep(0.1)
        finally:
            asking = False
    assert {answer.status for answer in asker.result()} == {Status.ANSWERED}
    assert all("sleep" in answer.text and answer.citations for answer in asker.result())
    answer = assistant.ask("overdose of examplol")
    assert "light sleep" in answer.text
    assert answer.citations[0].monograph in assistant.base.by_id
    assert assistant.rails is not rails
