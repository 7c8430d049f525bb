"""The page: what it is for, whom to call, the conversation so far, and a line to ask in.

Run with `python -m streamlit run ui/app.py`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from assistant import settings as configuration
from ui import chat, sidebar, welcome

FOLDER = Path(__file__).parent


def page() -> None:
    """Draw the page once, as Streamlit asks after every click and every question."""
    st.set_page_config(page_title=welcome.TITLE, page_icon=FOLDER / "icon.svg", layout="centered")
    st.html(FOLDER / "theme.css")
    welcome.show_title()
    try:
        settings = configuration.read()
        welcome.show_notice(settings)
        with st.spinner("Opening the monographs and the model. The first time takes about ten seconds."):
            assistant = chat.get_assistant(settings)
    except Exception as error:  # noqa: BLE001 - the edge: whatever is missing, the visitor reads one sentence
        return welcome.show_failure(error)

    audience = sidebar.show(assistant)
    question = st.chat_input("Ask about a medicine", max_chars=settings.max_question_chars, submit_mode="disable") or chat.take_example()
    examples = st.empty()
    if not question and not chat.answers():
        with examples.container():
            welcome.show_examples(chat.choose_example)
    for answer in chat.answers():
        chat.show(answer, assistant, audience)
    if question:
        chat.ask(question, assistant, audience)


page()
