"""The page, run by Streamlit's own test harness over an assistant that says what it is told to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from assistant import Answer, Citation, Question, Sentence, Settings, Status
from assistant import comparison as comparing
from assistant.types import Column, Comparison, DrugMention, Fault, Judged, Lacking, Mark, RailVerdict
from knowledge.types import Drug, Monograph, Section, Source
from ui import chat, compare
from ui.answer import answer_html, draft_html, question_html, sentences_html
from ui.compare import comparison_html
from ui.sources import Span, marked_html, sources_html
from ui.trail import trail_html

APP = Path(__file__).parents[2] / "ui" / "app.py"
SETTINGS = Settings(emergency_number="112", poison_line="030 19240", crisis_line="116 123")
TEXT = "Examplol is kept dry.\nKeep it < 25 °C & away from <script>alert(1)</script>."
QUOTE = TEXT.split("\n")[1]
MONOGRAPH = Monograph(
    id="examplol@0badcafe", drug=Drug("examplol", ("Exampla",), (), "example class", "testing"), revised=date(2026, 1, 2), text=TEXT,
    sections=(Section("44425-7", "Storage", "", TEXT, 0, len(TEXT)),), interactions=(),
    sources=(Source("An <i>example</i> label", "2026-01-01", "set-1"),),
)  # fmt: skip
CITATION = Citation(1, "examplol", "Storage", "44425-7", QUOTE, 22, 22 + len(QUOTE), MONOGRAPH.id, "2026-01-02", "An <i>example</i> label")
REFER = RailVerdict("input", "refer", "advice", "personal_dosing", 0.1)


def answered(*sentences: Sentence, **more: object) -> Answer:
    sentences = sentences or (Sentence(QUOTE, (1,)),)
    fields: dict[str, object] = {
        "id": "a1", "question": "How is Exampla kept, <NAME_1>?", "status": Status.ANSWERED, "reason": "", "sentences": sentences,
        "text": "\n".join(sentence.marked for sentence in sentences), "citations": (CITATION,), "model": "scripted",
        "drugs": (DrugMention("Exampla", "examplol", "brand"),), "timings_ms": {"rails_in": 40.0, "total": 90.0},
        "verdicts": (RailVerdict("input", "redact", "privacy", "name", 20.0), RailVerdict("output", "allow", "grounding", "", 3.0)),
    }  # fmt: skip
    return Answer(**(fields | more))  # type: ignore[arg-type]


def said(status: Status, text: str, rule: str = "emergency", decision: str = "escalate") -> Answer:
    verdict = RailVerdict("input", decision, rule, rule, 0.1)
    return answered(Sentence(text), status=status, reason=rule, citations=(), drugs=(), verdicts=(verdict,))


class FakeAssistant:
    """Gives its answers in turn, sentence by sentence; `asked` keeps the questions."""

    def __init__(self, *answers: Answer):
        self.settings, self.base = SETTINGS, SimpleNamespace(by_id={MONOGRAPH.id: MONOGRAPH})
        self.asked: list[Question] = []
        self._answers = iter(answers)

    def stream(self, question: Question) -> Iterator[Sentence | Answer]:
        self.asked.append(question)
        answer = next(self._answers)
        yield from answer.sentences
        yield answer


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with the numbers of `SETTINGS`; `served` gives it its assistant."""
    monkeypatch.setenv("PHARMACY_EMERGENCY_NUMBER", SETTINGS.emergency_number)
    monkeypatch.setenv("PHARMACY_POISON_LINE", SETTINGS.poison_line)
    return AppTest.from_file(str(APP), default_timeout=60)


