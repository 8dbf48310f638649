from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.advice import Advice, Reason
from bot.calendar import Calendar, ElectionPeriod
from bot.engine import CITED, RELATED, GuidanceEngine, facts_of_profile
from knowledge.entry import Example, FactCase, FactDefinition, Facts, FactValue, Verdict
from knowledge.index import Index
from knowledge.passage import Status
from tests.builders_guidance import (
    BLOG,
    CANDIDATE,
    LEAK,
    LEAVE,
    MINISTER,
    TROLLS,
    a_corpus,
    a_safety_rule,
    an_engine,
    an_entry,
    an_outcome,
    the_small_corpus,
)

RETWEET = "Can I retweet the minister?"
DRAFT = "Can I share a draft report?"
EVERYTHING = "blog retweet minister draft report candidate annual leave trolls tips bio"


def advise(question: str, *, threshold: float = 0.30, history: tuple[str, ...] = (), **facts: str) -> Advice:
    return an_engine(threshold).advise(question, facts=facts, history=history)


# the verdict and its words


@pytest.mark.parametrize("entry", the_small_corpus().entries.values(), ids=lambda entry: entry.id)
def test_an_entry_answers_its_own_examples(entry):
    example = next(example for example in the_small_corpus().examples if example.entry == entry.id)

    advice = advise(example.question)

    assert (advice.entry, advice.verdict) == (entry.id, entry.outcome.verdict)


def test_an_answer_has_the_words_of_its_entry():
    advice = advise("Can I blog about my work?")

    assert advice.summary == BLOG.outcome.reason
    assert advice.conditions == BLOG.outcome.conditions
    assert advice.instead == BLOG.outcome.instead
    assert advice.topics == BLOG.topics


def test_every_answer_names_the_version_of_the_guidance():
    versions = {advise(question).guidance_version for question in (RETWEET, "zebra", EVERYTHING, "annual leave")}

    assert versions == {"uk@0123456789ab"}


def test_related_titles_are_of_other_entries():
    advice = advise("Can I blog about my work?")

    assert 0 < len(advice.related) <= RELATED
    assert BLOG.title not in advice.related


# facts


def test_a_known_fact_decides_the_verdict():
    assert advise(RETWEET, account="official").verdict is Verdict.YES
    assert advise(RETWEET, account="personal").verdict is Verdict.NO


def test_the_question_wins_over_what_was_known():
    advice = advise("Can I retweet the minister from my own account?", account="official")

    assert advice.verdict is Verdict.NO
    assert advice.facts == {"account": "personal"}


def test_facts_the_question_does_not_touch_stay_known():
    advice = advise("Can I retweet the minister from my own account?", period="pre-election")

    assert advice.facts == {"account": "personal", "period": "pre-election"}


def test_unknown_facts_are_no_obstacle():
    assert advise(RETWEET, weather="fine").verdict is Verdict.CLARIFY


def test_a_fact_that_opens_a_refusal_is_taken_from_the_question():
    assert advise("Can I share a draft report? It is already published").verdict is Verdict.YES


# clarify


def test_clarify_asks_for_the_fact_and_offers_where_each_choice_leads():
    clarify = advise(RETWEET).clarify

    assert clarify is not None
    assert (clarify.fact, clarify.question) == (
        "account",
        "Is this about an official account, or your own?",
    )
    assert [(choice.value, choice.label, choice.leads_to) for choice in clarify.choices] == [
        ("official", "An official account", Verdict.YES),
        ("personal", "My own account", Verdict.NO),
    ]


@pytest.mark.parametrize("value", ["official", "personal"])
def test_clarify_is_not_asked_again_once_the_fact_is_known(value: str):
    advice = advise(RETWEET, account=value)

    assert advice.verdict is not Verdict.CLARIFY
    assert advice.clarify is None


def test_a_choice_that_would_ask_again_is_not_offered():
    third = FactDefinition(
        "account",
        "Which?",
        tuple(FactValue(value, value.title(), ()) for value in ("official", "personal", "shared")),
    )
    corpus = a_corpus([MINISTER], examples=[Example(RETWEET, MINISTER.id)] * 3, facts=[third])

    clarify = GuidanceEngine(Index(corpus), 0.3).advise(RETWEET, facts={}).clarify

    assert clarify is not None
    assert [choice.value for choice in clarify.choices] == ["official", "personal"]


