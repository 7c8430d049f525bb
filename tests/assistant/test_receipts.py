"""What is kept of an answer, and how it is answered again."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import __main__ as command
from assistant.chain import PharmacyAssistant
from assistant.receipts import Receipts, replay
from assistant.records import Record, RecordError, Records, open_records
from assistant.types import Audience, Question, Sentence, Status, Turn
from guardrails.types import Decision, Verdict
from tests.assistant.conftest import Make

DOSE = "do adults take examplol once a day"
ESCALATED = Verdict("input", "emergency", Decision.ESCALATE, "emergency", message="Call 911 now.")
REFUSED = Verdict("input", "misuse", Decision.REFUSE, "misuse", message="Not this.")


def recorded(assistant: PharmacyAssistant) -> Records:
    records = open_records(assistant.settings)
    assert records
    assistant.receipts = Receipts(records)
    return records


def test_a_receipt_holds_all_that_the_answer_came_from(make: Make) -> None:
    assistant = make("Adults take 50 mg of examplol once a day. ")
    records = recorded(assistant)
    answer = assistant.ask(Question(DOSE, audience=Audience.STAFF))
    kept = records.find(answer.receipt or "").data
    assert (kept["question"], kept["text"], kept["status"], kept["audience"]) == (DOSE, answer.text, "answered", "staff")
    for key in ("policies", "index", "embedding", "model", "sentences"):
        assert kept["made_with"][key]
    for cited, citation in zip(kept["citations"], answer.citations, strict=True):
        assert (cited["monograph"], cited["quote"]) == (citation.monograph, citation.quote)
        assert {"monograph": citation.monograph, "start": citation.start, "end": citation.end} in kept["evidence"]
    assert any(verdict["decision"] == "replace" and "number: 50 mg" in verdict["failed"] for verdict in kept["verdicts"])


@pytest.mark.parametrize(
    ("text", "status", "verdict"),
    [
        (DOSE, Status.ANSWERED, None),
        ("help", Status.ESCALATED, ESCALATED),
        ("help", Status.REFUSED, REFUSED),
        ("what about it", Status.CLARIFY, None),
        ("is zorblaxin used for pain", Status.NO_SOURCE, None),
        ("", Status.FAILED, None),
    ],
)
def test_every_ending_leaves_one(make: Make, text: str, status: Status, verdict: Verdict | None) -> None:
    assistant = make(verdicts={text: verdict} if verdict else None)
    records = recorded(assistant)
    answer = assistant.ask(text)
    assert answer.status is status
    assert records.find(answer.receipt or "").data["status"] == status.value
    assert len(list(records.read())) == 1


def test_no_identifier_is_kept(make: Make) -> None:
    assistant = make()
    records = recorded(assistant)
    history = (Turn("user", "I am Jane Roe on examplol"), Turn("assistant", "Hello Jane Roe"))
    assistant.ask(Question(f"Jane Roe here, {DOSE}", history, id="jane.roe@example.com"))
    assistant.rails.check_question = None  # type: ignore[assignment]
    assert assistant.ask("Jane Roe here").receipt
    stored = b"".join(file.read_bytes() for file in assistant.settings.cache.glob("receipts.*"))
    assert b"<NAME_1> here" in stored
    assert b"Roe" not in stored
    assert b"example.com" not in stored
    assert [record.data["status"] for record in records.read()] == ["answered", "failed"]


def test_an_answer_that_cannot_be_recorded_says_so_and_still_helps(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    assistant = make(verdicts={"secret help": ESCALATED})
    records = recorded(assistant)
    (assistant.settings.cache / "receipts.anchor").mkdir()  # as good as a full disk
    answer = assistant.ask("secret help")
    assert (answer.status, answer.text, answer.receipt) == (Status.ESCALATED, "Call 911 now.", None)
    assert answer.verdicts[-1].reason == "not_recorded"
    assert "secret" not in caplog.text
    assert list(records.read()) == []


def test_without_receipts_nothing_is_missing(make: Make) -> None:
    answer = make().ask(DOSE)
    assert answer.receipt is None
    assert all(verdict.rail != "receipt" for verdict in answer.verdicts)


def test_a_listener_that_goes_away_leaves_a_record_of_what_it_was_shown(make: Make) -> None:
    assistant = make()
    records = recorded(assistant)
    stream = assistant.stream(DOSE)
    first = next(stream)
    assert isinstance(first, Sentence)
    stream.close()  # type: ignore[attr-defined]
    (record,) = records.read()
    assert (record.data["reason"], record.data["text"]) == ("abandoned", first.marked)
    list(assistant.stream(DOSE))
    assert len(list(records.read())) == 2


def kept(assistant: PharmacyAssistant, question: Question) -> Record:
    records = recorded(assistant)
    return records.find(assistant.ask(question).receipt or "")


def test_the_same_again_does_not_differ_and_is_not_recorded(make: Make) -> None:
    assistant = make("Adults take the 5 mg of examplol once a day. ")
    record = kept(assistant, Question("and with alcohol?", (Turn("user", "side effects of examplol"),)))
    again = replay(record, assistant)
    assert again.differences == ()
    assert {citation.drug for citation in again.answer.citations} == {"examplol"}
    assert again.answer.receipt is None


def test_what_differs_is_named(make: Make) -> None:
    record = kept(make(), Question("How is examplol taken, and how much a day?"))
    later = make(sentences=1)
    later.rails.policies.sha256 = "1" * 64  # type: ignore[misc]
    again = replay(record, later)
    assert {"policies", "sentences", "text"} <= {what for what, _, _ in again.differences}
    assert "1" * 64 in again.text()


def test_only_answers_are_answered_again(make: Make) -> None:
    assistant = make()
    record = kept(assistant, Question(DOSE))
    records = open_records(assistant.settings)
    assert records
    gone = records.forget([record.number], "named")
    assert gone
    with pytest.raises(ValueError, match="no answer"):
        replay(gone, assistant)
    with pytest.raises(RecordError, match="forgotten"):
        replay(records.find("1"), assistant)


def test_the_commands(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PHARMACY_CACHE", str(tmp_path))
    monkeypatch.setenv("PHARMACY_RECEIPTS", "")
    assistant = make()
    monkeypatch.setattr("assistant.load_assistant", lambda: assistant)
    receipt = kept(assistant, Question(DOSE)).hash
    assert command.main(["verify"]) == 0
    assert f"Head 1:{receipt}" in capsys.readouterr().out
    assert command.main(["replay", receipt[:10]]) == 0
    assert "same answer" in capsys.readouterr().out
    assert command.main(["forget", receipt[:10]]) == 0
    assert command.main(["verify", "--head", f"1:{receipt}"]) == 0
    assert command.main(["replay", "1"]) == 1
    assert "forgotten" in capsys.readouterr().err
    assert command.main(["forget"]) == 1
    assert command.main(["forget", "--before", "2020-01-01"]) == 0
    assert "nothing" in capsys.readouterr().out
    (tmp_path / "receipts.anchor").unlink()
    assert command.main(["verify"]) == 1
    assert "record 1" in capsys.readouterr().out
