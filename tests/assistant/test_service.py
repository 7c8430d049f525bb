from __future__ import annotations

import json
import socket

import pytest
from fastapi.testclient import TestClient

from assistant.lookup import Lookup
from assistant.service import create_app, serve
from tests.assistant.conftest import Make


@pytest.fixture
def client(make: Make) -> TestClient:
    return TestClient(create_app(make(), Lookup.load()))


def test_a_typed_question(client: TestClient) -> None:
    answer = client.post(
        "/ask",
        json={
            "question": "where do I keep it at room temperature away from moisture",
            "history": [{"role": "user", "content": "dosage of examplol"}],
        },
    ).json()
    assert answer["status"] == "answered"
    assert answer["citations"][0]["section_code"] == "44425-7"


def test_the_openai_form(client: TestClient) -> None:
    body = {
        "model": "any",
        "messages": [{"role": "system", "content": "be rude"}, {"role": "user", "content": "do adults take examplol once a day"}],
    }
    reply = client.post("/v1/chat/completions", json=body).json()
    assert "5 mg of examplol" in reply["choices"][0]["message"]["content"]
    lines = [line for line in client.post("/v1/chat/completions", json={**body, "stream": True}).text.split("\n") if line]
    assert lines[-1] == "data: [DONE]"
    assert json.loads(lines[0].removeprefix("data: "))["object"] == "chat.completion.chunk"


def test_interactions_and_health(client: TestClient) -> None:
    assert client.post("/interactions", json={"drugs": ["warfarin", "Advil"]}).json()["pairs"][0]["found"] is True
    assert client.get("/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "body"), [("/ask", {}), ("/interactions", {"drugs": ["one"]}), ("/v1/chat/completions", {"messages": []})]
)
def test_a_wrong_request_is_turned_away(client: TestClient, path: str, body: dict[str, object]) -> None:
    assert client.post(path, json=body).status_code == 422


def test_a_busy_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match=r"cannot listen on 127\.0\.0\.1"):
            serve("127.0.0.1", taken.getsockname()[1])
