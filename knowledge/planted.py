"""Finds instructions planted in an imported monograph: text that speaks to whoever answers from it, and not to a patient or a prescriber.

A label instructs too ("Advise the patient to read …", "Tell your doctor …"), so an order alone is no sign. The signs are who is spoken to,
what is ordered of an answer, markup that no label has, and an order or question whose words belong to no label.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from knowledge.vocabulary import medical_words

_MONOGRAPHS = Path(__file__).with_name("monographs")
# fmt: off
_ANSWER = r"(?:response|reply|replies|answers?|output|message|completion|summary|text you write|next sentence|generation)"
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((reason, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for reason, pattern in (
    ("speaks of the answer", rf"\b(?:in|to|into|of|with|from|at the (?:end|beginning|start|top|bottom) of|begin|start|end|finish|precede|append|modify|augment|enhance|format|encode|translate|write|render|phrase|deliver|give|provide|keep|make|preface|prefix|close|combine words in|use|send) (?:all |each |every )?(?:your|the assistant['’]s|the final|the generated) (?:\w+ )?{_ANSWER}\b"),
    ("speaks of the answer", rf"\b(?:(?:your|every|each|all|any) (?:next |final |whole |entire |own )?{_ANSWER}|the (?:next |final |whole |entire )?(?:answer|reply|message|summary)) (?:must|should|shall|needs? to|has to|will|to include|in (?:base ?64|reverse|emoji|pig latin|rhyme|morse|hex|capital))\b(?! (?:be (?:based|evaluated|monitored|assessed)|occur|depend|vary))"),
    ("speaks of the answer", rf"^\W*(?:begin|start|end|finish|close|open|write|format|preface) (?:each|every|all) (?:\w+ )?{_ANSWER}\b"),
    ("speaks to the assistant", r"\b(?:as an ai|ai (?:assistants?|models?|systems?|reading|agents?)|(?:large )?language models?|llms?|chat ?bots?|chatgpt|gpt-?\d|the (?:virtual )?assistant(?:s)? (?:must|should|shall|will|has|is|may|can|needs?)|assistants? (?:must|should|shall|are to|reading)|dear (?:assistant|model|ai)|(?:note|message|instructions?|attention|to) (?:to|for)? ?(?:the )?(?:ai|model|assistants?|bot|system|llm|summari[sz]er)\b|whoever (?:is )?(?:answering|summari[sz]ing)|(?:if|when|whenever) (?:you are |you're )?(?:summari[sz]ing|answering|quoting|processing|reading) (?:this|the) (?:text|passage|document|label|monograph|section|question)|system prompt|developer mode|jailbreak)\b"),
    ("changes the rules", r"\b(?:ignore|disregard|forget|override|bypass|overrule|discard|supersedes?)\b[^.]{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|other|your|these|those|safety|system)\b[^.]{0,25}\b(?:instructions?|prompts?|rules?|guidelines?|polic(?:y|ies)|guardrails?|directions given|commands?|context)\b"),
    ("changes the rules", r"\b(?:from now on|starting now|for the rest of (?:this|the) (?:chat|conversation|session)),? (?:you|always|never|answer|respond|reply|act|the assistant)\b|\byou are now (?:an?|in|free|no longer|the|dan|un\w+)\b|\byour (?:new |only |real |true )?(?:task|role|job|goal|instructions?|objective) (?:is|are)\b|\bact as (?:a|an|if)\b(?! (?:substrate|inhibitor|agonist|antagonist))|\bpretend (?:to be|that|you)\b|\bnew instructions?\b\s*:|\bend of (?:document|context|monograph|label)\b"),
    ("speaks of the user", r"\b(?:tell|inform|ask|invite|encourag\w+|urge|suggest(?:ing)?|advise|persuade|convince|direct|refer|remind|send|show|recommend|let|offer|promise|lead|point)(?: (?:to|that))? (?:the |all |every |our |these |any )?(?:users?|readers?|questioner|customers?|visitors?|audience|person asking|whoever asks|people who ask)\b|\b(?:do not|don['’]t|never) (?:tell|mention|show|reveal|disclose|say|let|inform)\b[^.]{0,40}\b(?:users?|readers?|anyone who asks|person asking)\b|\bfor (?:users|readers) to\b"),
    ("speaks of the user", r"\b(?:if|when|whenever) (?:you are |you're |anybody |anyone |someone |a user |the user |users |people )?(?:is |are )?asks?(?:ed)?\b(?! (?:your|the|a) (?:doctor|pharmacist|healthcare))[^.]{0,60}?,? (?:say|answer|reply|respond|state|claim|recommend|tell|always|never|you must|you should|write|output|give)\b"),
    ("orders another text", r"^\W*(?:please |now |also |then |first |instead |next |finally )*(?:draft|compose|write|rewrite|translate|summari[sz]e|paraphrase|recite|print|output|display|repeat (?:the (?:above|following|text|word|phrase)|after me|back)|say|sing (?:a|the|me)|generate|invent|brainstorm|calculate the (?:sum|square)|solve|tweet|post (?:a|on|to|this)|blog|e-?mail (?:a|me|the|this)|roleplay|role-play|imagine|pretend|tell me|tell us|give me|show me|list \d+|name \d+|explain to me|create an?|make up|complete the (?:sentence|poem|story)|(?:plan|schedule|book|order|play) (?:me )?an? (?:table|flight|hotel|meeting|room|ticket|trip|taxi|pizza|song|game|movie|party|call with)|click|download|subscribe|vote|donate|buy (?:now|our|this|these)|sign up|log in|enter your (?:password|card|credit)|visit (?:us|our|www|http)|join (?:us|our))\b(?! (?:down|(?:the|this|your|today's) (?:\w+ )?(?:date|time|number)|the discard|on the (?:label|carton|bottle)|the (?:date|expiration|dose|dosage|procedure|injection|steps?|process|test|treatment|cycle)|your doctor|after|if|every|this (?:process|step)))"),
    ("orders a disguise", r"^\W*(?:please |now |also |then )*(?:replace|convert|substitute|swap|misspell|scramble|jumble|rearrange|shuffle|anagram|reverse|remove|group|combine|introduce|insert|hide|encode|encrypt|capitali[sz]e|alternate)\b[^.]{0,50}\b(?:letters?|vowels?|consonants?|words|spaces (?:from|between)|punctuation|typos|misspellings?|anagrams?|symbols|emojis?|characters|cipher|base ?64|hex(?:adecimal)?|rot-?13|morse|upper ?case|keyboard)\b|\b(?:anagrams?|pig latin|rot-?13|base-?64|homophonic|alphanumeric substitution|caesar cipher|leetspeak|every (?:second|third|fourth|other) (?:word|letter))\b"),
    ("advertises", r"\b(?:download|install|click|subscribe|log ?in|sign up|follow the link|buy (?:now|at|from|online)|order (?:now|online at)|visit|check out|join|go to|linking to|available (?:only )?at|contact us at|reach out)\b[^.]{0,60}?(?:https?://|www\.|\b[a-z0-9-]+\.(?:com|net|org|io|xyz|ru|cn|info|biz|example|shop|top|co)\b|\S+@\S+)(?!\S*(?:fda|medwatch|nih|cdc|epa|rems|pregnancyregistry|registry|gov))|\b(?:you won['’]t believe|this one (?:weird )?trick|get rich|make you rich|breaking news|limited (?:time )?offer|free (?:game|gift|iphone|trial of)|cracked version|celebrity scandal|software update|vote for|crypto(?:currency)?|bitcoin|casino|lottery|your (?:bank|credit card) (?:account|details|number)|verify your account|wire transfer|gift cards?)\b"),
    ("has markup of a prompt", r"<\|?/?(?:im_start|im_end|system|user|assistant|endoftext|inst|sys)\|?>|\[/?(?:INST|SYSTEM|SYS|ASSISTANT|USER)\]|<<SYS>>|^\s*(?:system|assistant|user|developer|human|ai)\s*(?:message|prompt|override|note)?\s*:\s|<!--|\{\{.*?\}\}|#{3,}\s*(?:system|instructions?|new|end|override|response)\b|\b(?:begin|end) (?:system|override|trusted|instructions?|prompt)\b|^\s*(?:sudo|rm -|curl |import os)\b|<script|javascript:"),
    ("orders in another language", r"\b(?:ignora|ignorez?|ignoriere|olvida|oublie[zr]?|vergiss|dimentica|esqueça|desconsidere|negeer|zignoruj)\b.{0,40}\b(?:instrucciones|instructions|consignes|anweisungen|istruzioni|instruções|reglas|règles|regeln|regole|regras|instructies|instrukcje)\b|игнорируй|忽略|无视|無視して|تجاهل|무시하"),
))
_PATIENT = re.compile(
    r"\b(?:patients?|prescribers?|caregivers?|physicians?|doctors?|pharmacists?|healthcare|providers?|nurses?|clinicians?|medicines?|medications?|drugs?|doses?|dosage|tablets?|capsules?|injections?|treatment|therapy|symptoms?|side effects?|adverse|"
    r"mg|mcg|ml|take|taking|taken|inject|apply|swallow|blood|liver|kidney|renal|hepatic|pregnan\w*|breast|infants?|children|pediatric|clinical|trials?|placebo|label(?:ing)?|medication guide|syringe|vial|needle|pen|inhaler|patch|cap|skin|eye|ear|nose|mouth|store|storage|temperature|refrigerat\w*|"
    r"concentrations?|plasma|serum|metaboli\w+|inhibit\w*|pharmac\w+|mouse|mice|rats?|rabbits?|allerg\w*|reactions?|disease|infection|ingredients?|package|carton|bottle|dispos\w+|solution|water|mix|shake|hands?|dilut\w*|infusion|administ\w*|monitor\w*|discontinu\w*|avoid|contraindicat\w*)\b", re.IGNORECASE)
_QUESTION = re.compile(r"^\W*(?:who|what|whom|whose|which|where|when|why|how|can|could|would|will|do|does|did|is|are)\b.*\?", re.IGNORECASE | re.DOTALL)
_ORDER = re.compile(
    r"^\W*(?:please |now |also |then )*(?:explain|describe|discuss|provide|develop|break down|outline|define|compare|analy[sz]e|recommend|suggest|summari[sz]e|discover|create|design|build|plan|schedule|find|search|look up|show|give|tell|list|name|state|add|include|integrate|insert|mention|modify your|augment your|enhance your|embed|incorporate|introduce|present|promote|advertise|share|spread|announce|offer|invite|send|forward|automate|organi[sz]e|set up|remind|book|prepare|convert|replace|turn|categori[sz]e|classify|rate|rank|predict|recite|tease|hint|claim|deny|quote|cite|sing|answer|respond|reply|help|teach|scramble|calculate|how do|can you|could you|would you)\b", re.IGNORECASE)
_PLAIN = frozenset("a an the and or but of to in on at for with from by as is are was were be been do does did it its this that these those i you your my me we our they their he she who what which when where why how can could would should will may might must not no if then than so more most some any all each one two".split())
# fmt: on
_BLOB = re.compile(r"[A-Za-z0-9+/]{32,}={0,2}")
_REGISTRY = re.compile(r"\bpregnancy registry\b|\bmedication registry\b|\bthe registry\b", re.IGNORECASE)
_HIDDEN = 6  # zero-width and tag characters in a sentence; marks of writing direction do stand in labels
# An address or a line, and those of the FDA, poison control and the crisis line, which a monograph may name.
_CONTACT = re.compile(r"https?://|www\.|\S@\S+\.\w|\b[a-z0-9-]+\.(?:com|net|org|io|info|biz|xyz|ru|cn|shop|top|co|me|app)\b|(?<![\d.])(?:\+?1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)|\b1-8\d\d-[\w-]{7,}", re.IGNORECASE)
_PUBLIC = re.compile(r"\b(?:https?://)?(?:www\.)?(?:[a-z]+\.)?(?:fda|cdc|nih|dea|samhsa|poison)\.(?:gov|org)\S*|1-800-FDA-1088|1-800-332-1088|1-800-222-1222|1-800-662-4357|\b988\b|\b911\b", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\u200b-\u200d\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
_FOREIGN_WORDS = 0.4  # share of an order's or a question's words that no label has; chosen on label text and 75 planted orders


@lru_cache(maxsize=1 << 15)
def showable(sentence: str) -> bool:
    """Whether a sentence of a monograph may be shown: no instruction to whoever answers, and no address or line that is not a public one."""
    contact = _CONTACT.search(_PUBLIC.sub(" ", sentence))
    return (not contact or bool(_REGISTRY.search(sentence) and "@" not in sentence and "www" not in contact[0])) and planted(sentence) is None


def planted(text: str) -> str | None:
    """Why a passage holds an instruction to whoever answers from it, as `reason: the words`, or None."""
    return next((reason for _, _, reason in findings(text)), None)


def findings(text: str) -> Iterator[tuple[int, int, str]]:
    """Every sentence that does, as (start, end, reason)."""
    for match in re.finditer(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*[\"'”’)]*", text):
        if reason := _reason(match[0].strip()):
            yield match.start(), match.end(), f"{reason}: {match[0].strip()[:80]!r}"


def _reason(sentence: str) -> str | None:
    if len(_INVISIBLE.findall(sentence)) >= _HIDDEN:
        return "hides characters"
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", sentence))
    for reason, pattern in _SIGNS:
        if pattern.search(plain):
            return reason
    if any(map(_is_encoded, _BLOB.findall(plain))):
        return "holds encoded text"
    if ((asks := _QUESTION.search(plain)) or _ORDER.search(plain)) and not _PATIENT.search(plain):
        words = [word for word in re.findall(r"[a-z']{2,}", plain.lower()) if word not in _PLAIN]
        if len(words) >= (2 if asks else 3) and sum(word not in _label_words() for word in words) / len(words) >= _FOREIGN_WORDS:
            return "asks for what no label is about"
    return None


def _is_encoded(blob: str) -> bool:
    try:
        decoded = base64.b64decode(blob + "=" * (-len(blob) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    return decoded.isprintable() and " " in decoded


@cache
def _label_words() -> frozenset[str]:
    """The words of our own monographs, and words of medicine."""
    own = {word for path in _MONOGRAPHS.glob("*.md") for word in re.findall(r"[a-z']{2,}", path.read_text(encoding="utf-8").lower())}
    return frozenset(own | medical_words())
