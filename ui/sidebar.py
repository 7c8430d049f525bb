"""Beside the conversation: who reads, a fresh start, and what the assistant is built of."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from assistant import Audience
from assistant.settings import QUOTES_ONLY
from ui import chat, compare

if TYPE_CHECKING:
    from assistant import PharmacyAssistant

_LABELS = {Audience.PATIENT: "Patient or caregiver", Audience.STAFF: "Pharmacy staff"}


def show(assistant: PharmacyAssistant) -> Audience:
    """Draw the sidebar; the audience that was chosen in it."""
    with st.sidebar:
        hint = "Staff read under every sentence where it stands."
        audience: Audience = st.radio("Who is reading?", list(Audience), format_func=_LABELS.__getitem__, help=hint)
        st.button("Start over", icon=":material/restart_alt:", on_click=_start_over, width="stretch")
        st.html(_about_html(assistant))
    return audience


def _start_over() -> None:
    chat.start_over()
    compare.start_over()


def _about_html(assistant: PharmacyAssistant) -> str:
    settings = assistant.settings
    place = f"at {settings.model_url}" if settings.model_url else "on this machine"
    model = "none: quotes only" if settings.model == QUOTES_ONLY else f"<code>{escape(settings.model)}</code> {escape(place)}"
    return (
        f'<div class="rx-about"><h2>What it is built of</h2><p>{len(assistant.base.by_id)} drug monographs in a FAISS index, searched only '
        f"inside the medicine that is named.</p><p>NeMo Guardrails check every question, and every sentence before it is shown.</p>"
        f"<h2>Model</h2><p>{model}</p></div>"
    )
