"""Somebody thinks of ending their life or of hurting themselves."""

from __future__ import annotations

import re

from guardrails.emergency import IMPERSONAL
from guardrails.policy import Policies, doubts, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.30  # chosen by the cross-validation of `python -m guardrails train`
_GENERAL = 0.50  # for a question that is only a question; .79 recall at .5 against .74 at .7, ordinary questions escalated .8% against .6%
# Words of intent, after the C-SSRS screener's first questions (Columbia Lighthouse Project, 2016): wish to be dead, thoughts of killing oneself.
_INTENT = re.compile(
    r"\b(?:kill(?:ing)? my ?self|end(?:ing)? (?:my life|it all|things for good)|tak(?:e|ing) my (?:own )?life|suicid(?:e|al) (?:plan|method|note|pill)s?|commit suicide|unaliv\w+|kms|"
    r"(?:want|wanna|going|gonna|plan(?:ning)?|ready|wish(?:ed)?) (?:to |i (?:was|were) )?(?:die|dead|be dead|not wake up|disappear forever|hurt(?:ing)? myself|end it|overdose)|"
    r"(?:don'?t|do not|dont) want to (?:be here|live|wake up|exist|be alive)(?: any ?more)?|better off (?:dead|without me)|no reason to live|"
    r"(?:not|never) wak(?:e|ing) up(?: again)?|painless(?:ly)? (?:way|death|to die)|(?:die|death) (?:painlessly|in my sleep)|lethal dose for me|(?:enough|how many|how much)\b.{0,30}\bto (?:die|kill me|end it))\b",
    re.IGNORECASE,
)  # fmt: skip
_HARMLESS = re.compile(
    r"\b(?:don'?t|do not|not|never|no longer|isn'?t|am not) (?:want to |going to |planning to )?(?:kill myself|suicidal|die)\b|\b(?:can|does|do|could|is|are)\b.{0,60}\b(?:cause|causes|side effect|warning|risk)\b",
    re.IGNORECASE,
)


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Escalates on words of intent, or when the classifier is sure; a general question is answered, with the crisis line beside it."""
    sure = signals.probabilities.get("self_harm", 0.0)
    if _INTENT.search(signals.text) and not (_HARMLESS.search(signals.text) and sure < 0.1):
        return speaks(policies, "self_harm")
    if sure >= THRESHOLD:
        general = IMPERSONAL.search(signals.text) and sure < _GENERAL
        return doubts(policies, "self_harm") if general else speaks(policies, "self_harm")
    return None
