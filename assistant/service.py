"""The HTTP service: typed endpoints, and the OpenAI chat-completions form."""

from __future__ import annotations

import json
import socket
import time
import uuid
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from assistant.chain import PharmacyAssistant
from assistant.lookup import Lookup
from assistant.types import Answer, Audience, Question, Sentence, Turn

MODEL = "pharmacy-assistant"


class Message(BaseModel):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class AskRequest(BaseModel):
    """A question with its earlier turns."""

    question: str
    history: list[Message] = []
    audience: Audience = Audience.PATIENT


class InteractionsRequest(BaseModel):
    """Two to ten medicines."""

    drugs: list[str] = Field(min_length=2, max_length=10)


class CompletionRequest(BaseModel):
    """What an OpenAI client sends; settings of a sampler are accepted and do not apply."""

    messages: list[Message] = Field(min_length=1)
    model: str = MODEL
    stream: bool = False


def create_app(assistant: PharmacyAssistant, lookup: Lookup) -> FastAPI:
    """The service over an assistant in service."""
    app = FastAPI(title="Pharmacy assistant", version="0.1.0")

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "model": assistant.settings.model, "monographs": len(assistant.base.monographs)}

    @app.post("/ask")
    def ask(request: AskRequest) -> dict[str, Any]:
        return assistant.ask(_question(request.history, request.question, request.audience)).as_json()

    @app.post("/interactions")
    def interactions(request: InteractionsRequest) -> dict[str, Any]:
        try:
            return {"pairs": [pair.as_json() for pair in lookup.pairs(request.drugs)]}
        except ValueError as error:
            raise HTTPException(422, str(error)) from None

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": MODEL}]}

    @app.post("/v1/chat/completions", response_model=None)
    def completions(request: CompletionRequest) -> dict[str, Any] | StreamingResponse:
        if request.messages[-1].role != "user":
            raise HTTPException(422, "the last message must be the user's")
        question = _question(request.messages[:-1], request.messages[-1].content, Audience.PATIENT)
        if request.stream:
            return StreamingResponse(_events(assistant, question), media_type="text/event-stream")
        answer = assistant.ask(question)
        return {
            **_envelope("chat.completion"),
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer.text}}],
            "answer": answer.as_json(),
        }

    return app


def serve(host: str, port: int) -> None:
    """Run the service until it is stopped.

    Raises:
        OSError: the port is taken.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"cannot listen on {host}:{port} ({error.strerror}): give another with --port") from None
    import uvicorn

    from assistant.build import load_assistant

    uvicorn.run(create_app(load_assistant(), Lookup.load()), host=host, port=port, log_level="warning", access_log=False)


def _question(history: list[Message], text: str, audience: Audience) -> Question:
    return Question(text, tuple(Turn(turn.role, turn.content) for turn in history if turn.role != "system"), audience)


def _envelope(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _events(assistant: PharmacyAssistant, question: Question) -> Iterator[str]:
    envelope = _envelope("chat.completion.chunk")
    for piece in assistant.stream(question):
        if isinstance(piece, Sentence):
            choice: dict[str, Any] = {"index": 0, "delta": {"role": "assistant", "content": piece.marked + "\n"}, "finish_reason": None}
            yield f"data: {json.dumps({**envelope, 'choices': [choice]})}\n\n"
        elif isinstance(piece, Answer):
            yield f"data: {json.dumps({**envelope, 'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}], 'answer': piece.as_json()})}\n\n"
    yield "data: [DONE]\n\n"