def served(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> FakeAssistant:
    assistant = FakeAssistant(*answers)
    monkeypatch.setattr(chat, "get_assistant", lambda settings: assistant)
    return assistant


def html(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(element.body for element in page.html)


def test_a_question_is_answered_with_its_source(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = served(monkeypatch, answered())
    page.run()
    assert "112" in html(page)
    assert "does not replace" in html(page)
    page.chat_input[0].set_value("How is Exampla kept, Jane Roe?").run()
    shown = html(page)
    assert [question.text for question in assistant.asked] == ["How is Exampla kept, Jane Roe?"]
    assert "Examplol is kept dry." in shown  # the section around the quote
    assert '<mark id="rx-a1-1">' in shown
    for part in ("examplol@0badcafe", "2026-01-02", "44425-7", "set-1", "privacy", "grounding", "Check the question", "scripted"):
        assert part in shown, part
    assert 'href="#rx-a1-1"' in shown
    assert "example-0" not in [button.key for button in page.button]


def test_only_the_redacted_question_stays(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = served(monkeypatch, answered(), answered(id="a2"))
    page.run().chat_input[0].set_value("How is Exampla kept, Jane Roe?").run()
    assert "NAME_1" in html(page)
    assert "Roe" not in html(page) + repr(page.session_state)
    page.chat_input[0].set_value("and in summer?").run()
    assert [(turn.role, turn.content) for turn in assistant.asked[1].history] == [
        ("user", "How is Exampla kept, <NAME_1>?"),
        ("assistant", f"{QUOTE} [1]"),
    ]
    assert "Roe" not in html(page)


def test_an_emergency_shows_the_number_first(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, said(Status.ESCALATED, "Call now. Stay with the person."))
    page.run().chat_input[0].set_value("took 30 of them").run()
    box = next(element.body for element in page.html if "rx-urgent" in element.body and "<style>" not in element.body)
    assert 'role="alert"' in box
    assert 0 < box.index('href="tel:112"') < box.index('href="tel:03019240"') < box.index("Call now.")
    assert not page.exception


def test_an_example_is_asked_and_start_over_forgets(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = served(monkeypatch, answered())
    page.run()
    example = page.button(key="example-0")
    example.click().run()
    assert [question.text for question in assistant.asked] == [example.label]
    assert "<mark" in html(page)
    page.sidebar.button[0].click().run()
    assert "<mark" not in html(page)
    assert page.button(key="example-0").label == example.label


def test_staff_read_where_each_sentence_stands(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, answered())
    page.run().sidebar.radio[0].set_value("staff").run()
    page.chat_input[0].set_value("How is Exampla kept?").run()
    assert "examplol · Storage · revised 2026-01-02" in html(page)


def test_what_is_missing_is_one_sentence(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(settings: Settings) -> None:
        raise FileNotFoundError("there is no index at <here>: run `python -m knowledge build`")

    monkeypatch.setattr(chat, "get_assistant", missing)
    page.run()
    assert "there is no index at &lt;here&gt;: run <code>python -m knowledge build</code>" in html(page)
    assert "112" in html(page)
    assert not page.chat_input


def test_a_wrong_setting_is_one_sentence(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHARMACY_SENTENCES", "many")
    page.run()
    assert "PHARMACY_SENTENCES" in html(page)


HOSTILE = '<img src=x onerror=alert(1)> & "it\'s"'


@pytest.mark.parametrize(
    "written",
    [
        question_html(HOSTILE),
        sentences_html([Sentence(HOSTILE, (1,))]),
        draft_html([Sentence(HOSTILE), Sentence(HOSTILE, (1,))]),
        answer_html(answered(Sentence(HOSTILE), Sentence(HOSTILE, (1,)), Sentence(HOSTILE), verdicts=(REFER,)), SETTINGS),
        answer_html(answered(question=HOSTILE, drugs=(DrugMention(HOSTILE, "examplol", "misspelling"),)), SETTINGS),
        answer_html(said(Status.ESCALATED, HOSTILE), SETTINGS),
        answer_html(said(Status.REFUSED, HOSTILE), SETTINGS),
        sources_html(answered(citations=(Citation(1, *(HOSTILE,) * 4, 0, 1, *(HOSTILE,) * 3),)), {}),  # type: ignore[arg-type]
        trail_html(
            answered(drugs=(DrugMention(*(HOSTILE,) * 3),), verdicts=(RailVerdict(*(HOSTILE,) * 4, 1.0, (HOSTILE,)),), model=HOSTILE)
        ),
        trail_html(answered(verdicts=(RailVerdict("input", *(HOSTILE,) * 3, 1.0),), timings_ms={HOSTILE: 1.0})),
        comparison_html(
            Comparison(
                answered(question=HOSTILE),
                (Column(HOSTILE, HOSTILE, (Judged(HOSTILE, (Mark(Fault.NUMBER, HOSTILE),), HOSTILE),), (Lacking(*(HOSTILE,) * 3),), 1.0, True),),
            ),
            SETTINGS,
        ),
    ],
)
def test_everything_from_outside_is_escaped(written: str) -> None:
    assert "<img" not in written
    assert "&lt;img src=x" in written


def test_quotes_are_escaped_and_marked() -> None:
    written = sources_html(answered(), {MONOGRAPH.id: MONOGRAPH})
    assert "<script" not in written
    assert "<i>example</i>" not in written
    marked = written[written.index("<mark") : written.index("</mark>")]
    assert "Keep it &lt; 25 °C &amp; away from &lt;script&gt;alert(1)&lt;/script&gt;." in marked


def test_a_quote_whose_monograph_changed_stands_alone() -> None:
    written = sources_html(answered(), {})
    assert "Keep it &lt; 25" in written
    assert "kept dry" not in written


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "a&lt;b c"),
        ([(0, 1)], "[a]&lt;b c"),
        ([(4, 5), (0, 1)], "[a]&lt;b [c]"),
        ([(0, 3), (1, 5)], "[a&lt;b][ c]"),
        ([(0, 5), (1, 3)], "[a&lt;b c]"),
    ],
)
def test_spans_are_marked(spans: list[tuple[int, int]], expected: str) -> None:
    written = marked_html("a<b c", [Span(start, end, 0, "x", "y") for start, end in spans])
    assert re.sub(r"<sup>.*?</sup></mark>", "]", written.replace('<mark id="x">', "[")) == expected


def test_a_marker_leads_to_its_quote_and_the_quote_back() -> None:
    answer = answered(Sentence(QUOTE, (1,)), Sentence("Keep it dry.", (1,)))
    said, quoted = answer_html(answer, SETTINGS), sources_html(answer, {MONOGRAPH.id: MONOGRAPH})
    assert said.count('href="#rx-a1-1"') == 2
    assert quoted.count('id="rx-a1-1"') == 1
    assert said.count('id="rx-a1-1-said"') == 1  # an id stands once in a page
    assert 'href="#rx-a1-1-said"' in quoted


@pytest.mark.parametrize("status", [Status.REFUSED, Status.CLARIFY, Status.NO_SOURCE, Status.FAILED, Status.ESCALATED])
def test_what_is_no_answer_looks_like_none(status: Status) -> None:
    written = answer_html(said(status, "Please ask a pharmacist."), SETTINGS)
    assert f"rx-{'urgent' if status is Status.ESCALATED else status.value}" in written
    assert "rx-sentences" not in written


def test_a_referral_is_set_apart_and_a_remark_comes_first() -> None:
    written = answer_html(answered(Sentence("First."), Sentence(QUOTE, (1,)), Sentence("Ask yours."), verdicts=(REFER,)), SETTINGS)
    assert written.index("First.") < written.index("rx-sentences") < written.index("rx-referral") < written.index("Ask yours.")
    assert "ask a pharmacist" in written
    assert "rx-referral" not in answer_html(answered(), SETTINGS)


def test_a_doubt_of_despair_is_not_sent_to_a_pharmacist() -> None:
    doubt = RailVerdict("input", "refer", "self_harm", "self_harm", 0.1)
    written = answer_html(answered(Sentence(QUOTE, (1,)), Sentence("Please call."), verdicts=(doubt,)), SETTINGS)
    assert "rx-referral" in written
    assert "pharmacist" not in written


@pytest.mark.parametrize(
    ("question", "mention", "match", "expected"),
    [
        ("How is Examplol kept?", "examplol", "generic", None),
        ("How is Exampla kept?", "Exampla", "brand", "(Exampla)"),
        ("How is exmplol kept?", "exmplol", "misspelling", "(you wrote “exmplol”)"),
        ("How is it kept?", "examplol", "history", "(from your earlier question)"),
        ("and with alcohol?", "examplol", "generic", "(from your earlier question)"),  # written out with the question before it
    ],
)
def test_how_a_medicine_was_read_shows(question: str, mention: str, match: str, expected: str | None) -> None:
    written = answer_html(answered(question=question, drugs=(DrugMention(mention, "examplol", match),)), SETTINGS)
    assert (expected or "rx-about-drugs") in written if expected else "rx-about-drugs" not in written


def test_someone_in_despair_is_given_the_crisis_line_first() -> None:
    written = answer_html(said(Status.ESCALATED, "Please call.", rule="self_harm"), SETTINGS)
    assert written.index("tel:116123") < written.index("tel:112")


@pytest.mark.parametrize(
    ("decisions", "told", "never"),
    [
        ((), "answered from the monographs", "referral"),
        ((("redact", "privacy"),), "personal details removed", "privacy"),
        ((("refer", "advice"),), "with a referral", "advice: refer"),
        ((("refuse", "injection"), ("refuse", "language")), "not answered (injection, language)", "refuse"),
        ((("redact", "privacy"), ("escalate", "self_harm")), "personal details removed, sent to help at once (self harm)", "escalate"),
    ],
)
def test_the_trail_is_summed_up_in_words(decisions: tuple[tuple[str, str], ...], told: str, never: str) -> None:
    written = trail_html(answered(verdicts=tuple(RailVerdict("input", decision, rule, rule, 0.1) for decision, rule in decisions)))
    summary = written[: written.index("</summary>")]
    assert told in summary
    assert never not in summary


def test_replaced_sentences_are_summed_up() -> None:
    replaced = RailVerdict("output", "replace", "grounding", "drug", 2.0, ("drug: samplazine", "number: 5 mg"))
    written = trail_html(answered(verdicts=(replaced, RailVerdict("output", "allow", "grounding", "", 3.0))))
    assert "2 sentences checked, 1 replaced" in written
    assert "another medicine: samplazine" in written
    assert "5 mg" in written
    assert "5.00 ms" in written


def side_by_side() -> None:
    """The page in which answers are compared, as ui/app.py draws it."""
    from assistant import Audience
    from ui import chat, compare

    compare.show(chat.get_assistant(None), Audience.PATIENT)  # type: ignore[arg-type]


COMPARED = Comparison(
    answered(),
    (
        Column("Alone", "vanilla-1", (Judged("Take 50 mg.", (Mark(Fault.NUMBER, "50 mg"),)),), (Lacking("alcohol", "No alcohol.", "examplol"),), 2.0, True),
        Column("Silent", "vanilla-1", (Judged("I cannot say."), Judged("It", unfinished=True)), (), 2.0, True),
        Column("Ours", "tuned-1", (Judged("Keep it dry.", source="examplol · Storage", quote="Kept dry."), Judged("Ask.", fixed=True)), (), 1.0, True),
    ),
)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page over a comparison that grows to `COMPARED`, or that the rails stop when the question says so."""
    served(monkeypatch)

    def stream(question: Question, assistant: object, vanilla: object) -> Iterator[Comparison]:
        if "30" in question.text:
            yield Comparison(said(Status.ESCALATED, "Call now."))
        else:
            yield Comparison(answered(), (Column("Alone", "vanilla-1"), *COMPARED.columns[1:]))
            yield COMPARED

    monkeypatch.setattr(comparing, "stream", stream)
    monkeypatch.setattr(compare, "get_vanilla", lambda settings, assistant: None)
    return AppTest.from_function(side_by_side, default_timeout=60)


def test_answers_stand_side_by_side_with_what_is_wrong_in_words(compared: AppTest) -> None:
    compared.run().chat_input[0].set_value("How is Exampla kept, Jane Roe?").run()
    shown = html(compared)
    for part in ("Alone", "vanilla-1", "tuned-1", "invented number</b> 50 mg", "missing warning</b> alcohol", "No alcohol.", "✓ examplol · Storage"):
        assert part in shown, part
    assert "1 of 1 sentence marked, 1 warning missing" in shown
    assert "None of 2 sentences marked" in shown
    assert 'rx-neither">Claims nothing about a medicine' in shown  # no praise, no blame
    assert "unfinished" in shown
    assert "<q>Kept dry.</q>" in shown  # the monograph's own sentence opens
    assert not compared.expander[0].proto.expanded  # the prepared questions make room
    assert "own wording" in shown
    assert "NAME_1" in shown
    assert "Roe" not in shown + repr(compared.session_state)
    assert "50 mg" in html(compared.run())  # the last comparison stays


def test_a_prepared_question_is_compared(compared: AppTest) -> None:
    compared.run().button(key="example-0").click().run()
    assert "50 mg" in html(compared)


def test_a_stopped_question_shows_its_message_and_no_columns(compared: AppTest) -> None:
    compared.run().chat_input[0].set_value("took 30 of them").run()
    shown = html(compared)
    assert "tel:112" in shown
    assert "Call now." in shown
    assert "No model was asked" in shown
    assert "rx-column" not in shown
