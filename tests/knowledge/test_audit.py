from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.audit import asymmetries, findings
from knowledge.overlap import shared_runs
from knowledge.reader import read, read_all
from tests.conftest import sample


def test_the_corpus_has_no_findings() -> None:
    assert list(findings(read_all())) == []


def test_what_one_side_calls_major_the_other_does_not_leave_out() -> None:
    assert list(asymmetries(read_all())) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("with: alcohol", "with: moon dust", "moon dust"),
        ("Adults take 5 mg of", "Adults take 5 of", "number without a unit"),
        ("Keep examplol at", "Keep 30 examplol at", "number without a unit"),
    ],
)
def test_a_finding_is_found(tmp_path: Path, old: str, new: str, found: str) -> None:
    path = tmp_path / "examplol.md"
    path.write_text(sample().replace(old, new), encoding="utf-8")
    assert any(found in line for line in findings([read(path)]))


def test_a_boxed_warning_that_a_label_has_is_missed(tmp_path: Path) -> None:
    (tmp_path / "examplol.md").write_text(sample(), encoding="utf-8")
    label = {
        "drug_name": "Examplol",
        "sections": {"boxed_warning": "WARNING: " + "danger " * 20},
        "openfda_meta": {"generic_name": ["EXAMPLOL"]},
    }
    (tmp_path / "examplol.json").write_text(json.dumps(label), encoding="utf-8")
    monographs = [read(tmp_path / "examplol.md")]
    assert any("boxed warning" in line for line in findings(monographs, tmp_path))
    assert not any("boxed warning" in line for line in findings(monographs))


def test_copied_words_are_found_and_own_words_are_not(tmp_path: Path) -> None:
    (tmp_path / "label.txt").write_text("Patients must never swallow the purple tablet with any hot drink at night.", encoding="utf-8")
    copied = shared_runs([("a", "People must never swallow the purple tablet with any hot soup.")], tmp_path)
    assert "never swallow the purple tablet with any hot" in copied["a"]
    assert shared_runs([("a", "Do not take the purple tablet with hot drinks.")], tmp_path) == {}
