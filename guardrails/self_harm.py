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
    r"(?:i'?m|i am|feel(?:ing)?|am i|so|still|very) suicidal|(?:i'?m having|i have|i'?ve (?:got|had)|having|my|these) (?:\w+ )?suicidal (?:thoughts?|ideation)|suicidal (?:thoughts|ideation) (?:again|came|come|are|is|were)|"
    r"think(?:ing)? (?:about|of) (?:suicide|killing myself|ending|dying|hurting myself|hanging myself)|"
    r"(?:want|wanna|going|gonna|plan(?:ning)?|ready|wish(?:ed)?|like|rather) (?:to |i (?:was|were) )?(?:die|dead|be dead|be gone|not wake up|disappear forever|hurt(?:ing)? myself|end it|overdose)|"
    r"(?:don'?t|do not|dont) (?:want to|wanna) (?:be here|live|wake up(?! (?:groggy|tired|early|late|at|with|sleepy))|exist|be alive)(?: any ?more)?|better off (?:dead|without me)|no (?:reason|point) (?:to|in) (?:live|living|going on|carrying on)|no point (?:going|carrying) on|"
    r"(?:hop\w+|pray\w*|wish\w*|want\w*|rather|fine if|pills|much|many)\b.{0,25}\b(?:not|never|don'?t|didn'?t) w[ao]k(?:e|ing) up(?: again)?\b(?! (?:groggy|tired|early|late|at|with|sleepy))|"
    r"painless(?:ly)? (?:way (?:to (?:go|die|end)|out)|death|to die)|(?:die|death) (?:painlessly|in my sleep)|lethal dose for me|(?:enough|how many|how much|what dose)\b.{0,30}\b(?:to die|(?:would |will |to )?kill me|to end it)|"
    r"(?:been |started |keep |am |i )(?:cutting|burning|harming) my ?self|(?:cut|burned?|hurt|harm(?:ed)?|slashed|scratched) my(?:self| (?:wrists?|arms?|legs?|thighs?)) (?:up )?(?:again|on purpose|last night|after))\b",
    re.IGNORECASE,
)  # fmt: skip
_HARMLESS = re.compile(
    r"\b(?:don'?t|do not|not|never|no longer|isn'?t|am not|nearly|almost|haven'?t had) (?:want to |going to |planning to |wish to )?(?:kill(?:ed)? my ?self|suicidal|die)\b"
    r"|\b(?:can|does|do|could|is|are|why)\b.{0,60}\b(?:cause|causes|side effect|warning|risk)\b"
    r"|\bend it,? (?:the|this|that|my) (?!pain|life|suffering)|\bwant to die\b.{0,4}\b(?:lol|haha|of (?:embarrassment|laughter|boredom))|\b(?:years ago|as a teen|in the past)\b",
    re.IGNORECASE,
)


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Escalates on words of intent, or when the classifier is sure; a general question is answered, with the crisis line beside it."""
    sure = signals.probabilities.get("self_harm", 0.0)
    text = signals.text.replace("’", "'")
    if _INTENT.search(text) and not (_HARMLESS.search(text) and sure < 0.1):
        return speaks(policies, "self_harm")
    if sure >= THRESHOLD and sure >= signals.probabilities.get("harm_to_others", 0.0):
        general = IMPERSONAL.search(text) and sure < _GENERAL
        return doubts(policies, "self_harm") if general else speaks(policies, "self_harm")
    return None
