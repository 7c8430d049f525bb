"""What the guardrails decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Decision(StrEnum):
    """What happens to a text, strongest first."""

    ESCALATE = "escalate"
    REFUSE = "refuse"
    REFER = "refer"
    REPLACE = "replace"
    REDACT = "redact"
    ALLOW = "allow"

    @property
    def strength(self) -> int:
        return -list(Decision).index(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule decided: `rule` is the name of its file, `reason` the policy or check that spoke, `ms` its time."""

    rail: str  # "input" or "output"
    rule: str
    decision: Decision
    reason: str = ""
    ms: float = 0.0
    message: str = ""
    failed: tuple[str, ...] = ()  # checks that failed, each `check: on what`


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdicts on one text. The strongest decision stands; `text` is the text after redaction or replacement."""

    text: str
    verdicts: tuple[Verdict, ...]
    ms: float = 0.0
    source: int = -1  # output side: the row of the evidence that carries the sentence, -1 for none
    coverage: float = 0.0  # output side: the share of that row's content that the sentence keeps
    probabilities: Mapping[str, float] = field(default_factory=dict)  # input side: of each policy, as the classifier sees it

    @property
    def strongest(self) -> Verdict:
        """The verdict that stands; where several are as strong, the first."""
        return max(self.verdicts, key=lambda verdict: verdict.decision.strength)

    @property
    def decision(self) -> Decision:
        return self.strongest.decision

    @property
    def stops(self) -> bool:
        """Whether the question goes no further than this ruling."""
        return self.decision in (Decision.ESCALATE, Decision.REFUSE)


@dataclass(frozen=True, slots=True)
class Signals:
    """What the rules of the input side look at: the redacted text, and each policy's probability for it."""

    text: str
    probabilities: Mapping[str, float] = field(default_factory=dict)
    names: frozenset[str] = frozenset()  # medicines and classes that the text names
    english_share: float = 1.0  # of its words that are English; medicines' names do not count
    words: int = 0


class Lexicon(Protocol):
    """What the rules know of names and words."""

    def find(self, text: str) -> frozenset[str]:
        """The medicines and classes that a text names, by generic or class name; exact names only."""

    def medicines(self, text: str) -> list[tuple[int, int]]:
        """Where a text, read in its context, names a medicine, class or food, and so no person, as (start, end)."""

    def is_word(self, word: str) -> bool:
        """Whether this is a word of English or of medicine."""

    def english(self, text: str) -> tuple[float, int]:
        """The share of words that are English, and the number of words; medicines' names do not count."""


class GuardrailError(RuntimeError):
    """A policy file or a trained classifier that cannot be used; the message names the way out."""
