"""Tunes the top layers of the packaged MiniLM on the policy files, so that they tell the policies apart: `python -m guardrails tune`."""

from __future__ import annotations

import hashlib
import json
import random
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardrails.classifier import Encode, Vectors, fit_on, labelled
from guardrails.encoder import LAYERS, TUNED, apply, embed, open_model, pack, pooled
from guardrails.policy import Policies

_EPOCHS, _BATCH, _RATE = 3, 32, 2e-4
_SCALE = 3.0  # of the pooled vector before the throw-away head
_HARM = frozenset({"emergency", "self_harm", "misuse", "harm_to_others", "injection"})
_NAME_MATTERS = frozenset({"emergency", "misuse", "language"})  # there another medicine could make another question


def tune(texts: Sequence[str], labels: Sequence[str], base: Path, names: Collection[str], seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Weight name -> difference from the base, of the top layers.

    Args:
        texts, labels: what is learnt.
        base: folder of the packaged MiniLM.
        names: names of medicines, which are swapped for each other while learning.
        seed: fixes order, dropout and alterations.
    """
    import torch

    torch.manual_seed(seed)
    chance = random.Random(seed)
    model, tokenizer = open_model(base)
    model.requires_grad_(False)
    model.encoder.layer[-LAYERS:].requires_grad_(True)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters() if weight.requires_grad}
    classes = sorted(set(labels))
    head = torch.nn.Linear(model.config.hidden_size, len(classes))
    counts = torch.tensor([list(labels).count(name) for name in classes], dtype=torch.float32)
    weight = (counts.max() / counts) ** 0.4
    steps = _EPOCHS * -(-len(texts) // _BATCH)
    optimizer = torch.optim.AdamW([*(w for w in model.parameters() if w.requires_grad), *head.parameters()], lr=_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / (0.1 * steps)) * max(0.0, 1 - step / steps))
    model.train()
    for epoch in range(_EPOCHS):
        for rows in _batches([len(text) for text in texts], chance):
            altered = [_altered(texts[row], labels[row], texts, labels, sorted(names), chance) for row in rows]
            with torch.autocast("cpu", torch.bfloat16):
                logits = head(torch.nn.functional.dropout(pooled(model, tokenizer, altered), 0.1) * _SCALE)
            wanted = torch.tensor([classes.index(labels[row]) for row in rows])
            loss = torch.nn.functional.cross_entropy(logits.float(), wanted, weight=weight / weight.mean(), label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {_EPOCHS}: loss {loss.item():.3f}", flush=True)
    return {name: (w.detach() - before[name]).numpy() for name, w in model.named_parameters() if name in before}


def learnt(policies: Policies, encode: Encode) -> tuple[list[str], list[str]]:
    """Texts and labels to tune on: all of the policy files' and of the questions that are answered, and every second further ordinary one, which are
    much alike.

    Args:
        encode: the frozen embedding model, for the labels that `labelled` finds.
    """
    further = set(policies.ordinary)
    texts, labels, _ = labelled(policies, encode)
    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if text not in further or random.Random(text).random() < 0.5]
    return [text for text, _ in kept], [label for _, label in kept]


def save(differences: dict[str, NDArray[np.float32]], policies: Policies, base_sha256: str, folder: Path = TUNED) -> None:
    """Write the differences and what they were made from."""
    folder.mkdir(parents=True, exist_ok=True)
    pack(differences, folder / "layers.npz")
    layers = hashlib.sha256((folder / "layers.npz").read_bytes()).hexdigest()
    manifest = {"base": "all-MiniLM-L6-v2", "base_sha256": base_sha256, "layers": LAYERS, "layers_sha256": layers}
    manifest |= {"policies_sha256": policies.sha256, "texts": len(policies.labelled()), "epochs": _EPOCHS, "rate": _RATE}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _batches(lengths: Sequence[int], chance: random.Random) -> Iterator[list[int]]:
    """Rows in batches of about one length, in a new order each time."""
    rows = chance.sample(range(len(lengths)), len(lengths))
    batches: list[list[int]] = []
    for at in range(0, len(rows), 32 * _BATCH):
        near = sorted(rows[at : at + 32 * _BATCH], key=lengths.__getitem__)
        batches += [near[i : i + _BATCH] for i in range(0, len(near), _BATCH)]
    chance.shuffle(batches)
    yield from batches


def _altered(text: str, label: str, texts: Sequence[str], labels: Sequence[str], names: Sequence[str], chance: random.Random) -> str:
    """The text as somebody else may type it: no capitals, all capitals, no marks, slips, another medicine, a second question beside it."""
    if chance.random() < 0.3:
        text = text.lower()
    elif chance.random() < 0.06:
        text = text.upper()
    if chance.random() < 0.25:
        text = re.sub(r"[.,!?'’]", "", text)
    if names and label not in _NAME_MATTERS and chance.random() < 0.4:
        text = re.sub(r"[A-Za-z]{4,}", lambda word: chance.choice(names) if word.group().lower() in names else word.group(), text)
    for _ in range(2):
        if len(text) >= 8 and chance.random() < 0.2:
            text = _slip(text, chance)
    if label in _HARM and chance.random() < 0.08:
        other = chance.choice([row for row in range(len(texts)) if labels[row] == "ordinary"])
        text = f"{texts[other]} {text}" if chance.random() < 0.5 else f"{text} {texts[other]}"
    return text


def _slip(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text) - 2)
    return chance.choice(
        [text[:at] + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :], text[:at] + text[at] + text[at:]]
    )


def measure(policies: Policies, encode: Encode, base: Path, names: Collection[str]) -> list[tuple[str, str, dict[str, float]]]:
    """(text, policy, probabilities) of a fifth of the labelled texts, by an encoder and a head that saw neither them nor their near-duplicates."""
    texts, labels, vectors = labelled(policies, encode)
    group = groups(vectors)
    held = np.isin(group, np.random.default_rng(0).permutation(np.unique(group))[::5])
    learns = set(learnt(policies, encode)[0])
    seen = [row for row in np.flatnonzero(~held) if texts[row] in learns]
    model, tokenizer = open_model(base)
    with tempfile.TemporaryDirectory() as folder:
        pack(tune([texts[row] for row in seen], [labels[row] for row in seen], base, names), Path(folder) / "layers.npz")
        apply(model, Path(folder) / "layers.npz")
    both = np.hstack([vectors, embed(model.eval(), tokenizer, texts)])
    rest = np.flatnonzero(~held)
    head = fit_on([texts[row] for row in rest], [labels[row] for row in rest], both[rest], vectors.shape[1])
    return [(texts[row], labels[row], head.probabilities(texts[row], both[row])) for row in np.flatnonzero(held)]


def groups(vectors: Vectors, likeness: float = 0.8) -> NDArray[np.int64]:
    """A number for each text, the same for near-duplicates and what they are chained to; keeps them in one fold."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    found: Any = connected_components(csr_matrix(vectors @ vectors.T >= likeness), directed=False)[1]
    return np.asarray(found, dtype=np.int64)
