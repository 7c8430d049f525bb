"""What the checks found in a sentence, in words that a visitor understands."""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 3  # findings told of one sentence
_SAYS = {
    "support": "the nearest passage does not say: {}",
    "number": "the nearest passage does not give {} here",
    "comparator": "the nearest passage sets another limit than “{}”",
    "population": "the nearest passage is not about: {}",
    "route": "the nearest passage is not about: {}",
    "drug": "another medicine: {}",
    "advice": "tells one person what to do: “{}”",
    "meaning": "the nearest passage says something else than “{}”",
}
_ENDINGS = {" dropped": "leaves out “{}”", " added": "adds “{}”", " exchanged": "exchanges {}"}


def in_words(failed: Sequence[str]) -> str:
    """What failed, for people: `negation: not added` is "adds “not”", `support: gout` is "the nearest passage does not say: gout".

    Args:
        failed: as the grounding rule words them, `check: what`; of one check the same is told once, and at most three in all.
    """
    told: dict[str, list[str]] = {}
    for failure in failed:
        check, _, what = failure.partition(": ")
        if check in ("support", "drug") and not what.endswith(tuple(_ENDINGS)):
            told.setdefault(_SAYS[check], []).extend(what.split(", "))
        else:
            told[_phrase(check, what)] = []
    return "; ".join(phrase.format(", ".join(dict.fromkeys(words))) if words else phrase for phrase, words in list(told.items())[:_MOST])


def _phrase(check: str, what: str) -> str:
    for ending, phrase in _ENDINGS.items():
        if what.endswith(ending):
            return phrase.format(what.removesuffix(ending))
    said, turned, meant = what.partition(" for ")
    if check == "meaning" and turned:
        return f"“{said}” where the nearest passage says “{meant}”"
    if turned and check in ("number", "population"):  # `5 mg stands for adults`, `5 mg for children`
        return f"in the nearest passage {what}" if check == "number" else f"the nearest passage does not give {what}"
    if check == "negation":  # `away from dropped`, `with food`: one way here, another there
        return f"“{what}” is not how the nearest passage puts it"
    return _SAYS[check].format(what) if what and check in _SAYS else f"{check}: {what}" if what else check
