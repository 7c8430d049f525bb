"""The tuned encoder: what it adds to retrieval's embedding, which files it refuses, and how the difference is made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant import build
from guardrails import encoder, tuning
from guardrails.encoder import LAYERS, TUNED, PolicyEncoder
from guardrails.policy import Policies
from guardrails.types import GuardrailError
from knowledge.embedding import MINILM_SHA256, SentenceEmbedder, packaged_minilm

TEXTS = ["I took too many pills", "how do I store insulin", "hello"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TUNED, tmp_path / "tuned"))


def opened(embedder: SentenceEmbedder, folder: Path, sha256: str = MINILM_SHA256) -> PolicyEncoder:
    return PolicyEncoder(embedder.encode, embedder.fingerprint, packaged_minilm(), sha256, folder)


def test_both_embeddings_stand_side_by_side(embedder: SentenceEmbedder) -> None:
    encode = build.policy_encoder(embedder)
    vectors = encode(TEXTS)
    assert vectors.shape == (3, embedder.dimension + 384)
    assert vectors.dtype == np.float32
    assert np.allclose(vectors[:, : encode.split], embedder.encode(TEXTS), atol=1e-5)
    assert np.allclose(np.linalg.norm(vectors[:, encode.split :], axis=1), 1, atol=1e-3)
    assert np.abs(vectors[:, encode.split :] - vectors[:, : encode.split]).max() > 0.01, "it was tuned"
    alone = np.vstack([encode([text]) for text in TEXTS])
    assert np.allclose(alone, vectors, atol=1e-3)


def test_the_difference_fits_one_base_only(embedder: SentenceEmbedder, copied: Path) -> None:
    with pytest.raises(GuardrailError, match=r"other weights.*python -m guardrails tune"):
        opened(embedder, copied, "another")


@pytest.mark.parametrize("damage", ["no folder", "no layers", "changed layers", "no manifest"])
def test_a_damaged_difference_is_refused_with_the_way_out(embedder: SentenceEmbedder, copied: Path, damage: str) -> None:
    layers, manifest = copied / "layers.npz", copied / "manifest.json"
    if damage == "no folder":
        shutil.rmtree(copied)
    elif damage == "changed layers":
        layers.write_bytes(layers.read_bytes()[:-1])
    else:
        (layers if damage == "no layers" else manifest).unlink()
    with pytest.raises(GuardrailError, match="python -m guardrails tune"):
        opened(embedder, copied)


def test_what_is_packed_comes_back(tmp_path: Path) -> None:
    model = torch.nn.Linear(6, 4)
    before = {name: weight.detach().clone().numpy() for name, weight in model.named_parameters()}
    moved = {name: np.linspace(-0.2, 0.3, weight.size, dtype=np.float32).reshape(weight.shape) for name, weight in before.items()}
    encoder.pack(moved, tmp_path / "layers.npz")
    encoder.apply(model, tmp_path / "layers.npz")
    for name, weight in model.named_parameters():
        assert np.allclose(weight.detach().numpy(), before[name] + moved[name], atol=0.3 / 127)


def test_only_the_top_layers_are_tuned(monkeypatch: pytest.MonkeyPatch, policies: Policies, tmp_path: Path) -> None:
    monkeypatch.setattr(tuning, "_EPOCHS", 1)
    moved = tuning.tune(
        ["what is aspirin for", "hello there", "the dose of aspirin", "good morning"],
        ["a", "b", "a", "b"],
        packaged_minilm(),
        {"aspirin", "ibuprofen"},
    )
    assert {name.split(".")[2] for name in moved} == {str(6 - row) for row in range(1, LAYERS + 1)}
    assert all(np.isfinite(difference).all() for difference in moved.values())
    tuning.save(moved, policies, MINILM_SHA256, tmp_path)
    assert encoder.read_manifest(tmp_path)["policies_sha256"] == policies.sha256
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["layers"] == LAYERS


def test_near_duplicates_share_a_group() -> None:
    vectors = np.asarray([[1, 0], [0.99, 0.141], [0, 1]], dtype=np.float32)
    assert (found := tuning.groups(vectors))[0] == found[1] != found[2]
