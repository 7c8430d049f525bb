from __future__ import annotations

from pathlib import Path

import pytest

from assistant import model
from assistant.messages import message
from assistant.prompt import render
from assistant.settings import Settings
from knowledge.embedding import ModelFileError
from knowledge.search import KnowledgeBase


def test_a_wrong_sum_stops_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / model.GGUF).write_bytes(b"not the model")
    monkeypatch.setattr(model, "_packaged", lambda: package)
    with pytest.raises(ModelFileError, match=r"SHA-256.*make install"):
        model.prepare(tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_an_unpacking_that_dies_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(source: Path, place: Path) -> None:
        place.mkdir()
        (place / "model.safetensors").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(model, "_unpack", dies)
    with pytest.raises(KeyboardInterrupt):
        model.prepare(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smollm2-135m-instruct").mkdir()
    (tmp_path / "smollm2-135m-instruct" / "model.safetensors").write_bytes(b"cut")
    monkeypatch.setattr(model, "_packaged", lambda: tmp_path / "no package")
    with pytest.raises(ModelFileError, match="is missing"):
        model.prepare(tmp_path)


def test_an_endpoint_is_one_setting() -> None:
    pytest.importorskip("langchain_openai")
    chosen = model.load_model(Settings(model="big-model", model_url="http://127.0.0.1:9/v1"))
    assert chosen._llm_type == "openai-chat"


def test_the_prompt_numbers_its_passages(small_base: KnowledgeBase) -> None:
    hits = small_base.search("examplol storage", k=2)
    system, user = render("How do I store it?", hits)
    assert "passages" in str(system.content)
    assert f"[1] {hits[0].passage.drug}, {hits[0].passage.section}: " in str(user.content)
    assert str(user.content).endswith("Question: How do I store it?")


def test_a_message_with_a_missing_variable_raises() -> None:
    with pytest.raises(KeyError):
        message("which_of")
