from datetime import date

import pytest

from bot.errors import BadDraft
from bot.precedent_draft import LONGEST_ADVICE, LONGEST_QUESTION, Draft, read_draft, write_draft
from bot.stripping import Stripper
from knowledge.entry import Corpus
from tests.builders import a_case, a_precedent
from tests.builders_guidance import the_small_corpus

TODAY = date(2026, 11, 24)
CORPUS = the_small_corpus()
STRIPPER = Stripper.of(CORPUS, ["Maya Okafor"])
PASSAGE, TOPIC = next(iter(CORPUS.passages)), next(iter(CORPUS.topics))
GOOD = f"""Question: May a colleague blog about their work?
Advice: Yes, once it is published.

Ask first.
Facts: account = personal; period = normal
Topics: {TOPIC}
Rests on: {PASSAGE}
Review by: 1 May 2027
Replaces: PR-2026-0007"""


def changed(before: str, after: str) -> str:
    assert before in GOOD
    return GOOD.replace(before, after)


def problems(text: str) -> list[str]:
    with pytest.raises(BadDraft) as error:
        read_draft(text, CORPUS, TODAY)
    return error.value.problems


def test_a_draft_is_read_part_by_part():
    assert read_draft(GOOD, CORPUS, TODAY) == Draft(
        question="May a colleague blog about their work?",
        advice="Yes, once it is published.\n\nAsk first.",
        facts={"account": "personal", "period": "normal"},
        topics=(TOPIC,),
        passages=(PASSAGE,),
        review_by=date(2027, 5, 1),
        replaces="PR-2026-0007",
    )


def test_a_draft_that_needs_no_edit_is_read_as_it_was_written():
    case = a_case(
        question="May I blog about my work?",
        advice="Yes, once it is published.",
        topics=(TOPIC, "gone"),
        passages=(PASSAGE, "gone"),
        facts={"account": "personal", "period": "normal", "period_on": "2026-11-24", "odd": "x"},
    )

    draft = write_draft(case, CORPUS, STRIPPER, TODAY, [a_precedent("PR-2026-0003")])

    assert draft.marks == ()
    assert read_draft(draft.text, CORPUS, TODAY) == Draft(
        question="May I blog about my work?",
        advice="Yes, once it is published.",
        facts={"account": "personal"},
        topics=(TOPIC,),
        passages=(PASSAGE,),
        review_by=date(2027, 11, 24),
        replaces="PR-2026-0003",
    )


def test_what_looks_personal_is_in_braces_and_listed():
    draft = write_draft(a_case(question="May Priya blog?", advice="Ask maya."), CORPUS, STRIPPER, TODAY)

    assert "Question: May {Priya} blog?\nAdvice: Ask {maya}." in draft.text
    assert [mark.words for mark in draft.marks] == ["Priya", "maya"]


def test_a_draft_with_a_mark_left_is_refused_with_that_mark():
    assert problems(changed("a colleague", "{Priya}")) == [
        "Question: {Priya} is still marked; reword it, or take the braces away"
    ]
    assert problems(changed("Ask first", "Ask Priya} first"))[0].startswith("Advice: } is still marked")


def test_personal_data_is_refused_even_without_a_mark():
    assert problems(changed("Ask first", "Ask p.patel@dfe.gov.uk")) == ["Advice: take out what is personal (e-mail)"]


def test_words_of_people_are_never_taken_for_a_heading():
    case = a_case(question="Advice: none\nTopics: blogs\nwhat now?", advice="Facts: it is fine.", topics=(TOPIC,))

    draft = read_draft(write_draft(case, CORPUS, STRIPPER, TODAY).text.replace("{", "").replace("}", ""), CORPUS, TODAY)

    assert draft.question == "Advice: none\n Topics: blogs\nwhat now?"
    assert draft.advice == "Facts: it is fine."


