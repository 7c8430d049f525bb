"""The records: a chain in which each holds the hash of the one before. They outlive kill -9, and several processes may write."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, Text, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from assistant.anchor import Anchor, Mark
from assistant.settings import OFF, Settings

START = "0" * 64  # what the first record has in place of the hash before it
_WAIT_S = 30  # for another writer
_TRIES = 20  # where the database lets two writers read the same head, the later one tries again
_SHORTEST = 6  # digits of a hash that name a record

_TABLE = Table(
    "records",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("previous", String(64), nullable=False, unique=True),  # no two records follow the same one: the chain has no fork
    Column("content", Text),
    Column("content_sha256", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)


class Kind(StrEnum):
    """What a record is about."""

    ANSWER = "answer"
    FORGET = "forget"


class RecordError(RuntimeError):
    """A record that cannot be written or found; the message holds nothing of its content."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `at` is UTC, `content` is JSON text, or None once it was forgotten: its hash stays."""

    number: int
    at: str
    kind: str
    previous: str
    content: str | None
    content_sha256: str
    hash: str

    @property
    def data(self) -> dict[str, Any]:
        """The content.

        Raises:
            RecordError: it was forgotten.
        """
        if self.content is None:
            raise RecordError(f"record {self.number} was forgotten: only its hash is left")
        return dict(json.loads(self.content))

    @property
    def sealed(self) -> str:
        """The hash that this record must have."""
        return sha256("\n".join((str(self.number), self.at, self.kind, self.previous, self.content_sha256)))


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


class Records:
    """The records of a database. Safe to use from several threads and processes at once.

    Args:
        url: as SQLAlchemy takes it. Tested with SQLite.
        anchor: where the hashes are kept a second time.
    """

    def __init__(self, url: str, anchor: Anchor):
        self.anchor = anchor
        try:
            self._engine = _engine(url)
            _TABLE.metadata.create_all(self._engine)
        except SQLAlchemyError as error:
            raise RecordError(f"the records cannot be opened ({type(error).__name__}): PHARMACY_RECEIPTS must name a database") from None

    def append(self, kind: Kind, content: Mapping[str, Any], forgetting: Sequence[int] = ()) -> Record:
        """Write a record at the end of the chain; when this returns, it is on the disk.

        Args:
            content: JSON data; a random number is added, so that nobody can guess forgotten content and prove it by its hash.
            forgetting: numbers of records whose content goes in the same step.

        Raises:
            RecordError: nothing was written, or nobody can say whether it was.
        """
        text = json.dumps({**content, "nonce": secrets.token_hex(16)}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        for _ in range(_TRIES):
            try:
                with self._engine.begin() as connection:
                    record = _next(_head(connection), kind, text)
                    self.anchor.write(Mark.INTENDED, record.number, record.hash)
                    connection.execute(insert(_TABLE).values(asdict(record)))
                    for number in forgetting:
                        connection.execute(update(_TABLE).where(_TABLE.c.number == number).values(content=None))
                self.anchor.write(Mark.ACKNOWLEDGED, record.number, record.hash)
            except IntegrityError:
                continue
            except (SQLAlchemyError, OSError) as error:
                raise RecordError(f"the record could not be written ({type(error).__name__})") from None
            return record
        raise RecordError(f"the record could not be written: other writers were first, {_TRIES} times")

    def read(self) -> Iterator[Record]:
        """Every record in its order."""
        with self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=500, writes=False).execute(select(_TABLE).order_by(_TABLE.c.number))
            for row in rows:
                yield Record(**row._mapping)

    def find(self, reference: str) -> Record:
        """The record with this number, hash or beginning of a hash.

        Raises:
            RecordError: there is none, or more than one.
        """
        wanted = reference.strip().lower()
        by_number = wanted.isdigit() and len(wanted) < _SHORTEST  # longer digits may begin a hash
        if not by_number and len(wanted) < _SHORTEST:
            raise RecordError(f"{reference!r} names no record: give its number, or {_SHORTEST} or more digits of its hash")
        chosen = _TABLE.c.number == int(wanted) if by_number else _TABLE.c.hash.startswith(wanted, autoescape=True)
        with self._engine.connect() as connection:
            rows = connection.execution_options(writes=False).execute(select(_TABLE).where(chosen).limit(2)).all()
        if len(rows) != 1:
            raise RecordError(f"{reference!r} names {'more than one' if rows else 'no'} record")
        return Record(**rows[0]._mapping)

    def forget(self, numbers: Sequence[int], because: str) -> Record | None:
        """Delete the content of these answers; their hashes stay, and a record says what went and why. None when there was none to delete.

        Raises:
            RecordError: nothing was deleted.
        """
        held = [r.number for r in self.read() if r.kind == Kind.ANSWER and r.content is not None and r.number in set(numbers)]
        if not held:
            return None
        record = self.append(Kind.FORGET, {"forgets": held, "because": because}, held)
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:  # the write-ahead log still holds what was deleted
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        return record

    def before(self, day: str) -> list[int]:
        """The numbers of the answers from before a day (`YYYY-MM-DD`, UTC) that still have their content."""
        return [r.number for r in self.read() if r.kind == Kind.ANSWER and r.content is not None and r.at < day]


def open_records(settings: Settings) -> Records | None:
    """The records that the settings ask for; None where they are switched off.

    Raises:
        RecordError: they cannot be opened.
    """
    if settings.receipts == OFF:
        return None
    settings.cache.mkdir(parents=True, exist_ok=True)
    url = settings.receipts or f"sqlite:///{settings.cache / 'receipts.db'}"
    database = make_url(url).database
    beside = Path(database) if url.startswith("sqlite") and database else settings.cache / "receipts"
    return Records(url, Anchor(beside.with_suffix(".anchor"), settings.receipts_key))


def _head(connection: Connection) -> Record | None:
    row = connection.execute(select(_TABLE).order_by(_TABLE.c.number.desc()).limit(1)).first()
    return Record(**row._mapping) if row else None


def _next(head: Record | None, kind: Kind, text: str) -> Record:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    number, previous = (head.number + 1, head.hash) if head else (1, START)
    open_record = Record(number, at, kind.value, previous, text, sha256(text), "")
    return Record(**{**asdict(open_record), "hash": open_record.sealed})


def _engine(url: str) -> Engine:
    waiting = {"timeout": _WAIT_S} if url.startswith("sqlite") else {}
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=56, connect_args=waiting)  # errors name no content
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """Settings of SQLite: readers beside a writer, every commit on the disk before it returns, deleted text overwritten."""
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver thinks
    for setting in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    """A writer takes the lock before it reads the head, so no two records follow the same one."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes", True) else "BEGIN")
