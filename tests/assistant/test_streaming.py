"""No token leaves before its sentence was checked, whatever the model writes and whoever listens."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from streamlit.testing.v1 import AppTest

from assistant import __main__ as command
from assistant.chain import PharmacyAssistant
from assistant.lookup import Lookup
from assistant.service import create_app
from assistant.settings import Settings
from assistant.testing import HashEmbedder
from assistant.types import Answer, Sentence, Status
from guardrails.types import Decision, Ruling, Verdict
from knowledge.index import build
from knowledge.search import KnowledgeBase
from tests.assistant.conftest import Make, PlainRails
from tests.conftest import sample
from ui import chat

QUESTION = "can adults take examplol once a day and never above 10 mg a day"  # two sentences answer it
TRUE = "Adults take 5 mg of examplol once a day."
UNTRUE = "Zzyzx"  # stands in every false piece, and in no monograph


class WritingModel(BaseChatModel):
    """A chat model that streams the pieces which a function of its prompt gives."""

    write: Callable[[str], Iterable[str]]

    @property
    def _llm_type(self) -> str:
        return "writing"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("".join(self.write(str(messages[-1].content)))))])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self.write(str(messages[-1].content)):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))


ATTEMPTS: dict[str, Callable[[], Iterable[str]]] = {
    "a false sentence": lambda: ["Zzyzx is safe for everyone. ", "It cures Zzyzx. "],
    "letter by letter": lambda: iter(f"{TRUE} Take Zzyzx too. "),
    "half a sentence": lambda: ["Adults take 5 mg of examplol and Zzyzx"],
    "half a sentence with a number": lambda: ["Adults take 5 mg of Zzyzx 50."],
    "a true sentence with more in it": lambda: ["Adults take 5 mg of examplol once a day, or Zzyzx. "],
    "markers": lambda: ["Zzyzx helps [1]. ", "[1] Zzyzx [2][3]. ", "1. Zzyzx. "],
    "only a marker": lambda: ["[1]", "[99] Zzyzx"],
    "a heading": lambda: ["examplol, Dosage: Adults: Zzyzx is fine. "],
    "a passage's heading": lambda: ["[1] examplol, Dosage: Zzyzx. "],
    "HTML": lambda: ["<script>Zzyzx()</script> ", TRUE, ' <img src="Zzyzx">. '],
    "HTML in a true sentence": lambda: ["Adults take <b title=Zzyzx>5 mg</b> of examplol once a day. "],
    "Markdown": lambda: ["[Adults](http://Zzyzx) take 5 mg of examplol once a day. ", "```Zzyzx``` "],
    "lines": lambda: ["Zzyzx\n\nZzyzx\n", TRUE],
    "another script": lambda: ["Adults take 5 mg of examplol once a day, Zzyzx безопасно. ", "Adults take 5 mg of examplol once a day ☠. "],
    "control characters": lambda: ["Adults take 5 mg of exam\u202eplol once a day\u0007. ", "Z\u200bzyzx. "],
    "an endless sentence": lambda: itertools.chain([TRUE, " "], itertools.repeat("Zzyzx ")),
    "endless sentences": lambda: itertools.cycle(["Zzyzx is good. "]),
    "no end, no space": lambda: itertools.repeat("Zzyzx"),
    "nothing": lambda: [],
    "spaces": lambda: ["   ", "\n", "\t"],
}
_STRANGE = ("безопасно", "☠", "\u202e", "\u0007", "\u200b", "<", "```")


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup.load()


def is_clean(text: str) -> bool:
    return UNTRUE not in text and not any(strange in text for strange in _STRANGE)


def writing(make: Make, write: Callable[[str], Iterable[str]]) -> PharmacyAssistant:
    assistant = make()
    assistant.model = WritingModel(write=write)
    return assistant


@pytest.fixture(params=ATTEMPTS)
def attempted(request: pytest.FixtureRequest, make: Make) -> PharmacyAssistant:
    return writing(make, lambda prompt: ATTEMPTS[request.param]())


def test_a_stream_holds_checked_sentences_only(attempted: PharmacyAssistant) -> None:
    *sentences, answer = attempted.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    assert TRUE in answer.text
    assert is_clean(answer.text)
    for sentence in sentences:
        assert isinstance(sentence, Sentence)
        assert sentence.markers
        assert is_clean(sentence.text)


async def test_an_async_stream_too(attempted: PharmacyAssistant) -> None:
    pieces = [piece async for piece in attempted.astream(QUESTION)]
    assert isinstance(pieces[-1], Answer)
    assert all(is_clean(piece.text) for piece in pieces)


def test_the_service_too(attempted: PharmacyAssistant, lookup: Lookup) -> None:
    client = TestClient(create_app(attempted, lookup))
    text = streamed(client, QUESTION)
    assert TRUE in text
    assert is_clean(text)


def test_the_command_line_too(attempted: PharmacyAssistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("assistant.load_assistant", lambda: attempted)
    assert command.main(["ask", QUESTION]) == 0
    printed = capsys.readouterr()
    assert TRUE in printed.out
    assert is_clean(printed.out + printed.err)


@pytest.mark.parametrize("attempt", ["HTML", "letter by letter", "an endless sentence"])
def test_the_page_too(make: Make, monkeypatch: pytest.MonkeyPatch, attempt: str) -> None:
    assistant = writing(make, lambda prompt: ATTEMPTS[attempt]())
    drawn: list[str] = []
    real = chat.draft_html
    monkeypatch.setattr(chat, "draft_html", lambda shown: drawn.append(real(shown)) or drawn[-1])
    monkeypatch.setattr(chat, "get_assistant", lambda settings: assistant)
    page = AppTest.from_file(str(Path(chat.__file__).parent / "app.py"), default_timeout=60).run()
    page.chat_input[0].set_value(QUESTION).run()
    assert not page.exception
    shown = [*drawn, *(element.body for element in page.html if "rx-sentences" in element.body and "<style>" not in element.body)]
    assert len(drawn) >= 2
    assert "5 mg of examplol" in shown[-1]
    assert not any(UNTRUE in html for html in shown)
    assert not any("<script>Z" in html or "<img" in html for html in shown)


def streamed(client: TestClient, question: str) -> str:
    """The words of an HTTP stream."""
    body = {"stream": True, "messages": [{"role": "user", "content": question}]}
    with client.stream("POST", "/v1/chat/completions", json=body) as reply:
        lines = [line.removeprefix("data: ") for line in reply.iter_lines() if line]
    assert lines[-1] == "[DONE]"
    return "".join(json.loads(line)["choices"][0]["delta"].get("content", "") for line in lines[:-1])


def test_the_first_sentence_is_out_before_the_last_is_written(make: Make) -> None:
    shown, ended = threading.Event(), threading.Event()

    def write(prompt: str) -> Iterator[str]:
        yield f"{TRUE} And "
        assert shown.wait(30), "the model waited for its first sentence to be shown"
        ended.set()
        yield "more. "

    stream = writing(make, write).stream(QUESTION)
    first = next(stream)
    assert isinstance(first, Sentence)
    assert not ended.is_set()
    shown.set()
    *_, answer = stream
    assert isinstance(answer, Answer)
    assert ended.is_set()


def test_the_command_line_prints_the_first_sentence_before_the_last_is_written(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed: list[str] = []

    def write(prompt: str) -> Iterator[str]:
        yield f"{TRUE} And "
        printed.append(capsys.readouterr().out)
        yield "more. "

    assistant = writing(make, write)
    monkeypatch.setattr("assistant.load_assistant", lambda: assistant)
    command.main(["ask", QUESTION])
    assert printed[0].startswith(TRUE)


def test_a_batch_is_asked_at_once_and_answered_in_order(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    together = threading.Barrier(2, timeout=30)  # breaks, and the model with it, when one question waits for the other

    def write(prompt: str) -> Iterator[str]:
        together.wait()
        yield f"{TRUE} "

    def check_question(text: str, placeholders: object) -> Ruling:
        if text == "broken":
            raise RuntimeError(text)
        return Ruling(text, (Verdict("input", "privacy", Decision.ALLOW),))

    assistant = writing(make, write)
    monkeypatch.setattr(assistant.rails, "check_question", check_question)
    monkeypatch.setattr("assistant.load_assistant", lambda: assistant)
    rows = [{"id": str(row), "question": text} for row, text in enumerate([QUESTION, "broken", QUESTION])]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert command.main(["ask", "--batch", str(tmp_path / "in.jsonl")]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(answer["id"], answer["status"]) for answer in answers] == [("0", "answered"), ("1", "failed"), ("2", "answered")]
    assert "could_not_write" not in [verdict["reason"] for answer in answers for verdict in answer["verdicts"]]


class BrokenRails(PlainRails):
    """Rails whose output check cannot run from its nth call on."""

    def __init__(self, base: KnowledgeBase, after: int):
        super().__init__(base)
        self._left = after

    def check_answer(self, sentence: str, evidence: Sequence[str]) -> Ruling:
        self._left -= 1
        if self._left >= 0:
            return super().check_answer(sentence, evidence)
        return Ruling("", (Verdict("output", "grounding", Decision.REFUSE, "could_not_run", failed=("grounding: could_not_run",)),))


@pytest.mark.parametrize(("after", "status", "reason"), [(0, Status.FAILED, "could_not_run"), (1, Status.ANSWERED, "")])
def test_a_blocked_stream_ends_in_words(make: Make, after: int, status: Status, reason: str) -> None:
    assistant = make()
    assistant.rails = BrokenRails(assistant.base, after)  # type: ignore[assignment]
    *sentences, answer = assistant.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason) == (status, reason)
    assert "could not" in answer.sentences[-1].text
    assert len(answer.citations) == after
    assert list(answer.sentences) == sentences


def test_a_model_that_breaks_off_leaves_the_quotes(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    def write(prompt: str) -> Iterator[str]:
        yield f"{TRUE} And "
        raise RuntimeError("Zzyzx")

    *sentences, answer = writing(make, write).stream(QUESTION)
    assert isinstance(answer, Answer)
    assert answer.status is Status.ANSWERED
    assert [sentence.text for sentence in sentences] == [citation.quote for citation in answer.citations]
    assert "could_not_write" in [verdict.reason for verdict in answer.verdicts]
    assert UNTRUE not in answer.text + caplog.text


NAMES = [f"{a}{b}" for a in ("bal", "cor", "dun", "fel", "gam", "hil", "jor", "kem") for b in ("axol", "ezine", "opril", "ustat")]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> PharmacyAssistant:
    """An assistant over 32 invented drugs; its model copies the passages of its own prompt, slowly mixed with others' words."""
    folder = tmp_path_factory.mktemp("many")
    for name in NAMES:
        (folder / f"{name}.md").write_text(sample(name, name.title() + "brand"), encoding="utf-8")
    build(folder / "index", HashEmbedder(), [folder], progress=False)
    base = KnowledgeBase(folder / "index", HashEmbedder())
    together = threading.Barrier(len(NAMES), timeout=30)

    def write(prompt: str) -> Iterator[str]:
        together.wait()  # no stream goes on before all have begun
        for line in prompt.split("\n"):
            if line.startswith("["):
                yield from (f"{word} " for word in line.partition(": ")[2].partition(": ")[2].split() or line.split()[3:])

    settings = Settings(cache=folder, min_cosine=0.01, model="scripted")
    return PharmacyAssistant(base, PlainRails(base), WritingModel(write=write), settings)  # type: ignore[arg-type]


