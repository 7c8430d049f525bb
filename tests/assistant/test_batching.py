"""Answers written together are those that `generate` writes alone, on a tiny random model in float32, where rounding changes no token."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from assistant.batching import ATTENTION, Batch

LIMIT = 40
END = 1


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=24, hidden_size=48, intermediate_size=64, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
        eos_token_id=END, pad_token_id=0, bos_token_id=None, initializer_range=0.4, attn_implementation="sdpa",
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="module")
def prompts() -> list[list[int]]:
    """Of 1 to 60 tokens, so that what repeats in the longer ones is drafted."""
    chance = torch.Generator().manual_seed(5)
    return [torch.randint(2, 24, (1 + 3 * row,), generator=chance).tolist() for row in range(20)]


@pytest.fixture(scope="module")
def expected(model: Any, prompts: list[list[int]]) -> list[list[int]]:
    """What `generate` writes after each prompt."""
    found = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        written = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=LIMIT)
        found.append(written[0, len(prompt) :].tolist())
    return found


@pytest.fixture
def batch(model: Any, expected: list[list[int]]) -> Iterator[Batch]:
    model.set_attn_implementation(ATTENTION)
    yield Batch(model)
    model.set_attn_implementation("sdpa")


def joined(pieces: Iterator[list[int]]) -> list[int]:
    return [token for piece in pieces for token in piece]


def test_the_prompts_end_early_and_late(expected: list[list[int]]) -> None:
    assert {len(tokens) < LIMIT for tokens in expected} == {True, False}


def test_an_answer_alone_is_that_of_generate(batch: Batch, prompts: list[list[int]], expected: list[list[int]]) -> None:
    assert [joined(batch.write(prompt, LIMIT)) for prompt in prompts] == expected


def test_answers_together_are_too_also_when_more_ask_than_fit(batch: Batch, prompts: list[list[int]], expected: list[list[int]]) -> None:
    with ThreadPoolExecutor(len(prompts)) as pool:
        assert list(pool.map(lambda prompt: joined(batch.write(prompt, LIMIT)), prompts)) == expected


def test_whoever_goes_away_stops_only_its_own(batch: Batch, prompts: list[list[int]], expected: list[list[int]]) -> None:
    longest = [row for row, tokens in enumerate(expected) if len(tokens) == LIMIT][:3]
    streams = {row: batch.write(prompts[row], LIMIT) for row in longest}
    begun = {row: next(streams[row]) for row in longest}
    streams[longest[0]].close()  # type: ignore[attr-defined]
    for row in longest[1:]:
        assert begun[row] + joined(streams[row]) == expected[row]
    assert batch._writings == []


def test_a_shared_beginning_is_read_once(batch: Batch, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, fed = list(range(2, 20)), list[int]()
    prompts = [[*shared, 7], [*shared, 9, 3, 3, 12]]
    expected = [joined(batch.write(prompt, LIMIT)) for prompt in prompts]
    run = model.forward
    monkeypatch.setattr(model, "forward", lambda **inputs: fed.append(inputs["input_ids"].shape[1]) or run(**inputs))
    assert [joined(batch.write(prompt, LIMIT, shared)) for prompt in prompts] == expected
    assert fed[:2] == [len(shared), 1]
    assert sum(count == len(shared) for count in fed) == 1
    assert joined(batch.write([5, 6, 7], LIMIT, [5, 6])) == joined(batch.write([5, 6, 7], LIMIT))


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_the_limit_is_kept(batch: Batch, prompts: list[list[int]], expected: list[list[int]], limit: int) -> None:
    assert [joined(batch.write(prompt, limit)) for prompt in prompts] == [tokens[:limit] for tokens in expected]


def test_a_step_that_fails_is_told_and_the_next_goes_on(
    batch: Batch, prompts: list[list[int]], expected: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**inputs: Any) -> None:
        raise MemoryError("no room")

    other = batch.write(prompts[5], LIMIT)
    begun = next(other)
    with monkeypatch.context() as patch:
        patch.setattr(batch._model, "forward", fails)
        with pytest.raises(MemoryError):
            next(batch.write(prompts[6], LIMIT))
    assert begun + joined(other) == expected[5]
    assert batch._writings == []
