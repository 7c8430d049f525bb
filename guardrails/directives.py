"""Advice to one person: an answer says what the label says and never tells somebody to start, stop, change or combine a medicine."""

from __future__ import annotations

import re

_ACT = (
    r"(?:start|stop|begin|double|skip|increase|decrease|raise|lower|reduce|change|switch|combine|mix|quit|discontinue|restart|resume|adjust|halve|cut|add|try|"
    r"(?:take|use|inject|swallow|give)(?! (?:it |them )?(?:with food|as directed|exactly))|keep taking|continue)"
)
_YOU = r"(?:you|your (?:mother|father|child|son|daughter|wife|husband|baby|mom|dad|partner))"
_REFERS = re.compile(r"\b(?:ask|talk|speak|tell|call|check with|consult|contact|see|without (?:asking|talking)|unless|before)\b", re.IGNORECASE)
_DIRECTIVE = re.compile(
    rf"\b{_YOU} (?:\w+ ){{0,2}}?(?:should|must|need to|needs to|have to|has to|ought to|had better|can safely|may safely|can just|could just|can simply|are fine to|are ok to|"
    rf"are safe to|shall|'d better)(?: (?!not\b|never\b)\w+){{0,2}}? {_ACT}\b"
    rf"|\b(?:it is|it's|it would be|that is|that's|you are|you're|you'll be|it should be|it will be) (?:\w+ )?(?:fine|ok|okay|safe|all right|alright|best|better) (?:for (?:you|your \w+|him|her|them) )?(?:to|if you) {_ACT}\b"
    rf"|\b(?:i|we)(?:'d| would)? (?:recommend|suggest|advise|think|believe)(?: that)? (?:you|your|{_ACT}|stopping|starting|taking|increasing|doubling|switching|skipping)"
    rf"|\bif i were you\b|\bin your (?:case|situation)\b|\bfor you,? (?:the|a) (?:right|best|correct|safe) dose\b|\bmy (?:advice|recommendation)\b"
    rf"|\b(?:just|go ahead and|feel free to|simply|you may as well|you might as well|why not) {_ACT}\b|\byour (?:dose|dosage) (?:should|must|needs to|can|may) be\b"
    rf"|\byou (?:do not|don't|no longer) need (?:to (?:see|ask|call|tell)|a doctor|your)",
    re.IGNORECASE,
)


def directive(sentence: str, sources: str = "") -> str:
    """The words that tell somebody what to do with a medicine, "" where there are none.

    A directive that the source gives in the same words ("you should take the tablet with food") is the label's own and no advice of ours.
    """
    match = _DIRECTIVE.search(sentence)
    if not match:
        return ""
    if _REFERS.search(sentence[: match.start()]) and not re.search(r"\b(?:fine|ok|okay|safe)\b", match[0], re.IGNORECASE):
        return ""  # "ask your pharmacist whether you should stop"
    return "" if match[0].lower() in sources.lower() else match[0]
