"""How fast the chat model writes: beside plain `generate` and OpenVINO GenAI with the same weights, and with several answers in flight."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage

from assistant import settings as configuration
from assistant.finetuning import DATA
from assistant.finetuning.examples import read
from assistant.model import GGUF, LocalChatModel, as_chat, load_model, packaged, prepare
from assistant.settings import QUOTES_ONLY, VANILLA_MODEL

IN_FLIGHT = (1, 4, 16)
Prompt = list[BaseMessage]


def main(count: int) -> None:
    """Write answers to `count` prompts of the validation examples in each way, greedily, and print the tables as Markdown."""
    from transformers import AutoTokenizer

    settings = configuration.read()
    folder, limit = prepare(settings.models), settings.max_new_tokens
    examples = read(DATA / "validation.jsonl")
    prompts = [example.prompt for example in examples[:: max(len(examples) // count, 1)][:count]]
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def render(prompt: Prompt) -> str:
        return tokenizer.apply_chat_template(as_chat(prompt), add_generation_prompt=True, tokenize=False)

    def row(name: str, write: Callable[[Prompt], str], in_flight: int = 1) -> None:
        write(prompts[0])  # the first call is slow
        print(f"{name}: {len(prompts)} answers", file=sys.stderr)
        print(f"| {name} | {_figures(write, prompts, in_flight, lambda text: len(tokenizer(text)['input_ids']))} |", flush=True)

    print(f"{len(prompts)} prompts, at most {limit} tokens an answer\n")
    print(f"| {VANILLA_MODEL}, one answer at a time | tokens/s | answers/min | s an answer p50 | p95 |\n|---|---|---|---|---|")
    vanilla = LocalChatModel(folder=str(folder), name_shown=VANILLA_MODEL, max_new_tokens=limit)
    row("the assistant's", lambda prompt: str(vanilla.invoke(prompt).content))
    row("plain `generate`, float32", _generate(folder, tokenizer, limit, render))
    try:
        row("OpenVINO GenAI, same GGUF", _openvino(limit, render))
        row("OpenVINO GenAI, same GGUF, prompt lookup", _openvino(limit, render, prompt_lookup=True))
    except ImportError:
        print("no rows for OpenVINO: `pip install openvino-genai==2026.4.1.0` adds them", file=sys.stderr)
    served = vanilla if settings.model in (VANILLA_MODEL, QUOTES_ONLY) else load_model(settings)
    print(f"\n| {settings.model}, answers in flight | tokens/s | answers/min | s an answer p50 | p95 |\n|---|---|---|---|---|")
    for in_flight in IN_FLIGHT:
        row(str(in_flight), lambda prompt: str(served.invoke(prompt).content), in_flight)


def _figures(write: Callable[[Prompt], str], prompts: Sequence[Prompt], in_flight: int, length: Callable[[str], int]) -> str:
    """Tokens a second, answers a minute, and the seconds of an answer from its asking to its last word."""

    def timed(prompt: Prompt) -> tuple[str, float]:
        since = time.perf_counter()
        return write(prompt), time.perf_counter() - since

    began = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as pool:
        texts, seconds = zip(*pool.map(timed, prompts), strict=True)
    took = time.perf_counter() - began
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return f"{sum(map(length, texts)) / took:.1f} | {60 * len(texts) / took:.1f} | {statistics.median(seconds):.2f} | {p95:.2f}"


def _generate(folder: Path, tokenizer: Any, limit: int, render: Callable[[Prompt], str]) -> Callable[[Prompt], str]:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def write(prompt: Prompt) -> str:
        inputs = tokenizer(render(prompt), add_special_tokens=False, return_tensors="pt")
        written = model.generate(**inputs, do_sample=False, max_new_tokens=limit)
        return tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)

    return write


def _openvino(limit: int, render: Callable[[Prompt], str], prompt_lookup: bool = False) -> Callable[[Prompt], str]:
    from openvino_genai import GenerationConfig, LLMPipeline

    pipeline = LLMPipeline(packaged() / GGUF, "CPU", **({"prompt_lookup": True} if prompt_lookup else {}))
    config = GenerationConfig(max_new_tokens=limit, do_sample=False, apply_chat_template=False)
    if prompt_lookup:
        config.num_assistant_tokens, config.max_ngram_size = 10, 2
    return lambda prompt: str(pipeline.generate(render(prompt), config))
