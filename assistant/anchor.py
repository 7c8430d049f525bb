"""The anchor of the records: a second file that keeps the hash of every record, so that a chain made anew does not fit it."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_LINE = re.compile(r"([+=]) (\d+) ([0-9a-f]{64}) ([0-9a-f]{64}|-)")
_TORN = re.compile(r"[+=](?: \d*(?: [0-9a-f]*(?: [0-9a-f]*)?)?)?")  # a line whose writer was stopped in the middle


class Mark(StrEnum):
    """What a line says of a record: it is about to be written, or it was, and whoever asked for it was told so."""

    INTENDED = "+"
    ACKNOWLEDGED = "="


@dataclass(frozen=True, slots=True)
class AnchorLine:
    """One line: a record's number and hash, and the HMAC over both and the mark, `-` where no key was set."""

    mark: Mark
    number: int
    hash: str
    mac: str


class AnchorError(RuntimeError):
    """An anchor that cannot be read; names the file and the line."""


class Anchor:
    """The file at `path`, only ever appended to. Each line is one write, so several processes may write at once.

    Args:
        key: signs every line (HMAC-SHA-256); empty for none.
    """

    def __init__(self, path: Path, key: str = ""):
        self.path, self._key = path, key.encode()

    @property
    def is_keyed(self) -> bool:
        return bool(self._key)

    def write(self, mark: Mark, number: int, digest: str) -> None:
        """Append a line and wait until it is on the disk.

        Raises:
            OSError: it could not be written whole.
        """
        # A new line first: what a stopped writer left of its own line does not spoil this one.
        line = f"\n{mark} {number} {digest} {self._mac(mark, number, digest)}\n".encode()
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(file, line) != len(line):
                raise OSError(f"{self.path}: the disk took only a part of a line")
            os.fsync(file)
        finally:
            os.close(file)

    def lines(self) -> Iterator[AnchorLine]:
        """The lines, oldest first; none where there is no file.

        Raises:
            AnchorError: a line is neither whole nor the beginning of one.
        """
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for place, text in enumerate(file, start=1):
                text = text.rstrip("\n")
                if match := _LINE.fullmatch(text):
                    yield AnchorLine(Mark(match[1]), int(match[2]), match[3], match[4])
                elif text and not _TORN.fullmatch(text):
                    raise AnchorError(f"line {place} of {self.path} is no line of an anchor")

    def signed(self, line: AnchorLine) -> bool:
        """Whether a line carries the signature of this key."""
        return hmac.compare_digest(line.mac, self._mac(line.mark, line.number, line.hash))

    def _mac(self, mark: Mark, number: int, digest: str) -> str:
        return hmac.new(self._key, f"{mark} {number} {digest}".encode(), hashlib.sha256).hexdigest() if self._key else "-"