@pytest.mark.parametrize("value", ["official", "personal"])
def test_an_entry_is_resolved_by_a_choice_as_the_choice_promised(value: str):
    clarify = advise(RETWEET).clarify
    assert clarify is not None
    choice = next(choice for choice in clarify.choices if choice.value == value)

    advice = an_engine().resolve(MINISTER.id, {"account": value})

    assert advice is not None
    assert (advice.verdict, advice.summary) == (choice.leads_to, choice.reason)
    assert (advice.entry, advice.facts, advice.confidence) == (MINISTER.id, {"account": value}, 1.0)


def test_an_entry_that_is_gone_cannot_be_resolved():
    assert an_engine().resolve("gone", {}) is None


@pytest.mark.parametrize("question", ["Can I blog about my work?", DRAFT, "annual leave", "zebra"])
def test_only_a_clarify_verdict_asks(question: str):
    assert advise(question).clarify is None


# citations and status


def test_citations_come_best_first():
    assert advise(DRAFT).citations[0].id == LEAK.outcome.passages[0]


def test_no_passage_is_cited_twice():
    cited = [passage.id for passage in advise(EVERYTHING, threshold=1.0).citations]

    assert len(cited) == len(set(cited))


def test_a_fact_case_is_cited_by_its_own_passages():
    assert advise(RETWEET, account="personal").citations[0].id == "uk/impartiality.2"


def test_citations_are_no_more_than_the_limit():
    passages = tuple(f"uk/many.{n}" for n in range(1, CITED + 3))
    many = an_entry("many", passages=passages)
    corpus = a_corpus([many], examples=[Example("many words", many.id)] * 3)

    advice = GuidanceEngine(Index(corpus), 0.3).advise("many words", facts={})

    assert [passage.id for passage in advice.citations] == list(passages[:CITED])


@pytest.mark.parametrize("question", ["annual leave", "zebra crossing", ""])
def test_what_is_not_covered_cites_nothing(question: str):
    advice = advise(question)

    assert (advice.verdict, advice.citations) == (Verdict.NOT_COVERED, ())


@pytest.mark.parametrize(
    ("question", "status"),
    [("should we answer trolls", Status.UNVERIFIED), ("Can I blog about my work?", Status.VERIFIED)],
)
def test_an_answer_carries_the_status_of_its_entry(question: str, status: Status):
    assert advise(question).status is status


def test_what_is_not_covered_has_no_doubtful_status():
    leave = replace(LEAVE, status=Status.INFERRED)
    corpus = a_corpus([leave], examples=[Example("annual leave", leave.id)] * 3)

    advice = GuidanceEngine(Index(corpus), 0.3).advise("annual leave", facts={})

    assert advice.status is Status.VERIFIED


# other languages


def test_what_is_written_in_another_language_is_not_answered_by_the_words_it_shares_with_english():
    question = "Ga i retweet am fy minister ar fy blog?"

    considered = an_engine().consider(question, facts={})

    assert considered.evidence.candidates
    assert considered.advice.verdict is Verdict.NOT_COVERED
    assert "English" in considered.advice.summary
    assert "in English" in considered.advice.instead
    assert considered.advice.citations == ()


def test_names_in_another_language_make_no_other_language_of_a_question():
    advice = advise("Can I retweet the minister about Eisteddfod Genedlaethol Cymru?")

    assert advice.entry == MINISTER.id


# holding back


def test_nothing_found_is_said_plainly():
    advice = advise("zebra crossing")

    assert advice.verdict is Verdict.NOT_COVERED
    assert "nothing in the social media guidance" in advice.summary
    assert advice.entry == ""


def test_a_dilemma_goes_to_an_advisor_with_what_they_need():
    advice = advise("My friend stands as a candidate, may I like her leaflet?")

    assert (advice.verdict, advice.reason) == (Verdict.ASK_ADVISOR, Reason.UNSETTLED)
    assert (advice.advisor_needs, advice.ask_role) == (CANDIDATE.advisor_needs, CANDIDATE.ask_role)


