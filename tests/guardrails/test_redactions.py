"""Redaction on clinical questions that no rule was written for, and the measure itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardrails.identifiers import Identifier
from guardrails.privacy import Redactor
from guardrails.redactions import Labelled, measure, read

CASES = Path(__file__).parents[1] / "cases" / "privacy.jsonl"


def test_the_blind_half_is_redacted_and_its_medicines_stay(redactor: Redactor) -> None:
    """Floors a little below what was measured when they were set."""
    measured = measure(redactor.find, read(CASES, "blind"))
    assert measured.total.recall >= 0.96, measured.table()
    assert measured.total.f2 >= 0.95, measured.table()
    assert measured.kept == measured.medicines
    assert measured.whole >= 0.95 * measured.harmless


def test_a_span_is_found_only_whole_and_a_redaction_right_only_where_all_of_it_identifies() -> None:
    case = Labelled("1", "Ann Lee takes Xyz", (Identifier("NAME", 0, 7),), keep=("Xyz",))
    for start, end, recall, precision, kept in ((0, 7, 1.0, 1.0, 1), (0, 3, 0.0, 1.0, 1), (0, 17, 1.0, 0.0, 0)):
        measured = measure(lambda text, a=start, b=end: [Identifier("NAME", a, b)], [case])  # type: ignore[misc]
        assert (measured.total.recall, measured.total.precision, measured.kept) == (recall, precision, kept)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}")
    with pytest.raises(ValueError, match="presidio-research"):
        read(tmp_path / "x.jsonl")
