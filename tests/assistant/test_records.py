"""The chain of records: what was acknowledged stays, and no tampering goes unseen."""

from __future__ import annotations

import itertools
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import records as module
from assistant.anchor import Anchor, AnchorError, Mark
from assistant.records import Kind, Record, RecordError, Records, open_records, sha256
from assistant.settings import Settings
from assistant.verification import Verification, verify

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from assistant.records import Kind, open_records
from assistant.settings import Settings
records = open_records(Settings(cache=Path(sys.argv[1])))
for number in range(int(sys.argv[2])):
    print(records.append(Kind.ANSWER, {"number": number, "by": sys.argv[3]}).hash, flush=True)
"""


def opened(folder: Path, key: str = "") -> Records:
    records = open_records(Settings(cache=folder, receipts_key=key))
    assert records
    return records


def written(folder: Path, key: str = "", count: int = 6) -> Records:
    records = opened(folder, key)
    for number in range(1, count + 1):
        records.append(Kind.ANSWER, {"text": f"answer {number}"})
    return records


def start(folder: Path, count: int, name: str = "a") -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(count), name], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def sql(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / "receipts.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def made_anew(folder: Path, first: int) -> None:
    """What somebody does who knows how the chain is made: every hash from a record on, computed again."""
    connection = sqlite3.connect(folder / "receipts.db")
    names = "number, at, kind, previous, content, content_sha256, hash"
    rows = [Record(*row) for row in connection.execute(f"SELECT {names} FROM records ORDER BY number")]
    connection.execute("DELETE FROM records")
    before = module.START
    for record in rows:
        if record.number >= first:
            body = (record.number, record.at, record.kind, before, record.content, sha256(record.content or ""))
            record = Record(*body, Record(*body, "").sealed)
        connection.execute(f"INSERT INTO records ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", [getattr(record, n) for n in names.split(", ")])
        before = record.hash
    connection.commit()
    connection.close()


def test_a_chain_is_whole_and_found_again(tmp_path: Path) -> None:
    records = written(tmp_path)
    found = verify(opened(tmp_path))
    assert (found.problem, found.records, found.unacknowledged) == ("", 6, 0)
    record = records.find("4")
    assert record.data["text"] == "answer 4"
    assert records.find(record.hash) == records.find(record.hash[:12]) == record


@pytest.mark.parametrize("reference", ["99", "", "abc", "f" * 64, "%", "______"])
def test_a_name_for_no_record_is_an_error(tmp_path: Path, reference: str) -> None:
    with pytest.raises(RecordError, match="record"):
        written(tmp_path).find(reference)


TAMPERING: dict[str, tuple[int, Callable[[Path], None]]] = {
    "content changed": (3, lambda f: sql(f, "UPDATE records SET content = replace(content, 'answer', 'lie') WHERE number = 3")),
    "content and its hash changed": (3, lambda f: sql(f, f"UPDATE records SET content = '{{}}', content_sha256 = '{sha256('{}')}' WHERE number = 3")),
    "time changed": (2, lambda f: sql(f, "UPDATE records SET at = '2020-01-01' WHERE number = 2")),
    "kind changed": (5, lambda f: sql(f, "UPDATE records SET kind = 'forget' WHERE number = 5")),
    "changed and all hashes made anew": (3, lambda f: (sql(f, "UPDATE records SET content = '{}' WHERE number = 3"), made_anew(f, 3))[1]),
    "first removed": (1, lambda f: sql(f, "DELETE FROM records WHERE number = 1")),
    "removed": (4, lambda f: sql(f, "DELETE FROM records WHERE number = 4")),
    "removed, the rest moved up": (4, lambda f: sql(f, "DELETE FROM records WHERE number = 4", "UPDATE records SET number = number - 1 WHERE number > 4")),
    "removed, moved up, made anew": (
        4,
        lambda f: (sql(f, "DELETE FROM records WHERE number = 4", "UPDATE records SET number = number - 1 WHERE number > 4"), made_anew(f, 4))[1],
    ),
    "tail removed": (5, lambda f: sql(f, "DELETE FROM records WHERE number >= 5")),
    "all removed": (1, lambda f: sql(f, "DELETE FROM records")),
    "two in each other's place": (
        2,
        lambda f: sql(f, *(f"UPDATE records SET number = {new} WHERE number = {old}" for old, new in ((2, 99), (3, 2), (99, 3)))),
    ),
    "put in at the end": (
        7,
        lambda f: (sql(f, "INSERT INTO records SELECT 7, at, kind, hash, content, content_sha256, 'x' FROM records WHERE number = 6"), made_anew(f, 7))[1],
    ),
    "put in before the first": (0, lambda f: sql(f, "INSERT INTO records SELECT 0, at, kind, 'y', content, content_sha256, 'x' FROM records WHERE number = 6")),
    "put in in the middle, made anew": (
        3,
        lambda f: (
            sql(
                f,
                *(f"UPDATE records SET number = {n + 1} WHERE number = {n}" for n in (6, 5, 4, 3)),
                "INSERT INTO records SELECT 3, at, kind, 'y', '{}', content_sha256, 'x' FROM records WHERE number = 2",
            ),
            made_anew(f, 3),
        )[1],
    ),
    "content deleted": (2, lambda f: sql(f, "UPDATE records SET content = NULL WHERE number = 2")),
    "anchor deleted": (1, lambda f: (f / "receipts.anchor").unlink()),
}  # fmt: skip


@pytest.mark.parametrize("key", ["", "a key"])
@pytest.mark.parametrize("way", TAMPERING)
def test_tampering_is_found_and_the_first_bad_record_named(tmp_path: Path, way: str, key: str) -> None:
    written(tmp_path, key)
    first, tamper = TAMPERING[way]
    tamper(tmp_path)
    problem = verify(opened(tmp_path, key)).problem
    assert re.search(rf"records? {first}\b", problem)


def anchor_anew(folder: Path) -> None:
    """The anchor written again, to fit the database as it is."""
    (folder / "receipts.anchor").unlink()
    for record in opened(folder).read():
        for mark in Mark:
            Anchor(folder / "receipts.anchor").write(mark, record.number, record.hash)


def test_only_a_key_finds_that_database_and_anchor_were_both_made_anew(tmp_path: Path) -> None:
    for key, problem in (("", ""), ("a key", "record 1: its line")):
        folder = tmp_path / (key or "none")
        written(folder, key)
        sql(folder, "UPDATE records SET content = '{}' WHERE number = 3")
        made_anew(folder, 3)
        anchor_anew(folder)
        assert verify(opened(folder, key)).problem.startswith(problem)
        assert bool(verify(opened(folder, key)).problem) == bool(key)


def test_only_a_head_kept_elsewhere_finds_that_both_were_put_back(tmp_path: Path) -> None:
    records = written(tmp_path / "now", "a key", count=3)
    shutil.copytree(tmp_path / "now", tmp_path / "then")
    records.append(Kind.ANSWER, {})
    head = verify(records).head
    put_back = opened(tmp_path / "then", "a key")
    assert not verify(put_back).problem
    assert "record" in verify(put_back, head).problem
    assert not verify(records, head).problem
    assert not verify(records, verify(put_back).head).problem


def test_another_key_or_none_does_not_pass(tmp_path: Path) -> None:
    written(tmp_path, "a key")
    assert "not signed" in verify(opened(tmp_path, "another")).problem
    assert not verify(opened(tmp_path)).problem  # not checked, and said so
    assert "No key" in verify(opened(tmp_path)).text()


def test_what_a_stopped_writer_left_of_a_line_is_no_tampering(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "receipts.anchor")
    whole = f"+ 1 {'a' * 64} -"
    for length in range(len(whole)):
        anchor.path.write_text(whole[:length])
        assert list(anchor.lines()) == []
    anchor.write(Mark.INTENDED, 1, "b" * 64)
    assert [line.hash for line in anchor.lines()] == ["b" * 64]
    anchor.path.write_text("all is well\n")
    with pytest.raises(AnchorError, match="line 1"):
        list(anchor.lines())


def test_killed_at_any_moment_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for lines in (1, 2, 5, 11, 17):
        writer = start(tmp_path, 10_000)
        assert writer.stdout
        acknowledged += [line.strip() for line in itertools.islice(writer.stdout, lines)]
        writer.kill()  # SIGKILL, wherever it is
        acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        found = verify(opened(tmp_path))
        assert found.problem == ""
        assert set(acknowledged) <= {record.hash for record in opened(tmp_path).read()}
    assert len(acknowledged) >= 36


@pytest.mark.parametrize("stopped_at", ["before the record", "before the commit", "after the commit"])
def test_stopped_between_the_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_at: str) -> None:
    records = written(tmp_path, count=2)
    write = Anchor.write

    def stop(self: Anchor, mark: Mark, number: int, digest: str) -> None:
        if stopped_at == "before the record":
            raise OSError("no space")
        write(self, mark, number, digest)
        if stopped_at == "before the commit" or mark is Mark.ACKNOWLEDGED:
            raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(Anchor, "write", stop)
        with pytest.raises(RecordError):
            records.append(Kind.ANSWER, {})
    assert verify(opened(tmp_path)).problem == ""
    records.append(Kind.ANSWER, {})
    found = verify(opened(tmp_path))
    assert (found.problem, found.records) == ("", 4 if stopped_at == "after the commit" else 3)


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    written(tmp_path, count=1)
    writers = [start(tmp_path, 25, name) for name in "ab"]
    outputs = [writer.communicate()[0].split() for writer in writers]
    found = verify(opened(tmp_path))
    assert (found.problem, found.records, found.unacknowledged) == ("", 51, 0)
    records = {record.hash: record for record in opened(tmp_path).read()}
    for output, name in zip(outputs, "ab", strict=True):
        assert [records[line].data["number"] for line in output] == list(range(25))
        assert {records[line].data["by"] for line in output} == {name}


def test_a_check_beside_a_writer_is_no_alarm(tmp_path: Path) -> None:
    records = written(tmp_path, count=1)
    writer = start(tmp_path, 60)
    while writer.poll() is None:
        assert verify(records).problem == ""
    assert verify(records).records == 61


def test_a_writer_that_read_an_old_head_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As may happen in a database that lets two writers read at once."""
    records = written(tmp_path, count=2)
    heads = iter([records.find("1")])
    real = module._head
    monkeypatch.setattr(module, "_head", lambda connection: next(heads, None) or real(connection))
    assert records.append(Kind.ANSWER, {}).number == 3
    assert verify(records).problem == ""
    monkeypatch.setattr(module, "_head", lambda connection: None)
    with pytest.raises(RecordError, match="other writers"):
        records.append(Kind.ANSWER, {})