def told(name: str) -> str:
    return f"do adults take {name} once a day"


def is_about(text: str, name: str) -> bool:
    return f"5 mg of {name}" in text and not any(other in text for other in NAMES if other != name)


def test_32_streams_in_threads_are_not_mixed_up(many: PharmacyAssistant) -> None:
    with ThreadPoolExecutor(len(NAMES)) as pool:
        streams = list(pool.map(lambda name: list(many.stream(told(name))), NAMES))
    for name, (*sentences, answer) in zip(NAMES, streams, strict=True):
        assert isinstance(answer, Answer)
        assert is_about(answer.text, name)
        assert list(answer.sentences) == sentences
        assert {citation.drug for citation in answer.citations} == {name}


async def test_32_async_streams_are_not_mixed_up(many: PharmacyAssistant) -> None:
    async def collect(name: str) -> list[Sentence | Answer]:
        return [piece async for piece in many.astream(told(name))]

    for name, pieces in zip(NAMES, await asyncio.gather(*map(collect, NAMES)), strict=True):
        assert all(is_about(piece.text, name) or isinstance(piece, Sentence) for piece in pieces)
        assert {citation.drug for citation in pieces[-1].citations} == {name}  # type: ignore[union-attr]


def test_32_http_streams_are_not_mixed_up(many: PharmacyAssistant, lookup: Lookup) -> None:
    client = TestClient(create_app(many, lookup))
    with ThreadPoolExecutor(len(NAMES)) as pool:
        texts = list(pool.map(lambda name: streamed(client, told(name)), NAMES))
    for name, text in zip(NAMES, texts, strict=True):
        assert is_about(text, name)
