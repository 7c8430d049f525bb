from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from assistant.runnable import AssistantRunnable, MonographRetriever
from assistant.types import Answer
from tests.assistant.conftest import Make


def test_the_assistant_is_a_step_of_an_lcel_chain(make: Make) -> None:
    chain = RunnableLambda(lambda text: {"question": text}) | AssistantRunnable(make()) | RunnableLambda(lambda answer: answer.text)
    assert "5 mg of examplol" in chain.invoke("do adults take examplol once a day")
    assert len(chain.batch(["dosage of examplol", "dosage of samplazine"])) == 2


async def test_it_is_async_and_takes_messages(make: Make) -> None:
    answer = await AssistantRunnable(make()).ainvoke(
        [HumanMessage("dosage of examplol"), AIMessage("…"), HumanMessage("where do I keep it at room temperature away from moisture")]
    )
    assert isinstance(answer, Answer)
    assert answer.citations[0].section_code == "44425-7"


def test_the_retriever_works_in_somebody_elses_chain(make: Make) -> None:
    retriever = MonographRetriever(base=make().base, k=3)
    chain = {"context": retriever, "question": RunnablePassthrough()} | RunnableLambda(lambda given: given["context"])
    documents = chain.invoke("how do I store samplazine")
    assert len(documents) == 3
    assert {document.metadata["drug"] for document in documents} == {"samplazine"}


def test_what_is_no_question_is_named(make: Make) -> None:
    with pytest.raises(TypeError, match="int"):
        AssistantRunnable(make()).invoke(3)
