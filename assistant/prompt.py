"""Renders a question and its passages for the model: the same words in training and in serving."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import Template

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.types import Audience
from knowledge.types import Hit

FOLDER = Path(__file__).parent / "prompts"
# What a model writes for want of an answer, for want of a part of it, and on a personal question. Tuned models learn these words.
ABSTAINS = "The passages do not answer this question."
SILENT = "The passages do not say"
REFERS = "Please ask a pharmacist or doctor about your own case."


def render(question: str, hits: Sequence[Hit], audience: Audience = Audience.PATIENT, earlier: Sequence[str] = ()) -> list[BaseMessage]:
    """The messages for a model: the instruction, then the passages numbered from 1, who reads the answer, and the question.

    Args:
        question: as asked, redacted; a follow-up as it stands.
        hits: the passages, in the order of their numbers.
        audience: who reads the answer.
        earlier: the user's questions before, redacted, oldest first; the last one is shown.
    """
    passages = "\n".join(
        f"[{number}] {hit.passage.drug}, {hit.passage.section}: {' '.join(hit.passage.text.split())}"
        for number, hit in enumerate(hits, start=1)
    )
    asked = f"{earlier[-1]}\nThen: {question}" if earlier else question
    user = Template(_text("user")).substitute(passages=passages or "none", audience=audience.value, question=asked)
    return [SystemMessage(_text("system").strip()), HumanMessage(user.strip())]


def without_passages(question: str) -> list[BaseMessage]:
    """The messages for a model that is given no passages: the same length asked of it, and the question."""
    return [SystemMessage(_text("vanilla").strip()), HumanMessage(question)]


def fingerprint() -> str:
    """SHA-256 of the wording, so that a model tuned on another one is noticed."""
    return hashlib.sha256(inspect.getsource(render).encode() + "".join(map(_text, ("system", "user"))).encode()).hexdigest()


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
