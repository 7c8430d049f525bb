"""Which policy a question falls under: a linear head on the sentence embedding that retrieval uses anyway."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guardrails.policy import Policies
from guardrails.types import GuardrailError

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]  # n texts -> (n, d) float32, rows of unit norm
DEFAULT = Path(__file__).parent.parent / ".cache" / "guardrails.npz"
_C = 8.0  # inverse regularisation; chosen by the cross-validation that `train` prints


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights` (d, n) and `bias` (n,) float32 over `policies`; `policies_sha256` ties it to the files it was fitted on."""

    policies: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    policies_sha256: str
    embedding_sha256: str

    def probabilities(self, vector: Vectors) -> dict[str, float]:
        """Policy -> probability (they sum to 1) for one embedding (d,)."""
        logits = vector @ self.weights + self.bias
        odds = np.exp(logits - logits.max())
        return dict(zip(self.policies, (odds / odds.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the classifier whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        meta = json.dumps({"policies": self.policies, "policies_sha256": self.policies_sha256, "embedding_sha256": self.embedding_sha256})
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(file, weights=self.weights, bias=self.bias, meta=np.frombuffer(meta.encode(), dtype=np.uint8))
        os.replace(file.name, path)


def load(path: Path, policies: Policies, embedding_sha256: str) -> Classifier:
    """Open a fitted classifier.

    Raises:
        GuardrailError: missing, broken, or fitted on other policies or another embedding model.
    """
    command = "run `python -m guardrails train`"
    try:
        with np.load(path, allow_pickle=False) as packed:
            meta = json.loads(packed["meta"].tobytes())
            found = Classifier(tuple(meta["policies"]), packed["weights"], packed["bias"], meta["policies_sha256"], meta["embedding_sha256"])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise GuardrailError(f"no usable classifier at {path} ({error}): {command}") from None
    if found.policies_sha256 != policies.sha256:
        raise GuardrailError(f"the classifier at {path} is older than the policies: {command}")
    if found.embedding_sha256 != embedding_sha256:
        raise GuardrailError(f"the classifier at {path} was fitted on another embedding model: {command}")
    return found


def fit(policies: Policies, encode: Encode, embedding_sha256: str) -> Classifier:
    """Fit on every example and near miss of the policies."""
    texts, labels = zip(*policies.labelled(), strict=True)
    head = _head().fit(encode(texts), labels)
    return Classifier(
        tuple(str(name) for name in head.classes_), head.coef_.T.astype(np.float32), head.intercept_.astype(np.float32),
        policies.sha256, embedding_sha256,
    )  # fmt: skip


def cross_validated(policies: Policies, encode: Encode, folds: int = 5) -> list[tuple[str, str, Mapping[str, float]]]:
    """(text, policy, probabilities) of every labelled text, each scored by a head that did not see it."""
    from sklearn.model_selection import StratifiedKFold

    texts, labels = zip(*policies.labelled(), strict=True)
    vectors, names = encode(texts), np.asarray(labels)
    scored: list[tuple[str, str, Mapping[str, float]]] = []
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=0).split(vectors, names):
        head = _head().fit(vectors[seen], names[seen])
        for row, odds in zip(unseen, head.predict_proba(vectors[unseen]), strict=True):
            scored.append((texts[row], labels[row], dict(zip(head.classes_.tolist(), odds.tolist(), strict=True))))
    return scored


def _head():  # type: ignore[no-untyped-def]  # scikit-learn carries no types
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_C, max_iter=3000, class_weight="balanced")
