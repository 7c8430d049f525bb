"""The classifier file: what comes back from it, and which files are refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from guardrails import classifier
from guardrails.classifier import Classifier, Vectors
from guardrails.policy import Policies, Policy, Region
from guardrails.types import GuardrailError

EMBEDDING = "embedding-one"


def encode(texts: Sequence[str]) -> Vectors:
    """An embedding of 3 dimensions: plants, medicines, neither."""
    rows = []
    for text in texts:
        row = [
            any(w in text for w in ("rose", "bean", "fern", "plant")),
            any(w in text for w in ("aspirin", "dose", "tablet", "pill")),
            0.1,
        ]
        rows.append(np.asarray(row, dtype=np.float32) / np.linalg.norm(row))
    return np.stack(rows)


def made(name: str, *examples: str) -> Policy:
    return Policy(
        policy=name,
        rule="off_topic",
        meaning="A policy made up for the tests.",
        decision="allow",
        message="",
        sources=[],
        examples=list(examples),
    )


@pytest.fixture
def policies() -> Policies:
    """Three policies that a child could tell apart."""
    plants = made("plants", "how do roses grow", "when do beans grow", "ferns grow slowly", "do plants grow at night")
    ordinary = made("ordinary", "what is aspirin for", "the usual dose of aspirin", "a tablet of aspirin", "is a pill of aspirin white")
    greetings = made("greetings", "hello there", "hello friend", "good morning friend", "good evening there")
    return Policies({"plants": plants, "ordinary": ordinary, "greetings": greetings}, Region(), "hash-of-the-policies")


@pytest.fixture
def fitted(policies: Policies) -> Classifier:
    return classifier.fit(policies, encode, EMBEDDING)


@pytest.fixture
def saved(fitted: Classifier, tmp_path: Path) -> Path:
    fitted.save(tmp_path / "deep" / "head.npz")
    return tmp_path / "deep" / "head.npz"


def odds(head: Classifier, text: str) -> dict[str, float]:
    return head.probabilities(text, encode([text])[0])


@pytest.mark.parametrize(
    ("text", "likeliest"), [("do roses need water", "plants"), ("one tablet a day", "ordinary"), ("hello and good morning", "greetings")]
)
def test_the_likeliest_policy(fitted: Classifier, text: str, likeliest: str) -> None:
    found = odds(fitted, text)
    assert max(found, key=found.__getitem__) == likeliest


def test_probabilities_are_of_all_policies_and_sum_to_one(fitted: Classifier) -> None:
    found = odds(fitted, "a rose is no pill")
    assert set(found) == {"plants", "ordinary", "greetings"}
    assert sum(found.values()) == pytest.approx(1.0)
    assert all(0 < value < 1 for value in found.values())


def test_two_policies_are_enough(policies: Policies) -> None:
    """Of two classes the fitted head keeps one row of weights."""
    two = Policies({name: policies.by_name[name] for name in ("plants", "ordinary")}, policies.region, "hash-of-two")
    assert set(odds(classifier.fit(two, encode, EMBEDDING), "do roses need water")) == {"plants", "ordinary"}


def test_words_count_beside_the_embedding(fitted: Classifier) -> None:
    """Two texts with one embedding are told apart by their words."""
    vector = encode(["nothing of either"])[0]
    assert fitted.probabilities("grow grow", vector)["plants"] > fitted.probabilities("xyzzy", vector)["plants"]


STORY = "What is aspirin for? My beans are tall this year. Ok."


@pytest.mark.parametrize(("name", "expected"), [("ordinary", {"What is aspirin for?", "My beans are tall this year."}), ("plants", set())])
def test_a_sentence_of_a_harmless_message_is_learnt_as_harmless(policies: Policies, name: str, expected: set[str]) -> None:
    """A policy that is not answered says nothing about the sentences beside the one that matters."""
    told = made(name, STORY, *policies.by_name[name].examples)
    texts, labels, vectors = classifier.labelled(Policies({**policies.by_name, name: told}, policies.region, "hash-of-a-story"), encode)
    known = {text for text, _ in policies.labelled()} | {STORY}
    assert {text for text in texts if text not in known} == expected
    assert {label for text, label in zip(texts, labels, strict=True) if text in expected} <= {"ordinary"}
    assert len(texts) == len(set(texts)) == len(labels) == len(vectors)


def test_what_was_saved_comes_back(saved: Path, fitted: Classifier, policies: Policies) -> None:
    again = classifier.load(saved, policies, EMBEDDING)
    for text in ("do roses need water", "one tablet a day", ""):
        assert odds(again, text) == pytest.approx(odds(fitted, text))


def test_saving_leaves_nothing_beside_the_file(saved: Path) -> None:
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_a_failed_save_keeps_the_old_file(saved: Path, fitted: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(*args: object, **named: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="disk full"):
        fitted.save(saved)
    assert saved.read_bytes() == before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for at in range(100, 140):
        content[at] ^= 0xFF
    path.write_bytes(bytes(content))


def drop_idf(path: Path) -> None:
    with np.load(path) as packed:
        kept = {name: packed[name] for name in packed.files if name != "idf"}
    np.savez(path, **kept)


# Ways in which a file is no classifier.
DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": cut,
    "a text file": lambda path: path.write_text("weights"),
    "flipped bits": flip,
    "an array short": drop_idf,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_refused_with_the_way_out(saved: Path, policies: Policies, damage: Callable[[Path], object]) -> None:
    damage(saved)
    with pytest.raises(GuardrailError, match="python -m guardrails train") as refused:
        classifier.load(saved, policies, EMBEDDING)
    assert str(saved) in str(refused.value)


def test_a_classifier_of_other_policies_is_refused(saved: Path, policies: Policies) -> None:
    changed = Policies(policies.by_name, policies.region, "hash-of-newer-policies")
    with pytest.raises(GuardrailError, match=r"policies.*python -m guardrails train"):
        classifier.load(saved, changed, EMBEDDING)


def test_a_classifier_of_another_embedding_is_refused(saved: Path, policies: Policies) -> None:
    with pytest.raises(GuardrailError, match=r"embedding.*python -m guardrails train"):
        classifier.load(saved, policies, "embedding-two")


def test_a_pickle_is_never_opened(tmp_path: Path, policies: Policies) -> None:
    path = tmp_path / "head.npz"
    np.savez(path, meta=np.asarray([{"an": "object"}], dtype=object))
    with pytest.raises(GuardrailError, match="python -m guardrails train"):
        classifier.load(path, policies, EMBEDDING)


def test_every_labelled_text_is_scored_once_by_a_head_that_did_not_see_it(policies: Policies) -> None:
    scored = classifier.cross_validated(policies, encode, folds=2)
    assert sorted((text, label) for text, label, _ in scored) == sorted(policies.labelled())
    assert all(sum(found.values()) == pytest.approx(1.0) for *_, found in scored)


def test_the_tuned_columns_have_a_head_of_their_own(policies: Policies) -> None:
    """Where retrieval's columns and the words say nothing, the tuned ones decide."""

    def both(texts: Sequence[str]) -> Vectors:
        return np.hstack([np.ones((len(texts), 2), dtype=np.float32), encode(texts)])

    head = classifier.fit(policies, both, EMBEDDING, split=2)
    found = head.probabilities("xyzzy", both(["a plant"])[0])
    assert max(found, key=found.__getitem__) == "plants"
    assert sum(found.values()) == pytest.approx(1.0)