def test_low_confidence_goes_to_an_advisor_with_the_nearest_guidance():
    advice = advise("Can I blog about my work?", threshold=1.0)

    assert (advice.verdict, advice.reason) == (Verdict.ASK_ADVISOR, Reason.LOW_CONFIDENCE)
    assert advice.citations
    assert advice.confidence < 1
    assert advice.entry == ""


@pytest.mark.parametrize(("threshold", "held_back"), [(0.49, False), (0.51, True)])
def test_the_threshold_decides_what_is_held_back(threshold: float, held_back: bool):
    twins = [an_entry("one", Verdict.YES_IF), an_entry("two", Verdict.INFO)]
    corpus = a_corpus(
        [replace(twin, title="Same words", outcome=replace(twin.outcome, reason="Same.")) for twin in twins],
        examples=[Example("same words", twin.id) for twin in twins for _ in range(3)],
    )

    advice = GuidanceEngine(Index(corpus), threshold).advise("same words", facts={})

    assert (advice.reason is Reason.LOW_CONFIDENCE) is held_back


def test_who_goes_to_an_advisor_is_shown_a_passage_though_the_nearest_entries_cite_none():
    leaves = [an_entry(f"leave-{n}", Verdict.NOT_COVERED, topics=(), passages=()) for n in range(3)]
    corpus = a_corpus(
        [*leaves, BLOG],
        examples=[
            *(Example(f"annual leave {n}", leave.id) for n, leave in enumerate(leaves) for _ in range(3)),
            *(Example("blog about annual events", BLOG.id) for _ in range(3)),
        ],
    )

    advice = GuidanceEngine(Index(corpus), 1.0).advise("annual leave", facts={})

    assert advice.verdict is Verdict.NOT_COVERED or advice.citations


# the calendar

ELECTION = Calendar((ElectionPeriod("the vote", "general", frozenset(), date(2024, 5, 25), date(2024, 7, 4)),))
LOCAL = Calendar((ElectionPeriod("the polls", "local", frozenset(), date(2024, 4, 11), date(2024, 5, 2)),))
BEFORE, DURING, AFTER = date(2024, 5, 10), date(2024, 6, 10), date(2024, 7, 10)
LAUNCH = an_entry(
    "launch-campaign",
    Verdict.YES,
    by_facts=(FactCase({"period": "pre-election"}, an_outcome(Verdict.NO, reason="Not now.")),),
)
CAMPAIGN = "launch a campaign"


def an_engine_with(calendar: Calendar) -> GuidanceEngine:
    corpus = a_corpus([LAUNCH, BLOG], examples=[Example(CAMPAIGN, LAUNCH.id)] * 3)
    return GuidanceEngine(Index(corpus), 0.3, calendar)


def asked_on(day: date | None, question: str = CAMPAIGN, calendar: Calendar = ELECTION, **facts: str) -> Advice:
    return an_engine_with(calendar).advise(question, facts=facts, as_of=day)


@pytest.mark.parametrize(("day", "verdict"), [(BEFORE, Verdict.YES), (DURING, Verdict.NO), (AFTER, Verdict.YES)])
def test_the_calendar_knows_the_period_of_the_day(day: date, verdict: Verdict):
    assert asked_on(day).verdict is verdict


def test_without_a_day_the_calendar_is_left_out():
    assert asked_on(None).facts == {}


def test_a_day_outside_the_known_periods_is_not_taken_for_normal():
    assert asked_on(AFTER).facts == {}


def test_a_calendar_that_is_complete_knows_normal_times():
    calendar = replace(ELECTION, complete_until=date(2025, 1, 1))

    assert asked_on(AFTER, calendar=calendar).facts["period"] == "normal"


@pytest.mark.parametrize(
    ("asked", "named", "verdict"),
    [
        (BEFORE, "on 10 June", Verdict.NO),
        (DURING, "on 10 July", Verdict.YES),
        (AFTER, "on 10 June 2024", Verdict.NO),
        (BEFORE, "on 31 June", Verdict.YES),
    ],
)
def test_a_date_in_the_question_decides_the_period(asked: date, named: str, verdict: Verdict):
    assert asked_on(asked, f"{CAMPAIGN} {named}").verdict is verdict


def test_what_was_told_of_the_period_wins_over_the_calendar():
    assert asked_on(DURING, period="normal").verdict is Verdict.YES


