"""The README and the embedding guide say what is so: their Python runs, their commands exist, their tree names every file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assistant as package
from assistant.chain import PharmacyAssistant
from assistant.desk import answer_text

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/embedding.md")


@pytest.mark.parametrize("page", PAGES)
def test_the_python_runs(page: str, assistant: PharmacyAssistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(package, "load_assistant", lambda: assistant)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, page, "exec"), names)
    assert capsys.readouterr().out


def test_the_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)) <= targets


@pytest.mark.parametrize("folder", ["knowledge", "guardrails", "assistant"])
def test_the_tree_names_every_file(folder: str) -> None:
    tree = (ROOT / "README.md").read_text(encoding="utf-8").split("## How it is built")[1].split("## What it does not")[0]
    rules = {"emergency", "self_harm", "misuse", "records", "injection", "language", "advice", "off_topic"}  # "one rule a file"
    for path in (ROOT / folder).glob("*.py"):
        if not path.stem.startswith("__") and path.stem not in rules:
            assert path.name in tree, f"{folder}/{path.name} is not in the README's tree"


def test_the_transcript_cites_what_is_cited(assistant: PharmacyAssistant) -> None:
    """The wording may differ where another processor rounds the model's numbers differently; the sources may not."""
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("```text\n")[1].split("\n```")[0]
    answer = assistant.ask("Can I take ibuprofen with warfarin?")
    assert answer_text(answer).split("Sources\n")[1] == shown.split("Sources\n")[1]
