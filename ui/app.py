"""The pages: what they are for, whom to call, then the conversation so far and a line to ask in, or answers side by side.

Run with `python -m streamlit run ui/app.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant import settings as configuration
from ui import chat, compare, sidebar, welcome

if TYPE_CHECKING:
    from assistant import Audience, PharmacyAssistant

FOLDER = Path(__file__).parent


def page() -> None:
    """Draw the chosen page once, as Streamlit asks after every click and every question."""
    st.set_page_config(page_title=welcome.TITLE, page_icon=FOLDER / "icon.svg", layout="centered")
    st.html(FOLDER / "theme.css")
    welcome.show_title()
    try:
        settings = configuration.read()
        welcome.show_notice(settings)
        with st.spinner("Opening the monographs and the model. The first time takes ten to twenty seconds."):
            assistant = chat.get_assistant(settings)
    except Exception as error:  # noqa: BLE001 - the edge: whatever is missing, the visitor reads one sentence
        return welcome.show_failure(error)

    audience = sidebar.show(assistant)
    pages = [
        st.Page(lambda: ask(assistant, audience), title="Ask", icon=":material/chat:", url_path="ask", default=True),
        st.Page(lambda: compare.show(assistant, audience), title="Compare", icon=":material/view_column:", url_path="compare"),
    ]
    st.navigation(pages, position="top").run()


def ask(assistant: PharmacyAssistant, audience: Audience) -> None:
    """The conversation so far and a line to ask in; at first, questions to try."""
    limit = assistant.settings.max_question_chars
    question = st.chat_input("Ask about a medicine", max_chars=limit, submit_mode="disable") or chat.take_example()
    examples = st.empty()
    if not question and not chat.answers():
        with examples.container():
            welcome.show_examples(chat.choose_example)
    for answer in chat.answers():
        chat.show(answer, assistant, audience)
    if question:
        chat.ask(question, assistant, audience)


page()