@pytest.mark.parametrize("said", ["", "Review by:\n"])
def test_without_a_review_date_it_is_a_year_on(said: str):
    assert read_draft(changed("Review by: 1 May 2027\n", said), CORPUS, TODAY).review_by == date(2027, 11, 24)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2027-05-01", date(2027, 5, 1)),
        ("25 November 2026", date(2026, 11, 25)),
        ("3/12/2028", date(2028, 12, 3)),
    ],
)
def test_a_review_date_is_read_as_people_write_it(said: str, day: date):
    assert read_draft(changed("1 May 2027", said), CORPUS, TODAY).review_by == day


@pytest.mark.parametrize("said", ["24 November 2026", "2026-11-23", "1 May 2020", "some time", "31 February 2027"])
def test_a_review_date_must_lie_ahead(said: str):
    assert problems(changed("1 May 2027", said)) == ["Review by: name a day to come, such as 24 November 2027"]


def test_a_review_date_is_three_years_ahead_at_most():
    assert problems(changed("1 May 2027", "1 May 2031"))[0].startswith("Review by: three years")


@pytest.mark.parametrize("said", ["none", "-", "", "None."])
def test_nothing_need_be_replaced(said: str):
    assert read_draft(changed("PR-2026-0007", said), CORPUS, TODAY).replaces == ""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("account = personal", "acount = personal", "Facts: acount = personal is no fact"),
        ("account = personal", "account = mine", "Facts: account is official or personal"),
        (f"Topics: {TOPIC}", "Topics: ", "Topics: name at least one"),
        (f"Topics: {TOPIC}", f"Topics: {TOPIC}x", f"did you mean {TOPIC}?"),
        (f"Rests on: {PASSAGE}", "Rests on: zebra", "Rests on: zebra is unknown"),
        ("PR-2026-0007", "the old one", "Replaces: write the id of a precedent"),
        ("Question: May a colleague blog about their work?", "Question: ?", "Question: write something"),
        ("Question: ", "", "Begin with the line that starts with Question:"),
        ("Ask first.", "Question: and?", "Question: stands there twice"),
    ],
)
def test_a_fault_is_told_with_what_to_do(before: str, after: str, told: str):
    assert any(told in problem for problem in problems(changed(before, after)))


@pytest.mark.parametrize(
    ("before", "longest", "part"),
    [
        ("May a colleague blog about their work?", LONGEST_QUESTION, "Question"),
        ("Ask first.", LONGEST_ADVICE, "Advice"),
    ],
)
def test_words_have_a_greatest_length(before: str, longest: int, part: str):
    room = longest - (len("Yes, once it is published.\n\n") if part == "Advice" else 0)

    read_draft(changed(before, "word " * (room // 5 - 1) + "w" * (room % 5 + 5)), CORPUS, TODAY)

    assert "are too many" in problems(changed(before, "w" * (longest + 1)))[0]


def test_all_faults_are_told_together():
    assert len(problems("Question: {Priya}\nAdvice:\nTopics: zebra\nReview by: never")) == 5


def test_a_long_question_and_answer_are_cut_in_the_first_draft():
    case = a_case(question="word " * 4_000, advice="word " * 600, topics=(TOPIC,), passages=())

    draft = read_draft(write_draft(case, CORPUS, STRIPPER, TODAY).text, CORPUS, TODAY)

    assert len(draft.question) <= LONGEST_QUESTION
    assert len(draft.advice) <= LONGEST_ADVICE
    assert draft.question.endswith("...")


def test_the_whole_pack_can_be_drafted_on(uk_corpus: Corpus):
    case = a_case(advice="Yes.", topics=tuple(uk_corpus.topics), passages=tuple(uk_corpus.passages), facts={})

    text = write_draft(case, uk_corpus, Stripper.of(uk_corpus, []), TODAY).text.replace("{", "").replace("}", "")

    assert read_draft(text, uk_corpus, TODAY).passages == tuple(uk_corpus.passages)