def test_what_the_question_says_of_the_period_wins_over_the_calendar():
    advice = asked_on(AFTER, f"{CAMPAIGN} in purdah", replace(ELECTION, complete_until=date(2025, 1, 1)))

    assert advice.facts == {"period": "pre-election"}


def test_the_calendar_is_not_asked_where_the_guidance_knows_no_periods():
    corpus = a_corpus([LAUNCH], examples=[Example(CAMPAIGN, LAUNCH.id)] * 3, facts=[])

    assert GuidanceEngine(Index(corpus), 0.3, ELECTION).advise(CAMPAIGN, facts={}, as_of=DURING).facts == {}


def test_an_answer_says_until_when_it_holds():
    assert asked_on(DURING).holds == "This holds during the pre-election period of the vote, until 4 July 2024."


@pytest.mark.parametrize(("day", "foreseen"), [(date(2024, 3, 25), False), (date(2024, 3, 26), True)], ids=str)
def test_an_answer_that_will_change_within_sixty_days_says_when(day: date, foreseen: bool):
    said = "A pre-election period starts on 25 May 2024, before the vote: the answer changes then."

    assert asked_on(day).holds == (said if foreseen else "")


def test_an_answer_asks_for_care_before_a_local_vote():
    assert asked_on(date(2024, 5, 2), calendar=LOCAL).holds == (
        "Until 2 May 2024 special care is asked for, because of the polls."
    )
    assert asked_on(date(2024, 5, 3), calendar=LOCAL).holds == ""


@pytest.mark.parametrize("day", [BEFORE, DURING, AFTER], ids=str)
def test_an_answer_that_is_the_same_in_every_period_says_nothing_of_it(day: date):
    advice = an_engine_with(ELECTION).resolve(BLOG.id, {}, as_of=day)

    assert advice is not None
    assert advice.holds == ""


def test_an_entry_is_resolved_for_the_day_its_question_was_about():
    known = {"period": "pre-election", "period_on": "2024-06-10"}

    advice = an_engine_with(ELECTION).resolve(LAUNCH.id, known, as_of=AFTER)

    assert advice is not None
    assert (advice.verdict, advice.holds[-12:]) == (Verdict.NO, "4 July 2024.")


# a fact changed


def test_a_fact_that_can_change_the_entry_is_a_change():
    assert an_engine().change_of_facts("what if it's my own account?", MINISTER.id) == {"account": "personal"}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("and during purdah?", MINISTER.id),
        ("and the blog on my own account?", MINISTER.id),
        ("what if it's my own account?", "gone"),
        ("and on facebook?", MINISTER.id),
    ],
    ids=["no part of the entry", "more words", "entry gone", "no fact"],
)
def test_anything_else_is_no_change_of_facts(text: str, entry: str):
    assert an_engine().change_of_facts(text, entry) == {}


# conversation


def test_a_follow_up_is_read_with_the_last_question():
    assert advise("and on facebook?", history=("annual leave", DRAFT)).entry == LEAK.id


def test_a_question_of_its_own_is_read_alone():
    assert advise("Can I blog about my work?", history=(DRAFT,)).entry == BLOG.id


def test_without_history_a_follow_up_is_read_alone():
    assert advise("what about trolls?").entry == TROLLS.id


def test_facts_of_the_question_a_follow_up_leans_on_still_hold():
    advice = advise("and on facebook?", history=("Can I retweet the minister from my own account?",))

    assert advice.facts == {"account": "personal"}


# profiles


@pytest.mark.parametrize(
    ("profile", "facts"),
    [
        ({}, {}),
        ({"election_period": True}, {"period": "pre-election"}),
        ({"election_period": False}, {"period": "normal"}),
        ({"election_period": "yes"}, {}),
        ({"account": "official"}, {"account": "official"}),
        ({"account": "Personal"}, {"account": "personal"}),
        ({"account": "shared"}, {}),
        ({"account": None}, {}),
        ({"published": True}, {"published": "yes"}),
        ({"published": False}, {"published": "no"}),
        ({"period": "Pre election"}, {"period": "pre-election"}),
        ({"shoe_size": 9}, {}),
        ({"grade": "HEO"}, {"political_group": "intermediate"}),
        ({"grade": " scs1 "}, {"political_group": "restricted"}),
        ({"grade": "Grade 7"}, {"political_group": "restricted"}),
        ({"grade": "industrial"}, {"political_group": "free"}),
        ({"grade": "wizard"}, {}),
        ({"grade": None}, {}),
    ],
)
def test_a_profile_gives_the_facts_it_states(profile: dict[str, object], facts: Facts):
    assert facts_of_profile(profile, the_small_corpus()) == facts


