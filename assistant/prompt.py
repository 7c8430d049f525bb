"""Renders a question and its passages for the model: the same words in training and in serving."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Template

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from knowledge.types import Hit

FOLDER = Path(__file__).parent / "prompts"


def render(question: str, hits: Sequence[Hit]) -> list[BaseMessage]:
    """The messages for a model: the instruction, then the passages numbered from 1, then the question."""
    passages = "\n".join(
        f"[{number}] {hit.passage.drug}, {hit.passage.section}: {' '.join(hit.passage.text.split())}"
        for number, hit in enumerate(hits, start=1)
    )
    return [
        SystemMessage(_text("system").strip()),
        HumanMessage(Template(_text("user")).substitute(passages=passages, question=question).strip()),
    ]


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
