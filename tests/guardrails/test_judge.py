"""The rails with a model that judges besides the rules: what it is shown, what its word does, and what happens without it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from assistant.model import load_judge
from assistant.settings import Settings
from guardrails import engine
from guardrails.engine import Guardrails
from guardrails.policy import Policies
from guardrails.types import Decision, Ruling
from tests.guardrails.scripted import scripted_rails

SECRETS = ("Tom Baker", "415-555-0137", "tom.baker@example.com", "078-05-1120")
PRIVATE = "My name is Tom Baker, call 415-555-0137 or tom.baker@example.com, SSN 078-05-1120. What is warfarin for?"
FACT = "Warfarin can cause bleeding."


class Endpoint(ThreadingHTTPServer):
    """An OpenAI-compatible endpoint on the loopback that keeps what it was sent; a prompt that holds a key of `says` gets its answer."""

    daemon_threads = True

    def __init__(self) -> None:
        self.received: list[str] = []
        self.says: dict[str, str] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def reply(self, body: str) -> str:
        self.received.append(body)
        return next((answer for part, answer in self.says.items() if part in body), "yes" if "support the sentence" in body else "no")


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        said = self.server.reply(body)
        message = {"role": "assistant", "content": said}
        whole = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "judge",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        }
        sent = json.dumps(whole).encode()
        self.send_response(200 if said != "broken" else 500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def judged(policies: Policies, url: str, **parts: Any) -> Guardrails:
    return scripted_rails(policies, judge=load_judge(Settings(judge_url=url, judge_model="judge", timeout_s=5)), **parts)


@pytest.fixture
def rails(policies: Policies, endpoint: Endpoint) -> Guardrails:
    return judged(policies, f"http://127.0.0.1:{endpoint.server_port}/v1", script={"emergencyword": {"emergency": 0.9}})


def rules(ruling: Ruling) -> dict[str, Decision]:
    return {verdict.rule: verdict.decision for verdict in ruling.verdicts}


def test_no_judge_without_the_setting() -> None:
    assert load_judge(Settings()) is None


def test_the_judge_never_sees_an_identifier(rails: Guardrails, endpoint: Endpoint) -> None:
    ruling = rails.check_question(PRIVATE)
    rails.check_answer(FACT, [FACT])
    assert not ruling.stops
    assert len(endpoint.received) == 3
    assert [secret for secret in SECRETS if any(secret in body for body in endpoint.received)] == []
    assert "<PHONE_1>" in endpoint.received[0]


def test_what_the_judge_lets_through_is_ruled_on_as_before(rails: Guardrails) -> None:
    ruling = rails.check_question("what is warfarin for")
    assert ruling.decision is Decision.ALLOW
    assert rules(ruling)["self_check_input"] is Decision.ALLOW


def test_what_the_judge_blocks_is_refused(rails: Guardrails, endpoint: Endpoint) -> None:
    endpoint.says = {"odd request": "yes"}
    ruling = rails.check_question("an odd request")
    assert (ruling.decision, ruling.strongest.rule) == (Decision.REFUSE, "self_check_input")
    assert ruling.strongest.message


def test_an_emergency_is_not_kept_waiting_by_the_judge(rails: Guardrails, endpoint: Endpoint) -> None:
    ruling = rails.check_question("emergencyword")
    assert (ruling.decision, ruling.strongest.rule) == (Decision.ESCALATE, "emergency")
    assert endpoint.received == []
    assert not any(verdict.failed for verdict in ruling.verdicts)


@pytest.mark.parametrize(
    ("prompt", "answer", "rule"), [("support the sentence", "no", "self_check_facts"), ("patient reads it", "yes", "self_check_output")]
)
def test_a_sentence_that_the_judge_rejects_is_dropped(rails: Guardrails, endpoint: Endpoint, prompt: str, answer: str, rule: str) -> None:
    assert rails.check_answer(FACT, [FACT]).text == FACT
    endpoint.says = {prompt: answer}
    ruling = rails.check_answer(FACT, [FACT])
    assert ruling.text == ""
    assert rules(ruling)[rule] is Decision.REPLACE
    assert not any(verdict.failed for verdict in ruling.verdicts)


@pytest.mark.parametrize("down", ["no endpoint", "an endpoint that breaks"])
def test_without_its_judge_nothing_is_let_through(policies: Policies, endpoint: Endpoint, down: str) -> None:
    endpoint.says = {"": "broken"}
    port = 9 if down == "no endpoint" else endpoint.server_port
    rails = judged(policies, f"http://127.0.0.1:{port}/v1")
    ruling = rails.check_question("what is warfarin for")
    assert (ruling.decision, ruling.strongest.rule, ruling.strongest.reason) == (Decision.REFUSE, "self_check_input", "could_not_run")
    assert "could not be reached" in ruling.strongest.message
    shown = rails.check_answer(FACT, [FACT])
    assert (shown.decision, shown.text) == (Decision.REFUSE, "")


def test_redaction_that_breaks_stops_before_the_judge(policies: Policies, endpoint: Endpoint) -> None:
    def fails(texts: object) -> Any:
        raise RuntimeError("no embedding")

    rails = judged(policies, f"http://127.0.0.1:{endpoint.server_port}/v1", encode=fails)
    assert rails.check_question(PRIVATE).stops
    assert endpoint.received == []


def test_the_judge_comes_after_the_same_flows() -> None:
    shared = (engine.CONFIG / "flows.co").read_text(encoding="utf-8").split("\n", 1)[1]
    assert shared.strip() in (engine.JUDGED / "flows.co").read_text(encoding="utf-8")
