"""The assistant and its knowledge as LangChain parts, for other people's chains."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict

from assistant.chain import PharmacyAssistant
from assistant.types import Answer, Question, Turn
from knowledge.search import KnowledgeBase


class AssistantRunnable(Runnable[Any, Answer]):
    """The whole walk, rails included, as a step of an LCEL chain: a question in, an `Answer` out.

    A question is a string, a `Question`, a mapping with `question` and perhaps `history`, or a list of messages.
    """

    def __init__(self, assistant: PharmacyAssistant):
        self.assistant = assistant

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The answer to a question."""
        return self._call_with_config(lambda value: self.assistant.ask(as_question(value)), input, config, run_type="chain")

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """`invoke` without blocking the event loop."""

        async def ask(value: Any) -> Answer:
            return await self.assistant.aask(as_question(value))

        return await self._acall_with_config(ask, input, config, run_type="chain")


class MonographRetriever(BaseRetriever):
    """Passages of the monographs as LangChain documents; a question that names a medicine stays inside its monograph."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    base: KnowledgeBase
    k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(page_content=hit.passage.text, metadata={key: value for key, value in hit.as_json().items() if key != "text"})
            for hit in self.base.search(query, k=self.k)
        ]


def as_question(value: Any) -> Question:
    """A question from what chains hand on.

    Raises:
        TypeError: it is none of the forms that `AssistantRunnable` names.
    """
    if isinstance(value, Question):
        return value
    if isinstance(value, str):
        return Question(value)
    if isinstance(value, dict) and isinstance(value.get("question"), str):
        return Question(value["question"], tuple(Turn(turn["role"], turn["content"]) for turn in value.get("history", ())))
    if isinstance(value, list) and value and all(isinstance(message, BaseMessage) for message in value):
        turns = [
            Turn("user" if message.type == "human" else "assistant", str(message.content))
            for message in value
            if message.type in ("human", "ai")
        ]
        return Question(turns[-1].content, tuple(turns[:-1]))
    raise TypeError(f"expected a question as str, Question, mapping with 'question', or list of messages, not {type(value).__name__}")
