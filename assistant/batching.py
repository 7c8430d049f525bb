"""Several answers written at once by one model: the tokens of all go through it in one row, and each looks back on its own only.

Nothing is padded, an answer joins and leaves between two steps, and each is drafted from its own prompt (prompt lookup), which
transformers' `generate` does for one sequence alone. Greedy, so the tokens are those of `generate`, as far as the number format allows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

ATTENTION = "packed"
ARCHITECTURES = {"llama"}  # every layer looks back on all tokens, and `_attend` is all there is to its attention
_MOST = 16  # answers in one step; more wait
_DRAFTED = 10  # answers copy from the passages, so drafting from the prompt pays; see `python -m assistant bench --model`


class _Writing:
    """One answer in the making.

    Attributes:
        tokens: the prompt's and those written.
        read: how many of them the model has keys and values of.
        drafted: tokens that are fed after them on trial.
        mask: what the fed tokens may look back on, (fed, read + fed); None when nothing was read before.
    """

    def __init__(self, prompt: Sequence[int], limit: int, model: Any, shared: _Writing | None = None):
        self.tokens, self.ended = list(prompt), False
        self.begin, self.taken, self.end = len(prompt), len(prompt), len(prompt) + limit
        self.drafted: list[int] = []
        self.mask: torch.Tensor | None = None
        config = model.config
        shape = (config.num_hidden_layers, 1, config.num_key_value_heads, self.end, config.head_dim)
        self.keys, self.values = (torch.empty(shape, dtype=model.dtype, device=model.device) for _ in range(2))
        self.read = shared.begin if shared else 0
        if shared:
            for mine, theirs in ((self.keys, shared.keys), (self.values, shared.values)):
                mine[..., : self.read, :] = theirs[..., : self.read, :]

    def feed(self) -> list[int]:
        """The tokens for the next step."""
        self.drafted = _lookup(self.tokens, min(_DRAFTED, self.end - len(self.tokens) - 1)) if self.begun else []
        fed = self.tokens[self.read :] + self.drafted
        seen = torch.ones(len(fed), self.read + len(fed), dtype=torch.bool, device=self.keys.device) if self.read else None
        self.mask = None if seen is None else seen.tril(self.read)
        return fed

    @property
    def begun(self) -> bool:
        """Whether the prompt has been read."""
        return len(self.tokens) > self.begin

    def take(self, chosen: Sequence[int], ends: set[int]) -> None:
        """Keep the model's choices up to the first that was drafted otherwise; `chosen` follow the last token and each drafted one."""
        kept = 0
        while kept < len(self.drafted) and self.drafted[kept] == chosen[kept] and chosen[kept] not in ends:
            kept += 1
        self.read = len(self.tokens) + kept
        self.tokens += chosen[: kept + 1]
        self.ended = self.tokens[-1] in ends or len(self.tokens) >= self.end


class Batch:
    """Writes answers with a model loaded with the attention `ATTENTION`; any number of threads may ask at once."""

    def __init__(self, model: Any):
        self._model = model
        ends = model.generation_config.eos_token_id
        self._ends = set(ends if isinstance(ends, list) else [ends])
        self._writings: list[_Writing] = []
        self._kept: _Writing | None = None
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1)  # torch keeps a pool of threads for each thread that calls it

    def write(self, prompt: Sequence[int], limit: int, shared: Sequence[int] = ()) -> Iterator[list[int]]:
        """The tokens written after a prompt, as they come, `limit` at most; closing the iterator stops this answer alone.

        Whoever waits for tokens has a step run for all, so nothing is written that nobody waits for. `shared` is the prompt's
        beginning that others have too: it is read once, as long as no other one comes between.
        """
        with self._lock:
            writing = _Writing(prompt, limit, self._model, self._keep(list(shared)) if shared else None)
            self._writings.append(writing)
        try:
            while not writing.ended or writing.taken < len(writing.tokens):
                with self._lock:
                    if writing.taken == len(writing.tokens):
                        self._worker.submit(self._step).result()
                    written = writing.tokens[writing.taken :]
                    writing.taken += len(written)
                if written:
                    yield written
        finally:
            self._writings.remove(writing)  # without the lock: the garbage collector may close an iterator while this thread holds it

    def _keep(self, shared: list[int]) -> _Writing:
        if self._kept is None or self._kept.tokens[: self._kept.begin] != shared:
            kept = _Writing(shared, 1, self._model)
            self._worker.submit(self._run, [kept]).result()
            self._kept = kept
        return self._kept

    def _step(self) -> None:
        """Each unfinished answer gets at least a token; of those whose prompt is unread one is read."""
        live = [writing for writing in self._writings if not writing.ended][:_MOST]
        unread = [writing for writing in live if not writing.begun]
        self._run([writing for writing in live if writing.begun] + unread[:1])

    @torch.inference_mode()
    def _run(self, writings: Sequence[_Writing]) -> None:
        fed = [writing.feed() for writing in writings]
        wanted, at = list[int](), 0
        for writing, tokens in zip(writings, fed, strict=True):
            at += len(tokens)
            wanted += range(at - len(writing.drafted) - 1, at)
        places = [writing.read + place for writing, tokens in zip(writings, fed, strict=True) for place in range(len(tokens))]
        device = self._model.device
        logits = self._model(
            input_ids=torch.tensor([list(chain(*fed))], device=device), position_ids=torch.tensor([places], device=device), use_cache=False,
            logits_to_keep=torch.tensor(wanted, device=device), writings=list(zip(writings, map(len, fed), strict=True)),
        ).logits[0]  # fmt: skip
        chosen = logits.argmax(-1).tolist()
        for writing in writings:
            count = len(writing.drafted) + 1
            writing.take(chosen[:count], self._ends)
            chosen = chosen[count:]


def _attend(
    module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: None, *,
    scaling: float, writings: Sequence[tuple[_Writing, int]], **options: Any,
) -> tuple[torch.Tensor, None]:  # fmt: skip
    """Attention of each answer's fed tokens to its own: query (1, heads, fed, size), key and value (1, key heads, fed, size)."""
    heads, key_heads = query.shape[1], key.shape[1]
    outputs, at = [], 0
    for writing, count in writings:
        end, new = writing.read + count, slice(at, at + count)
        keys, values = (kept[module.layer_idx][:, :, :end] for kept in (writing.keys, writing.values))
        keys[:, :, writing.read :], values[:, :, writing.read :] = key[:, :, new], value[:, :, new]
        mask, own = writing.mask, query[:, :, new]
        if writing.begun and mask is not None:  # the heads that share a key head as further rows, so that no key is copied
            rows, mask = own.reshape(1, key_heads, -1, own.shape[-1]), mask.repeat(heads // key_heads, 1)
            output = scaled_dot_product_attention(rows, keys, values, mask, scale=scaling).reshape(own.shape)
        else:
            output = scaled_dot_product_attention(own, keys, values, mask, is_causal=mask is None, scale=scaling, enable_gqa=True)
        outputs.append(output)
        at += count
    return torch.cat(outputs, dim=2).transpose(1, 2).contiguous(), None


def _lookup(tokens: Sequence[int], count: int) -> list[int]:
    """What followed the last two tokens, or else the last one, where they first stood before; `count` tokens at most."""
    for size in (2, 1):
        last = tokens[-size:]
        for start in range(len(tokens) - size):
            if tokens[start] == last[0] and tokens[start : start + size] == last:
                return list(tokens[start + size : start + size + max(count, 0)])
    return []


AttentionInterface.register(ATTENTION, _attend)
