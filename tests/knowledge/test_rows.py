from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge import rows
from knowledge.rows import JsonRows, as_line

ROWS: list[dict[str, Any]] = [{"text": "one\ntwo\u2028three"}, {"text": "µg ≥ 5"}, {}, {"text": "last"}]


@pytest.fixture(params=[1 << 24, 7], ids=["one chunk", "many chunks"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JsonRows[dict[str, Any]]:
    monkeypatch.setattr(rows, "_CHUNK", request.param)
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"".join(map(as_line, ROWS)))
    held = JsonRows(path, dict)
    path.unlink()
    return held


def test_rows_are_read_as_they_were_written_though_the_file_is_deleted(opened: JsonRows[dict[str, Any]]) -> None:
    assert list(opened) == ROWS
    assert (len(opened), opened[-1], opened[1]) == (4, ROWS[3], ROWS[1])


@pytest.mark.parametrize("row", [4, -5])
def test_a_row_that_is_not_there(opened: JsonRows[dict[str, Any]], row: int) -> None:
    with pytest.raises(IndexError):
        opened[row]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").touch()
    assert list(JsonRows(tmp_path / "rows.jsonl", dict)) == []
