from __future__ import annotations

from pathlib import Path

import pytest
import torch
from langchain_core.messages import HumanMessage, SystemMessage
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from assistant import batching, model
from assistant.messages import message
from assistant.prompt import render
from assistant.settings import Settings, read
from knowledge.embedding import ModelFileError
from knowledge.search import KnowledgeBase


def test_a_wrong_sum_stops_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / model.GGUF).write_bytes(b"not the model")
    monkeypatch.setattr(model, "packaged", lambda: package)
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
    monkeypatch.setattr(model, "packaged", lambda: tmp_path / "no package")
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


MESSAGES = [SystemMessage("Answer from the passages."), HumanMessage("one two three one two three one two")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small random model under the packaged model's tokenizer."""
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = AutoTokenizer.from_pretrained(model.prepare(read().models))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        initializer_range=0.4, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(params=["together", "one after the other"])
def chat_model(request: pytest.FixtureRequest, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> model.LocalChatModel:
    monkeypatch.setattr(model, "_has_bfloat16", lambda: False)
    if request.param != "together":
        monkeypatch.setattr(batching, "ARCHITECTURES", set())
    return model.LocalChatModel(folder=str(tiny), name_shown="tiny", max_new_tokens=24)


def test_both_ways_write_what_generate_writes(chat_model: model.LocalChatModel, tiny: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    inputs = tokenizer.apply_chat_template(model.as_chat(MESSAGES), add_generation_prompt=True, return_tensors="pt", return_dict=True)
    plain = LlamaForCausalLM.from_pretrained(tiny, dtype=torch.float32).generate(**inputs, do_sample=False, max_new_tokens=24)
    expected = tokenizer.decode(plain[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    assert expected
    assert chat_model.invoke(MESSAGES).content == expected
    assert "".join(str(chunk.content) for chunk in chat_model.stream(MESSAGES)) == expected


def test_a_reader_who_leaves_blocks_nobody(chat_model: model.LocalChatModel) -> None:
    whole = chat_model.invoke(MESSAGES).content
    stream = chat_model.stream(MESSAGES)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert chat_model.invoke(MESSAGES).content == whole


def test_many_prompts_are_written_in_their_order(chat_model: model.LocalChatModel) -> None:
    prompts = [[MESSAGES[0], HumanMessage(f"one two {number} one two")] for number in range(6)]
    assert chat_model.write_all(prompts) == [chat_model.invoke(prompt).content for prompt in prompts]


def test_a_failure_names_the_model(chat_model: model.LocalChatModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*inputs: object, **options: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(chat_model._model, "forward", fails)
    with pytest.raises(RuntimeError, match="tiny could not write: no room"):
        chat_model.invoke(MESSAGES)
