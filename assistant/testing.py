"""Stand-ins for tests of whoever embeds the assistant: no weights, no network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from knowledge.embedding import Vectors


class ScriptedModel(BaseChatModel):
    """A chat model that says what it was told to, one reply a call, word by word when streaming; `prompts` keeps what it was sent."""

    replies: list[str]
    prompts: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> ChatResult:
        self.prompts.append(messages)
        reply = self.replies[min(len(self.prompts), len(self.replies)) - 1]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=reply))])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        reply = str(self._generate(messages).generations[0].message.content)
        for word in re.findall(r"\S+\s*", reply):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))


class HashEmbedder:
    """An `Embedder` whose vectors are hashed words: texts that share words are near. Deterministic, instant, 256 dimensions."""

    name = "hashed words"
    fingerprint = "hashed-words-1"
    dimension = 256

    def encode(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """(n, 256) float32, rows of unit norm."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"[a-z0-9]{3,}", text.lower()):
                vectors[row, int(hashlib.sha256(word[:6].encode()).hexdigest()[:8], 16) % self.dimension] += 1
            vectors[row, 0] += 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def count_tokens(self, text: str) -> int:
        """Words."""
        return len(text.split())
