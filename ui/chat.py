"""The conversation: a question goes to the assistant, its checked sentences appear as they come, and only the answer is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from assistant import Answer, Audience, Question, Sentence, Settings, Turn, load_assistant
from ui.answer import answer_html, draft_html, question_html, waiting_html
from ui.sources import sources_html
from ui.trail import trail_html

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from assistant import PharmacyAssistant

_ANSWERS, _EXAMPLE = "answers", "example"
_REMEMBERED = 4  # earlier questions that a new one may refer to
# Streamlit follows a conversation only while its end is in view; without this an answer may come below the fold. No text goes into it.
_SCROLL = "<script>[...document.querySelectorAll('.rx-question')].at(-1)?.scrollIntoView({block: 'start'})</script>"


@st.cache_resource(show_spinner=False)
def get_assistant(settings: Settings) -> PharmacyAssistant:
    """The assistant that every visitor shares. The seam of the page's tests: replace `ui.chat.get_assistant` by one that returns a
    fake with `stream`, `settings` and `base.by_id`.

    Raises:
        ModelFileError, StaleIndexError, GuardrailError, SettingsError: what is missing, and the command that mends it.
    """
    return load_assistant(settings)


def answers() -> list[Answer]:
    """The answers of this visit, oldest first; each holds its question with identifiers removed."""
    kept: list[Answer] = st.session_state.setdefault(_ANSWERS, [])
    return kept


def start_over() -> None:
    """Forget this visit's conversation."""
    st.session_state[_ANSWERS] = []


def choose_example(question: str) -> None:
    """Ask one of the page's own questions on the next run; what a visitor types is never kept this way."""
    st.session_state[_EXAMPLE] = question


def take_example() -> str | None:
    """The chosen example, once."""
    example: str | None = st.session_state.pop(_EXAMPLE, None)
    return example


def history(earlier: Sequence[Answer]) -> tuple[Turn, ...]:
    """The last answers as turns, oldest first, in their redacted words."""
    recent = [answer for answer in earlier if answer.question][-_REMEMBERED:]
    return tuple(turn for answer in recent for turn in (Turn("user", answer.question), Turn("assistant", answer.text)))


def show(answer: Answer, assistant: PharmacyAssistant, audience: Audience) -> None:
    """One question and its answer, with its sources and how it was made."""
    question_slot, answer_slot = _slots()
    question_slot.html(question_html(answer.question))
    _show_answer(answer_slot, answer, assistant, audience)


def ask(text: str, assistant: PharmacyAssistant, audience: Audience) -> None:
    """Show a new question and its answer sentence by sentence; then show and keep only the redacted question."""
    question_slot, answer_slot = _slots()
    question_slot.html(question_html(text))
    with answer_slot.container():
        draft = st.empty()
        draft.html(waiting_html())
    st.html(_SCROLL, unsafe_allow_javascript=True)
    shown: list[Sentence] = []
    for piece in assistant.stream(Question(text, history(answers()), audience)):
        if isinstance(piece, Answer):
            question_slot.html(question_html(piece.question))
            _show_answer(answer_slot, piece, assistant, audience)
            st.html(_SCROLL, unsafe_allow_javascript=True)
            answers().append(piece)
        else:
            shown.append(piece)
            if piece.markers:  # the assistant's own words wait for what follows them: the answer says how they are to look
                draft.html(draft_html(shown))


def _slots() -> tuple[DeltaGenerator, DeltaGenerator]:
    """A place for a question and one for its answer; always the same ones, so that what is open stays open."""
    with st.chat_message("user", avatar=":material/person:"):
        question_slot = st.empty()
    with st.chat_message("assistant", avatar=":material/local_pharmacy:"):
        answer_slot = st.empty()
    return question_slot, answer_slot


def _show_answer(slot: DeltaGenerator, answer: Answer, assistant: PharmacyAssistant, audience: Audience) -> None:
    with slot.container():
        st.html(answer_html(answer, assistant.settings, audience))
        if answer.citations:
            st.html(sources_html(answer, assistant.base.by_id))
        st.html(trail_html(answer))
