"""Nothing that identifies a person leaves: 200 made-up identities go in, and every byte that comes out is searched for them."""

from __future__ import annotations

import json
import logging
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.chain import PharmacyAssistant
from assistant.settings import Settings
from assistant.types import Question, Turn
from guardrails.engine import Guardrails
from guardrails.gazetteer import gazetteer
from guardrails.policy import Policies
from knowledge.names import NameIndex
from knowledge.search import KnowledgeBase
from tests.guardrails.scripted import scripted_rails

IDENTITIES = 200
_GIVEN = "Olivia Marcus Priya Hiroshi Fatima Siobhan Diego Ngozi Wojciech Amara Linh Kofi Ingrid Rashid Beatriz Tobias Xiomara Desmond Yuki Leticia".split()
_SURNAMES = "Castellano Okafor Nakamura Lindqvist Abernathy Delgado Kowalczyk Mbeki Fontaine Rasmussen Petrov Haddad Winterbourne Achterberg".split()
_TOWNS = "Tulsa Chattanooga Bakersfield Worcester Duluth Amarillo Spokane Knoxville Boise Tacoma".split()
_QUESTIONS = (
    "what are the side effects of lisinopril", "can I take ibuprofen with warfarin", "how do I store insulin glargine", "is metformin taken with food",
    "does sertraline cause nausea", "what if I miss a dose of levothyroxine",
)  # fmt: skip


class Identity:
    """A made-up person; `facts` are the pieces that may not come out, `message` is a question that tells them all."""

    def __init__(self, random: random.Random):
        digits = lambda n: "".join(random.choice("0123456789") for _ in range(n))  # noqa: E731
        first, last = random.choice(_GIVEN), random.choice(_SURNAMES)
        town, number = random.choice(_TOWNS), random.randint(100, 9899)
        born = f"{random.randint(1, 12)}/{random.randint(1, 28)}/{random.randint(1935, 2005)}"
        phone = f"{random.randint(201, 989)}-555-0{digits(3)}"
        self.facts = {
            "name": f"{first} {last}", "surname": last, "born": born, "phone": phone, "email": f"{first}.{last}{digits(2)}@example.com".lower(),
            "record": "MR" + digits(7), "prescription": digits(8), "member": "XQ" + digits(9), "ssn": f"{random.randint(100, 665)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}",
            "street": f"{number} {last} Avenue", "town": town, "password": "pw" + digits(6) + "!",
        }  # fmt: skip
        f, question = self.facts, random.choice(_QUESTIONS)
        forms = [
            f"My name is {f['name']}, {question}? DOB {born}, call {phone}.",
            f"this is {f['name'].lower()} and {question}? My email is {f['email']}, MRN {f['record']}.",
            f"{question}? Thanks, {f['name']}. Rx {f['prescription']}, member ID {f['member']}, SSN {f['ssn']}.",
            f"I live at {f['street']} in {town}. {question}? My password is {f['password']} and phone {phone}.",
            f"For my wife {f['name']}, born {born}: {question}?",
        ]
        self.message = random.choice(forms)
        self.told = [fact for fact in f.values() if fact.lower() in self.message.lower()]


def identities() -> list[Identity]:
    """The same people on every run."""
    chance = random.Random(20261125)
    return [Identity(chance) for _ in range(IDENTITIES)]


class Stub(BaseHTTPRequestHandler):
    """A remote model on the loopback that keeps every byte it is sent and copies the first sentence it was shown."""

    received: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.received.append(f"{self.path} {self.headers} {body}")
        message = {"role": "assistant", "content": "This rests on nothing. Nor does this."}
        choice = {"index": 0, "message": message, "delta": message, "finish_reason": "stop"}
        kind = "chat.completion.chunk" if json.loads(body).get("stream") else "chat.completion"
        reply = json.dumps({"id": "1", "object": kind, "created": 0, "model": "stub", "choices": [choice]})
        streamed = kind.endswith("chunk")
        data = f"data: {reply}\n\ndata: [DONE]\n\n".encode() if streamed else reply.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def remote() -> Iterator[ChatOpenAI]:
    """A chat model behind HTTP, and what it received in `Stub.received`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield ChatOpenAI(model="stub", base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key=SecretStr("none"), max_retries=0)
    server.shutdown()


@pytest.fixture(scope="module")
def rails(policies: Policies, names: NameIndex) -> Guardrails:
    """Real redaction through real NeMo, and a classifier that stops nothing, so that every question goes all the way."""
    return scripted_rails(policies, lexicon=names)


def found_in(text: str, people: list[Identity]) -> list[str]:
    plain = text.lower()
    return sorted({fact for person in people for fact in person.told if fact.lower() in plain})


def test_no_identity_leaves_the_process(
    small_base: KnowledgeBase, rails: Guardrails, remote: ChatOpenAI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    searched: list[str] = []
    search = small_base.find
    monkeypatch.setattr(small_base, "find", lambda question, *more, **named: searched.append(question) or search(question, *more, **named))
    assistant = PharmacyAssistant(small_base, rails, remote, Settings(cache=tmp_path / "cache"))
    people, answers, before = identities(), [], ""
    for person in people:
        history = (Turn("user", before), Turn("assistant", "Noted.")) if before else ()
        answers.append(json.dumps(assistant.ask(Question(person.message.replace("lisinopril", "examplol").replace("sertraline", "samplazine"), history)).as_json()))
        before = person.message
    printed = capfd.readouterr()
    files = "".join(path.read_text(errors="ignore") for path in tmp_path.rglob("*") if path.is_file())
    places = {
        "answers": "\n".join(answers), "log": caplog.text + "".join(str(vars(record)) for record in caplog.records), "output": printed.out + printed.err,
        "remote model": "\n".join(Stub.received), "retrieval": "\n".join(searched), "files": files,
    }  # fmt: skip
    assert Stub.received, "the remote model was never asked: the test would show nothing"
    assert {place: found_in(text, people) for place, text in places.items() if found_in(text, people)} == {}


def test_an_error_does_not_carry_the_question_out(
    small_base: KnowledgeBase, rails: Guardrails, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)

    def broken(text: str, *more: Any, **named: Any) -> Any:
        raise ValueError(f"cannot read {text}")

    people = identities()[:20]
    for part, name in ((rails._redactor, "find"), (rails, "_probabilities"), (small_base, "find"), (small_base.names, "resolve")):
        with monkeypatch.context() as patch:
            patch.setattr(part, name, broken)
            answers = [json.dumps(PharmacyAssistant(small_base, rails, None, Settings()).ask(person.message).as_json()) for person in people]
        printed = capfd.readouterr()
        assert found_in("\n".join(answers) + caplog.text + printed.out + printed.err, people) == [], name


def test_the_identities_are_told_in_full() -> None:
    people = identities()
    assert len({person.facts["name"] + person.facts["born"] for person in people}) > IDENTITIES * 0.95
    assert min(len(person.told) for person in people) >= 2
    assert {name.lower() for name in _TOWNS} <= gazetteer().towns
