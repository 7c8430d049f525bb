"""The rows of a JSON Lines file, each parsed when it is asked for: a million passages need no million objects."""

from __future__ import annotations

import json
import mmap
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import numpy as np

T = TypeVar("T")
_CHUNK = 1 << 24
_KEPT = 4096  # rows that stay parsed: those of a few dozen drugs


class JsonRows(Sequence[T], Generic[T]):
    """A read-only sequence over a file, which may be deleted meanwhile. Safe to use from several threads.

    Args:
        path: one JSON object a line, the last line ended too.
        parse: makes a row of an object.
    """

    def __init__(self, path: Path, parse: Callable[[dict[str, Any]], T]):
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
        breaks = [
            np.flatnonzero(np.frombuffer(self._data[at : at + _CHUNK], dtype=np.uint8) == 10) + at + 1
            for at in range(0, len(self._data), _CHUNK)
        ]
        self._ends = np.concatenate([np.zeros(1, dtype=np.int64), *breaks])
        self._row = lru_cache(maxsize=_KEPT)(lambda row: parse(json.loads(self._data[self._ends[row] : self._ends[row + 1]])))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, row: int) -> T: ...
    @overload
    def __getitem__(self, row: slice) -> list[T]: ...
    def __getitem__(self, row: int | slice) -> T | list[T]:
        if isinstance(row, slice):
            return [self._row(at) for at in range(len(self))[row]]
        return self._row(range(len(self))[row])


def as_line(row: dict[str, Any]) -> bytes:
    """A row as `JsonRows` reads it."""
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()
