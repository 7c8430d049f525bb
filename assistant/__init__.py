"""A pharmacy assistant: `load_assistant().ask("Can I take ibuprofen with warfarin?")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.settings import Settings
from assistant.types import Answer, Audience, Citation, Question, Sentence, Status, Turn

if TYPE_CHECKING:
    from assistant.chain import PharmacyAssistant

__all__ = ["Answer", "Audience", "Citation", "PharmacyAssistant", "Question", "Sentence", "Settings", "Status", "Turn", "load_assistant"]


def load_assistant(settings: Settings | None = None) -> PharmacyAssistant:
    """An assistant in service; see `assistant.build.load_assistant`. Torch, transformers and NeMo load here, not on import."""
    from assistant.build import load_assistant as load

    return load(settings)


def __getattr__(name: str) -> Any:
    if name == "PharmacyAssistant":
        from assistant.chain import PharmacyAssistant

        return PharmacyAssistant
    raise AttributeError(name)