@pytest.mark.parametrize(("nation", "value"), [("Scotland", "scotland"), ("Northern Ireland", "northern-ireland")])
def test_a_nation_is_read_as_people_write_it(nation: str, value: str):
    fact = FactDefinition("nation", "Which?", (FactValue(value, nation, ()), FactValue("england", "England", ())))

    assert facts_of_profile({"nation": nation}, a_corpus(facts=[fact])) == {"nation": value}


def test_a_fact_by_its_own_name_wins_over_a_grade():
    group = FactDefinition(
        "political_group", "Which?", (FactValue("free", "Free", ()), FactValue("restricted", "Restricted", ()))
    )

    facts = facts_of_profile({"grade": "SCS1", "political_group": "free"}, a_corpus(facts=[group]))

    assert facts == {"political_group": "free"}


# whatever is typed

anything = st.text(st.characters(exclude_categories=()), max_size=2_000)  # lone surrogates too
REFUSED = [example.question for example in the_small_corpus().examples if example.entry == LEAK.id]


def is_valid(advice: Advice) -> bool:
    return (
        advice.verdict in Verdict
        and 0 <= advice.confidence <= 1
        and bool(advice.summary)
        and (bool(advice.citations) or advice.verdict is Verdict.NOT_COVERED)
        and (advice.clarify is not None) is (advice.verdict is Verdict.CLARIFY)
        and (advice.reason is not None) is (advice.verdict is Verdict.ASK_ADVISOR)
    )


@given(
    anything | st.lists(st.sampled_from([*EVERYTHING.split(), "\ud83d", "<b>", "\u202e"])).map(" ".join),
    st.lists(anything, max_size=2),
)
def test_any_text_yields_a_valid_verdict(text: str, history: list[str]):
    assert is_valid(an_engine().advise(text, facts={}, history=history))


@pytest.mark.parametrize(
    "text",
    ["\ud83d", "blog \udc00 work", "a" * 40_000, "blog " * 10_000, "<" * 20_000, "👍" * 5_000, "\u0301" * 9_000],
    ids=["surrogate", "surrogate amid words", "one long word", "many words", "brackets", "emoji", "accents"],
)
def test_harsh_text_yields_a_valid_verdict(text: str):
    assert is_valid(advise(text))


@st.composite
def disguised(draw: st.DrawFn) -> str:
    """A refused question with its case and punctuation changed at random."""
    typed = draw(st.sampled_from(REFUSED)).split()
    marks = st.text("!?.,;:-()[]{}*_~'\"…’/\\&#@^|=+ \n", max_size=3)
    return " ".join(
        draw(marks) + (word.upper() if draw(st.booleans()) else word.lower()) + draw(marks) for word in typed
    )


@given(disguised())
def test_punctuation_and_case_never_turn_a_no_into_a_permission(question: str):
    assert not advise(question).verdict.permits


def test_angle_brackets_never_turn_a_no_into_a_permission():
    assert not advise("is a blog about work with <the draft report> ok to share").verdict.permits


# safety first


def test_a_question_about_danger_gets_a_signpost_whatever_the_verdict():
    corpus = replace(the_small_corpus(), safety=(a_safety_rule(),))
    engine = GuidanceEngine(Index(corpus), 0.3)

    assert engine.advise("I was threatened. Can I blog about my work?", facts={}).signpost is not None
    assert engine.advise("threatened zebra", facts={}).signpost is not None
    assert engine.advise("Can I blog about my work?", facts={}).signpost is None


def test_a_question_nearest_to_an_entry_about_danger_gets_a_signpost():
    corpus = replace(the_small_corpus(), safety=(a_safety_rule(nearest=frozenset({"blog-about-work"})),))

    assert GuidanceEngine(Index(corpus), 0.3).advise("Can I blog about my work?", facts={}).signpost is not None
