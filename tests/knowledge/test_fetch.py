from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

import pytest

from knowledge.fetching import Fetcher, FetchError
from knowledge.importing import read_labels
from tests.knowledge.label_samples import SET_ID, record, spl


class _Api(BaseHTTPRequestHandler):
    """Both APIs in their own shapes; "busyol" is answered 503 once, "downol" always."""

    asked: dict[str, int] = {}  # noqa: RUF012

    def do_GET(self) -> None:
        at = urlparse(self.path)
        query = parse_qs(at.query)
        self.asked[at.path] = self.asked.get(at.path, 0) + 1
        text = unquote(self.path)
        if "downol" in text or ("busyol" in text and self.asked[at.path] == 1):
            self._send(503, b"")
        elif at.path == "/drug/label.json" and ("metformin" in query["search"][0] or "busyol" in query["search"][0]):
            self._send(200, json.dumps({"meta": {"results": {"total": 1}}, "results": [record()]}).encode())
        elif at.path == f"/dailymed/services/v2/spls/{SET_ID}.xml":
            self._send(200, spl().encode())
        elif at.path == "/dailymed/services/v2/spls.json":
            self._send(200, json.dumps({"data": [{"setid": SET_ID}] if query["drug_name"] == ["onlyspl"] else []}).encode())
        else:
            self._send(404, b'{"error": {"code": "NOT_FOUND"}}')

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    _Api.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), _Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    yield Fetcher(place, place, timeout_s=5, pause_s=0)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("drug", "saved"),
    [("metformin", ["metformin.json", "metformin.xml"]), ("onlyspl", ["onlyspl.xml"]), ("busyol", ["busyol.json", "busyol.xml"])],
)
def test_labels_are_saved(fetcher: Fetcher, tmp_path: Path, drug: str, saved: list[str]) -> None:
    paths = fetcher.fetch(drug, tmp_path / "out")
    assert [path.name for path in paths] == saved
    assert {read.drug.name for read in read_labels(paths, progress=False)} == {"metformin"}


@pytest.mark.parametrize(("drug", "told"), [("nosuchdrug", "no label of 'nosuchdrug'"), ("downol", "answered 503"), ("12", "no name")])
def test_what_cannot_be_had_is_a_sentence(fetcher: Fetcher, tmp_path: Path, drug: str, told: str) -> None:
    with pytest.raises(FetchError, match=told):
        fetcher.fetch(drug, tmp_path / "out")


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="could not be reached"):
        Fetcher("http://127.0.0.1:9", "http://127.0.0.1:9", timeout_s=1, pause_s=0).fetch("metformin", tmp_path)
