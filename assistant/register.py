"""Which of the chosen sentences a reader gets: staff read few, those with figures before others."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evidence import Evidence
from assistant.types import Audience
from guardrails.quantities import quantities
from knowledge.sections import INTERACTIONS

STAFF_SENTENCES = 3


def fit(evidence: Sequence[Evidence], audience: Audience) -> list[Evidence]:
    """The evidence as an audience gets it.

    Staff get of each medicine the sentence that answers best, then those with a figure, the best first, `STAFF_SENTENCES` at most. Interactions stay
    whole: an action without its effect misleads.
    """
    if audience is not Audience.STAFF:
        return list(evidence)
    kept = [row for row, piece in enumerate(evidence) if piece.hit.passage.section_code == INTERACTIONS]
    for drug in {piece.hit.passage.drug for piece in evidence}:
        own = [row for row, piece in enumerate(evidence) if piece.hit.passage.drug == drug and row not in kept]
        kept += [*own[:1], *sorted(own[1:], key=lambda row: (not quantities(evidence[row].text), -evidence[row].score))[: STAFF_SENTENCES - 1]]
    return [evidence[row] for row in sorted(kept)]
