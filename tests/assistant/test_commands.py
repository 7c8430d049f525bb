"""The command lines that others script against, run as they run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=ROOT, check=False)


def lines(path: Path, *rows: dict[str, object]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_ask_batch_answers_in_order_and_prints_json_only(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "side effects of warfarin"}]
    file = lines(
        tmp_path / "in.jsonl",
        {"id": "a", "question": "Can I take ibuprofen with warfarin?"},
        {"id": "b", "question": "and with alcohol?", "history": history},
        {"id": "c", "question": ""},
        {"id": "d", "question": "my email is jane@example.com, how do I store Lantus?"},
    )
    done = run("assistant", "ask", "--batch", file)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "d"]
    assert [answer["status"] for answer in answers] == ["answered", "answered", "failed", "answered"]
    keys = {"id", "question", "status", "reason", "text", "citations", "drugs", "verdicts", "model", "timings_ms", "receipt"}
    assert keys <= answers[0].keys()
    citation = answers[0]["citations"][0]
    assert {"marker", "drug", "section", "section_code", "quote", "start", "end", "monograph", "revised", "source"} <= citation.keys()
    assert {"rail", "decision", "rule", "reason", "ms"} <= answers[0]["verdicts"][0].keys()
    assert {citation["drug"] for citation in answers[1]["citations"]} == {"warfarin"}
    assert "jane@example.com" not in done.stdout + done.stderr


def test_interactions_batch(tmp_path: Path) -> None:
    file = lines(tmp_path / "in.jsonl", {"id": 1, "drugs": ["warfarin", "Advil", "zorblaxin"]})
    done = run("assistant", "interactions", "--batch", file)
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert [pair["found"] for pair in row["pairs"]] == [True, None, None]
    assert row["pairs"][0]["severity"] == "major"
    assert row["pairs"][0]["quotes"]


def test_search_batch(tmp_path: Path) -> None:
    file = lines(tmp_path / "in.jsonl", {"id": "s", "question": "how do I store Lantus"})
    done = run("knowledge", "search", "--batch", file, "-k", "3")
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(row["hits"]) == 3
    assert row["hits"][0]["section_code"] == "44425-7"


def test_guardrails_batch(tmp_path: Path) -> None:
    evidence = ["Adults take 5 mg of amlodipine once a day."]
    file = lines(
        tmp_path / "in.jsonl",
        {"id": 1, "text": "my son swallowed a whole bottle of my amlodipine and won't wake up"},
        {"id": 2, "text": "My SSN is 123-45-6789. What are the side effects of Norvasc?"},
        {"id": 3, "text": "Adults take 50 mg of amlodipine once a day.", "side": "output", "evidence": evidence},
        {"id": 4, "text": "Adults take 5 mg of amlodipine once a day.", "side": "output", "evidence": evidence},
    )
    done = run("guardrails", "check", "--batch", file)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["decision"] for row in rows] == ["escalate", "redact", "replace", "allow"]
    assert [row["rule"] for row in rows] == ["emergency", "privacy", "grounding", ""]
    assert "123-45-6789" not in rows[1]["text"]
    assert (rows[2]["text"], rows[3]["text"]) == (evidence[0], evidence[0])
    assert any("50 mg" in failure for failure in rows[2]["failed"])


def test_the_desk_reads_a_drug_and_a_pair() -> None:
    drug = run("assistant", "drug", "Coumadin")
    assert drug.stdout.index("BOXED WARNING") < drug.stdout.index("Uses") < drug.stdout.index("Sources")
    pair = run("assistant", "interactions", "warfarin", "ibuprofen")
    assert "major" in pair.stdout.splitlines()[0].lower()


@pytest.mark.parametrize(
    "arguments",
    [
        ("assistant", "ask"),
        ("assistant", "ask", "--batch", "no-such-file.jsonl"),
        ("assistant", "interactions", "warfarin"),
        ("assistant", "drug", "zorblaxin"),
        ("assistant", "drug"),
        ("assistant", "drug", "warfarin", "--section", "nonsense"),
        ("knowledge", "search", "x", "--index", "no-such-folder"),
        ("knowledge", "build", "--source", "no-such-folder"),
    ],
)
def test_an_error_is_a_sentence_on_standard_error(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "drugs": ["a", "b"]}\n{oops\n', encoding="utf-8")
    done = run("assistant", "interactions", "--batch", str(tmp_path / "in.jsonl"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "in.jsonl:2: not JSON" in done.stderr