def test_forgotten_content_is_gone_from_the_disk_and_the_chain_stays_whole(tmp_path: Path) -> None:
    records = written(tmp_path)
    record = records.forget([2, 3], "named")
    assert record
    assert record.data["forgets"] == [2, 3]
    found = verify(records)
    assert (found.problem, found.records) == ("", 7)
    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"answer 2" not in left
    assert b"answer 3" not in left
    assert b"answer 4" in left
    with pytest.raises(RecordError, match="forgotten"):
        _ = records.find("2").data
    assert records.forget([2], "named") is None
    assert records.forget([7], "named") is None  # that something was forgotten is not forgotten


def test_forgetting_by_day(tmp_path: Path) -> None:
    records = written(tmp_path, count=3)
    assert records.before("2020-01-01") == []
    assert records.before("9999-01-01") == [1, 2, 3]


def test_forgotten_content_put_back_is_found(tmp_path: Path) -> None:
    records = written(tmp_path)
    content = records.find("2").content or ""
    records.forget([2], "named")
    sql(tmp_path, f"UPDATE records SET content = '{content}' WHERE number = 2")
    assert verify(records).problem.startswith("record 2: forgotten by record 7")


def test_receipts_may_be_off(tmp_path: Path) -> None:
    assert open_records(Settings(cache=tmp_path, receipts="off")) is None


def test_a_place_that_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="PHARMACY_RECEIPTS"):
        open_records(Settings(cache=tmp_path, receipts=f"sqlite:///{tmp_path}/nowhere/receipts.db"))


def test_the_text_says_what_is_proven(tmp_path: Path) -> None:
    assert "keep the head elsewhere" in Verification(1, "1:a", "", 0, True).text()
    assert Verification(1, "1:a", "record 1: bad", 0, True).text().startswith("NOT WHOLE")
