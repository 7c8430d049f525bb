"""An adapter is used only where it fits, and is replaced only by one that is as safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.adapter import MANIFEST, SHIPPED, Manifest, check, read_manifest
from assistant.evaluation.answers import Said, Score, abstention, interval, table
from assistant.evaluation.keyfacts import states
from assistant.evaluation.promotion import FILES, promote, worse
from assistant.prompt import fingerprint
from knowledge.embedding import ModelFileError, sha256


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """A folder with the files of an adapter, its base beside it."""
    folder, base = tmp_path / "adapter", tmp_path / "base"
    for place in (folder, base):
        place.mkdir()
    (base / "model.safetensors").write_bytes(b"base")
    for name in FILES:
        (folder / name).write_bytes(b"adapter")
    Manifest(
        base="any", base_sha256=sha256(base / "model.safetensors"), dataset_sha256="d", prompt_sha256="p",
        weights_sha256=sha256(folder / "adapter_model.safetensors"), recipe={}, examples={"train": 1}, losses=[{"epoch": 1.0, "loss": 1.0}], seconds=1,
    ).write(folder)  # fmt: skip
    return folder


def test_an_adapter_that_fits_is_accepted(adapter: Path) -> None:
    assert check(adapter, adapter.parent / "base", "p").base == "any"


@pytest.mark.parametrize(
    ("changed", "prompt", "said"),
    [
        ("adapter/adapter_model.safetensors", "p", "weights of the adapter"),
        ("base/model.safetensors", "p", "weights of the base"),
        ("", "another prompt", "wording of the prompt"),
        ("adapter/manifest.json", "p", "manifest.json"),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused(adapter: Path, changed: str, prompt: str, said: str) -> None:
    if changed:
        (adapter.parent / changed).write_bytes(b"changed")
    with pytest.raises(ModelFileError, match=said):
        check(adapter, adapter.parent / "base", prompt)


def test_the_shipped_adapter_is_whole_and_small() -> None:
    manifest = read_manifest(SHIPPED)
    assert manifest.weights_sha256 == sha256(SHIPPED / "adapter_model.safetensors")
    assert manifest.prompt_sha256 == fingerprint()
    assert sum(file.stat().st_size for file in SHIPPED.iterdir() if file.is_file()) < 20 * 2**20


def test_promotion_copies_whole_adapters_only(adapter: Path, tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    promote(adapter, shipped)
    assert read_manifest(shipped) == read_manifest(adapter)
    (adapter / MANIFEST).unlink()
    with pytest.raises(FileNotFoundError, match=MANIFEST):
        promote(adapter, shipped)


def scored(**figures: object) -> Score:
    return Score("q", facts=2, stated=1, sentences=10, **figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "columns"),
    [
        (scored(numbers=1), scored(numbers=1), []),
        (scored(numbers=1), scored(numbers=2), ["numbers"]),
        (scored(cited=9, unsupported=1), scored(cited=8), ["citation"]),
        (scored(boxed_missed=0), scored(boxed_missed=1), ["boxed missed"]),
        (scored(), scored(wrong=1), []),  # the one in service was not asked
        (scored(must_abstain=True, abstained=True), scored(must_abstain=True), ["abstention F1"]),
    ],
)
def test_what_is_worse(old: Score, new: Score, columns: list[str]) -> None:
    assert [line.split(":")[0] for line in worse([old], [new])] == columns


@pytest.mark.parametrize(
    ("text", "lists", "expected"),
    [
        ("Take it with food. [1]", [["with food", "with a meal"]], True),
        ("Take it WITH  FOOD", [["with food"]], True),
        ("Do not crush it. Swallow the tablet whole.", [["not", "never"], ["crush*"]], True),
        ("It is not sweet. Crush the tablet.", [["not", "never"], ["crush*"]], False),  # not in one sentence
        ("up to 30 mg/minute", [["30 mg"]], True),
        ("up to 130 mg", [["30 mg"]], False),
        ("bleeding", [["bleed*"]], True),
        ("bleeding", [["bleed"]], False),
    ],
)
def test_whether_a_text_states_a_fact(text: str, lists: list[list[str]], expected: bool) -> None:
    assert states(text, {"fact": "", "all": lists}) is expected


def test_figures_have_intervals_and_a_row_each() -> None:
    rows = [Score(str(at), facts=1, stated=at % 2, must_abstain=at > 7, abstained=at > 6) for at in range(10)]
    value, low, high = interval(rows, lambda some: sum(row.stated for row in some) / len(some))
    assert value == 0.5
    assert 0 < low < 0.5 < high < 1
    assert abstention(rows) == pytest.approx(2 * 2 / 5)
    assert "| one way | 0.500 (" in table({"one way": rows})
    assert Said((), True).seconds is None
