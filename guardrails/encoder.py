"""The encoder that was tuned on the policy files: the packaged MiniLM with its top layers moved by a small, committed difference."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardrails.classifier import Encode, Vectors
from guardrails.types import GuardrailError

TUNED = Path(__file__).parent / "tuned"  # made by `python -m guardrails tune`
LAYERS = 2  # top layers that are tuned; see docs/decisions.md
_MOST_TOKENS = 128


class PolicyEncoder:
    """Retrieval's embedding of a text and, beside it, the tuned encoder's. Safe to call from several threads.

    Args:
        encode: retrieval's embedding, (n, d).
        fingerprint: names retrieval's embedding model.
        base: folder of the packaged MiniLM.
        base_sha256: of its weights; the difference fits no others.
        tuned: folder of the difference and its manifest.

    Attributes:
        split: d, where the tuned columns begin.
        fingerprint: names both.

    Raises:
        GuardrailError: the difference is missing, broken, or belongs to other weights.
    """

    def __init__(self, encode: Encode, fingerprint: str, base: Path, base_sha256: str, tuned: Path = TUNED):
        manifest = read_manifest(tuned)
        if manifest["base_sha256"] != base_sha256:
            raise GuardrailError(f"{tuned} was tuned on other weights than those in {base}: run `python -m guardrails tune`")
        self._encode, self._model, self._tokenizer = encode, *open_model(base)
        apply(self._model, tuned / "layers.npz")
        self._model.eval()
        self._lock = threading.Lock()
        self._one = lru_cache(maxsize=4096)(lambda text: self._tuned([text])[0])
        self.split = int(encode(["a"]).shape[1])
        self.fingerprint = f"{fingerprint} {manifest['layers_sha256']}"

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """(n, d + 384) float32; each part of unit norm."""
        tuned = self._one(texts[0])[None, :] if len(texts) == 1 else self._tuned(list(texts))
        return np.hstack([self._encode(texts), tuned])

    def _tuned(self, texts: list[str]) -> Vectors:
        with self._lock:
            return embed(self._model, self._tokenizer, texts)


def open_model(base: Path) -> tuple[Any, Any]:
    """The base model and its tokenizer."""
    from transformers import AutoModel, AutoTokenizer

    return AutoModel.from_pretrained(base), AutoTokenizer.from_pretrained(base)


def pooled(model: Any, tokenizer: Any, texts: Sequence[str]) -> Any:
    """(n, 384) means over tokens, as a tensor."""
    batch = tokenizer(list(texts), return_tensors="pt", padding=True, truncation=True, max_length=_MOST_TOKENS)
    mask = batch["attention_mask"][..., None].float()
    return (model(**batch).last_hidden_state.float() * mask).sum(1) / mask.sum(1)


def embed(model: Any, tokenizer: Any, texts: Sequence[str]) -> Vectors:
    """(n, 384) float32, rows of unit norm, in the order of the texts."""
    import torch

    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    vectors = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for at in range(0, len(order), 32):
            rows = order[at : at + 32]
            vectors[rows] = torch.nn.functional.normalize(pooled(model, tokenizer, [texts[row] for row in rows]), dim=1).numpy()
    return vectors


def pack(differences: Mapping[str, NDArray[np.float32]], path: Path) -> None:
    """Write weight differences as int8 with one scale a row: a quarter of their size, and the vectors stay within a cosine of .999."""
    packed: dict[str, Any] = {}
    for name, difference in differences.items():
        rows = difference.reshape(len(difference), -1)
        scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12) / 127
        packed[f"{name}:int8"] = np.rint(rows / scale).astype(np.int8).reshape(difference.shape)
        packed[f"{name}:scale"] = scale.astype(np.float32)
    np.savez_compressed(path, **packed)


def apply(model: Any, path: Path) -> None:
    """Add packed differences to a model's weights."""
    import torch

    weights = dict(model.named_parameters())
    try:
        with np.load(path, allow_pickle=False) as packed, torch.no_grad():
            for name in (name.removesuffix(":int8") for name in packed.files if name.endswith(":int8")):
                whole = packed[f"{name}:int8"]
                rows = whole.reshape(len(whole), -1).astype(np.float32) * packed[f"{name}:scale"]
                weights[name] += torch.from_numpy(rows.reshape(whole.shape))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise GuardrailError(f"{path} holds no differences for this model ({error}): run `python -m guardrails tune`") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the difference was tuned on; checks that its file is the one it names."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        found = hashlib.sha256((folder / "layers.npz").read_bytes()).hexdigest()
        if found != manifest["layers_sha256"]:
            raise ValueError(f"layers.npz has SHA-256 {found}, the manifest says {manifest['layers_sha256']}")
    except (OSError, ValueError, KeyError) as error:
        raise GuardrailError(f"no usable tuned encoder in {folder} ({error}): run `python -m guardrails tune`") from None
    return manifest
