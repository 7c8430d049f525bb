"""Somebody thinks of ending their life or of hurting themselves."""

from __future__ import annotations

import re

from guardrails.emergency import IMPERSONAL
from guardrails.policy import ANSWERED, Policies, doubts, speaks
from guardrails.types import Signals, Verdict

THRESHOLD = 0.30  # on a held-out fifth of the policies' texts .89 found, with 5 of 654 ordinary questions escalated
_GENERAL = 0.50  # for a question that is only a question
# Words of intent, after the C-SSRS screener's first questions (Columbia Lighthouse Project, 2016): wish to be dead, thoughts of killing oneself.
_INTENT = re.compile(
    r"\b(?:kill(?:ing)? my ?self|end(?:ing)? (?:my life|it all|things for good)|tak(?:e|ing) my (?:own )?life|suicid(?:e|al) (?:plan|method|note|pill)s?|commit suicide|unaliv\w+|kms|"
    r"(?:i'?m|i am|feel(?:ing)?|am i|so|still|very) suicidal|(?:i'?m having|i have|i'?ve (?:got|had)|having|my|these) (?:\w+ )?suicidal (?:thoughts?|ideation)|suicidal (?:thoughts|ideation) (?:again|came|come|are|is|were)|"
    r"think(?:ing)? (?:about|of) (?:suicide|killing myself|ending|dying|hurting myself|hanging myself)|"
    r"(?:want|wanna|going|gonna|plan(?:ning)?|ready|wish(?:ed)?|like|rather) (?:to |i (?:was|were) )?(?:die|dead|be dead|be gone|not wake up|disappear forever|hurt(?:ing)? myself|end it|overdose)|"
    r"(?:don'?t|do not|dont) (?:want to|wanna) (?:be here|live|wake up(?! (?:groggy|tired|early|late|at|with|sleepy))|exist|be alive)(?: any ?more)?|better off (?:dead|without me)|no (?:reason|point) (?:to|in) (?:live|living|going on|carrying on)|no point (?:going|carrying) on|"
    r"(?:hop\w+|pray\w*|wish\w*|want\w*|rather|fine if|pills|much|many)\b.{0,25}\b(?:not|never|don'?t|didn'?t) w[ao]k(?:e|ing) up(?: again)?\b(?! (?:groggy|tired|early|late|at|with|sleepy))|"
    r"how (?:to|do (?:i|you)|can i|could i) (?:over ?dose|od)\b(?!.{0,20}\b(?:treat|prevent|avoid|happen))|(?:does|will|would|is)\b.{0,40}\boverdos\w+\b.{0,25}\b(?:hurt|painless|peaceful|painful)|"
    r"painless(?:ly)? (?:way (?:to (?:go|die|end)|out)|death|to die)|(?:die|death) (?:painlessly|in my sleep)|lethal dose for me|(?:enough|how many|how much|what dose)\b.{0,30}\b(?:to die|(?:would |will |to )?kill me|to end it)|"
    r"(?:been |started |keep |am |i )(?:cutting|burning|harming) my ?self|(?:cut|burned?|hurt|harm(?:ed)?|slashed|scratched) my(?:self| (?:wrists?|arms?|legs?|thighs?)) (?:up )?(?:again|on purpose|last night|after))\b",
    re.IGNORECASE,
)  # fmt: skip
_HARMLESS = re.compile(
    r"\b(?:don'?t|do not|not|never|no longer|isn'?t|am not|nearly|almost|haven'?t had) (?:want to |going to |planning to |wish to )?(?:kill(?:ed)? my ?self|suicidal|die)\b"
    r"|\b(?:can|does|do|could|is|are|why)\b.{0,60}\b(?:cause|causes|side effect|warning|risk)\b"
    r"|\bend it,? (?:the|this|that|my) (?!pain|life|suffering)|\bwant to die\b.{0,4}\b(?:lol|haha|of (?:embarrassment|laughter|boredom))",
    re.IGNORECASE,
)
# A loss, or one's own past: answered, with the crisis line beside the answer, unless something says that it is not over.
_SETTLED = re.compile(
    r"\b(?:years? (?:ago|back)|in (?:19|20)\d\d|used to|as a (?:teen\w*|kid|child)|in the past|recovered|in recovery|old .{0,12}scars?|(?:took|taken) (?:his|her|their) (?:own )?life|"
    r"(?:died|dead) (?:of|by|from)|passed away|(?:lost|bereaved of) (?:my|our) .{0,25}\bto)\b(?!.*\b(?:again|tonight|this time|next time|still want|any ?more|lately|join (?:him|her|them)|now i|follow)\b)",
    re.IGNORECASE | re.DOTALL,
)
# Of what the policies that answer have together; below it the question is answered with the crisis line beside it. On the dev and blind cases .932 are
# found at .3 and .5, .905 at .75 and 1; of 291 ordinary questions .8% and .4% are stopped.
_OF_ANSWERED = 0.5
_SETTLED_OR_FACT = 0.85  # for those, and for questions on side effects, warnings and risks


def check(signals: Signals, policies: Policies) -> Verdict | None:
    """Escalates on words of intent, or when the classifier is sure; a general question, a past story or one that is likelier another kind of
    question is answered, with the crisis line beside it.
    """
    sure = signals.probabilities.get("self_harm", 0.0)
    text = signals.text.replace("’", "'")
    fact, settled = bool(_HARMLESS.search(text)), bool(_SETTLED.search(text))
    if _INTENT.search(text) and not (fact and sure < 0.1) and not settled:
        return speaks(policies, "self_harm")
    if sure < THRESHOLD or signals.probabilities.get("harm_to_others", 0.0) > 2 * sure:
        return None
    needed = _SETTLED_OR_FACT if settled or fact else _GENERAL if IMPERSONAL.search(text) else THRESHOLD
    answered = sum(signals.probabilities.get(name, 0.0) for name in ANSWERED)
    return speaks(policies, "self_harm") if sure >= max(needed, _OF_ANSWERED * answered) else doubts(policies, "self_harm")
