"""Which policy a question falls under: a linear head on the sentence embedding that retrieval uses anyway, and on its words.

The words (TF-IDF of words and word pairs) raise the cross-validated accuracy over 13 policies from .73 to .80: see docs/decisions.md.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardrails.policy import Policies
from guardrails.types import GuardrailError

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]  # n texts -> (n, d) float32, rows of unit norm
DEFAULT = Path(__file__).parent.parent / ".cache" / "guardrails.npz"
_C = 8.0  # inverse regularisation; chosen by the cross-validation that `train` prints


@dataclass(frozen=True)
class Classifier:
    """A fitted head.

    Attributes:
        policies: the n classes.
        weights: (d + w, n) float32; the embedding's d rows, then one row a word of `words`.
        bias: (n,) float32.
        words: words and word pairs, w of them; `idf` (w,) their inverse document frequencies.
        policies_sha256, embedding_sha256: what it was fitted on.
    """

    policies: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    words: tuple[str, ...]
    idf: Vectors
    policies_sha256: str
    embedding_sha256: str

    @cached_property
    def _counter(self) -> Any:
        counter = _counter(vocabulary={word: row for row, word in enumerate(self.words)})
        counter.idf_ = self.idf
        return counter

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """Policy -> probability (they sum to 1) for a text and its embedding (d,)."""
        counted = self._counter.transform([text])
        logits = vector @ self.weights[: len(vector)] + np.asarray(counted @ self.weights[len(vector) :])[0] + self.bias
        odds = np.exp(logits - logits.max())
        return dict(zip(self.policies, (odds / odds.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the classifier whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        meta = {name: getattr(self, name) for name in ("policies", "words", "policies_sha256", "embedding_sha256")}
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(
                file, weights=self.weights, bias=self.bias, idf=self.idf, meta=np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
            )
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
            found = Classifier(
                tuple(meta["policies"]), packed["weights"], packed["bias"], tuple(meta["words"]), packed["idf"],
                meta["policies_sha256"], meta["embedding_sha256"],
            )  # fmt: skip
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise GuardrailError(f"no usable classifier at {path} ({error}): {command}") from None
    if found.policies_sha256 != policies.sha256:
        raise GuardrailError(f"the classifier at {path} is older than the policies: {command}")
    if found.embedding_sha256 != embedding_sha256:
        raise GuardrailError(f"the classifier at {path} was fitted on another embedding model: {command}")
    return found


def fit(policies: Policies, encode: Encode, embedding_sha256: str) -> Classifier:
    """Fit on every example and near miss of the policies; takes seconds."""
    texts, labels = zip(*policies.labelled(), strict=True)
    head, counter = _fitted(texts, labels, encode(texts))
    return Classifier(
        tuple(str(name) for name in head.classes_), head.coef_.T.astype(np.float32), head.intercept_.astype(np.float32),
        tuple(counter.get_feature_names_out().tolist()), counter.idf_.astype(np.float32), policies.sha256, embedding_sha256,
    )  # fmt: skip


def cross_validated(policies: Policies, encode: Encode, folds: int = 5) -> list[tuple[str, str, dict[str, float]]]:
    """(text, policy, probabilities) of every labelled text, each scored by a head that did not see it."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.model_selection import StratifiedKFold

    texts, labels = zip(*policies.labelled(), strict=True)
    vectors, names = encode(texts), np.asarray(labels)
    scored: list[tuple[str, str, dict[str, float]]] = []
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=0).split(vectors, names):
        head, counter = _fitted([texts[row] for row in seen], names[seen], vectors[seen])
        features = hstack([csr_matrix(vectors[unseen]), counter.transform([texts[row] for row in unseen])]).tocsr()
        for row, odds in zip(unseen, head.predict_proba(features), strict=True):
            scored.append((texts[row], labels[row], dict(zip(head.classes_.tolist(), odds.tolist(), strict=True))))
    return scored


def _fitted(texts: Sequence[str], labels: Sequence[str], vectors: Vectors) -> tuple[Any, Any]:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    counter = _counter(min_df=2).fit(texts)
    features = hstack([csr_matrix(vectors), counter.transform(texts)]).tocsr()
    return LogisticRegression(C=_C, max_iter=3000, class_weight="balanced").fit(features, labels), counter


def _counter(**more: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+'?\w*\b", **more)
