"""Notices a new build of an index and opens it in the background, while what is in service goes on answering."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from knowledge import store

T = TypeVar("T")
EVERY_S = 1.0  # how often the pointer to the build in service is read
log = logging.getLogger(__name__)


class Watch(Generic[T]):
    """The newest build of the index at `folder` that could be opened, as whatever `reopen` makes of it.

    Args:
        folder: the index.
        opened: made of the build in service.
        reopen: makes another, handed this watch, of the build in service when it is called; it may raise.
        place: the folder of the build that `opened` was made of.
    """

    def __init__(self, folder: Path, opened: T, reopen: Callable[[Watch[T]], T], place: Path):
        self._folder, self._latest, self._reopen, self._tried = folder, opened, reopen, place
        self._due, self._busy = time.monotonic() + EVERY_S, threading.Lock()

    def latest(self) -> T:
        """What is in service now; never waits, and never fails. A build that cannot be opened is logged, and the one before stays."""
        if time.monotonic() >= self._due and self._busy.acquire(blocking=False):
            self._due = time.monotonic() + EVERY_S
            place = _pointed(self._folder)
            if place in (None, self._tried):
                self._busy.release()
            else:
                threading.Thread(target=self._open, args=(place,), name="new index", daemon=True).start()
        return self._latest

    def _open(self, place: Path) -> None:
        try:
            self._latest = self._reopen(self)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the new build, the old one answers
            log.error("the new index at %s is not used, the one before stays: %s", self._folder, error)
        finally:
            self._tried = place
            self._busy.release()


def _pointed(folder: Path) -> Path | None:
    try:
        return store.current(folder)
    except store.StaleIndexError:
        return None
