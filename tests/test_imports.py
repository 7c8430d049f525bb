"""The import rule: ui -> assistant -> guardrails -> knowledge.types, and assistant -> knowledge; importing the assistant is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What a package may import of the others. `__main__` files put themselves together and are left out.
ALLOWED = {
    "knowledge": ("knowledge",),
    "guardrails": ("guardrails", "knowledge.types"),
    "assistant": ("assistant", "guardrails", "knowledge"),
    "ui": ("ui", "assistant", "knowledge.types"),
}
OURS = tuple(ALLOWED)


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] in OURS}


@pytest.mark.parametrize("package", OURS)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        if path.name == "__main__.py":
            continue
        for name in imported(path):
            assert name.startswith(tuple(f"{allowed}." for allowed in ALLOWED[package])) or name in ALLOWED[package], f"{path}: {name}"


def test_the_serving_path_imports_neither_evaluation_nor_finetuning() -> None:
    offline = ("assistant.evaluation", "assistant.finetuning")
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "__main__.py" and not {"evaluation", "finetuning"} & set(path.parts):
                assert not any(name.startswith(offline) for name in imported(path)), path


def test_nemo_has_one_importer() -> None:
    users = [path for package in OURS for path in (ROOT / package).rglob("*.py") if "nemoguardrails" in path.read_text(encoding="utf-8")]
    assert [path.relative_to(ROOT).as_posix() for path in users] == ["guardrails/engine.py"]


def test_importing_the_assistant_is_light() -> None:
    heavy = "torch transformers nemoguardrails sentence_transformers spacy streamlit".split()
    code = f"import sys, assistant; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
