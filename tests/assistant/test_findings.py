"""What the checks found, in words."""

from __future__ import annotations

import pytest

from assistant.findings import in_words


@pytest.mark.parametrize(
    ("failed", "parts", "never"),
    [
        (["support: gout"], ["gout"], ["support", "adds"]),
        (["support: safe, women", "support: women, men"], ["safe, women, men"], ["women, women"]),
        (["number: 50 mg"], ["50 mg"], ["number:"]),
        (["negation: not added"], ["adds “not”"], ["leaves out", "negation"]),
        (["exception: unless dropped"], ["leaves out “unless”"], ["adds", "exception"]),
        (["negation: with food"], ["with food"], ["negation", "adds"]),
        (["meaning: cool for heat"], ["“cool” where the nearest passage says “heat”"], ["meaning"]),
        (["meaning: the two sides exchanged"], ["exchanges the two sides"], ["meaning"]),
        (["comparator: at least 5 mg"], ["at least 5 mg"], ["comparator"]),
        (["drug: samplazine", "drug: testamine"], ["samplazine, testamine"], ["drug:"]),
        (["drug: samplazine exchanged"], ["exchanges samplazine"], ["another"]),
        (["population: children", "route: by mouth"], ["children", "by mouth"], ["population:", "route:"]),
        (["population: 5 mg for children"], ["does not give 5 mg for children"], ["about"]),
        (["number: 5 mg stands for adults"], ["in the nearest passage 5 mg stands for adults"], ["not give"]),
        (["a check to come: what it found"], ["a check to come: what it found"], []),
        (["number: {50}"], ["{50}"], []),
        ([], [""], ["passage"]),
    ],
)
def test_findings_are_told_in_words(failed: list[str], parts: list[str], never: list[str]) -> None:
    said = in_words(failed)
    assert all(part in said for part in parts), said
    assert not any(word in said for word in never), said


def test_no_more_than_three_are_told() -> None:
    assert in_words([f"number: {number} mg" for number in range(1, 9)]).count("mg") == 3
