"""What a visitor sees first: what the page is for, what it is not, whom to call, and questions to try."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import streamlit as st

from assistant import Settings
from ui.answer import calls_html

TITLE = "Pharmacy assistant"
PURPOSE = "Answers about medicines, every sentence traced to a drug monograph."
EXAMPLES = (
    (":material/compare_arrows:", "Can I take ibuprofen with warfarin?"),
    (":material/sick:", "What are the side effects of metformin?"),
    (":material/kitchen:", "How should I store insulin glargine?"),
    (":material/schedule:", "What if I miss a dose of Eliquis?"),
    (":material/stop_circle:", "Is it safe to stop my lisinopril?"),
    (":material/emergency:", "took 30 tylenol what now"),
)


def show_title() -> None:
    """The name of the page and its purpose in one line."""
    st.html(f'<header class="rx-title"><h1>{TITLE}</h1><p>{PURPOSE}</p></header>')


def show_notice(settings: Settings) -> None:
    """That the page informs and replaces no pharmacist, with the region's numbers."""
    numbers = [("Emergency", settings.emergency_number), ("Poison Help", settings.poison_line)]
    st.html(
        '<aside class="rx-notice" aria-label="Notice"><p><b>This page informs.</b> It does not replace your pharmacist or doctor.</p>'
        f"{calls_html(numbers)}</aside>"
    )


def show_examples(choose: Callable[[str], None]) -> None:
    """Questions to try, as buttons; `choose` is called with the one that is clicked."""
    st.html('<p class="rx-quiet rx-try">Ask in your own words, or try one of these</p>')
    columns = st.columns(2)
    for number, (icon, question) in enumerate(EXAMPLES):
        columns[number % 2].button(question, icon=icon, on_click=choose, args=(question,), width="stretch", key=f"example-{number}")


def show_failure(error: Exception) -> None:
    """Why the assistant is not available, in the sentence of its error; a command in backticks stands out."""
    said = str(error).strip() or f"The assistant could not be opened ({type(error).__name__})."
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(said))
    st.html(f'<section class="rx-box rx-failed" role="alert"><h3>The assistant is not available</h3><p>{text}</p></section>')
    st.button("Try again", icon=":material/refresh:")
