"""Whether a text states a fact, by patterns written by hand: `{"fact": words, "all": [[alternatives], …]}`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from knowledge.passages import sentences


def states(text: str, fact: Mapping[str, Any]) -> bool:
    """Whether one sentence of the text holds an alternative of every list of the fact; `*` at the end of an alternative allows any ending."""
    plain = re.sub(r"\s*\[\d+\]", "", text)
    return any(holds(plain[start:end], fact["all"]) for start, end in sentences(plain))


def holds(sentence: str, lists: Sequence[Sequence[str]]) -> bool:
    """Whether a sentence has an alternative of every list, as whole words, in capitals or not."""
    return all(any(_pattern(alternative).search(sentence) for alternative in alternatives) for alternatives in lists)


@lru_cache(maxsize=8192)
def _pattern(alternative: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in alternative.rstrip("*").split())
    end = r"\w*" if alternative.endswith("*") else r"(?!\w)"
    return re.compile(rf"(?<!\w){words}{end}", re.IGNORECASE)
