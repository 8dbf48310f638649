import inspect
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import wording, wording_advisor, wording_asker, wording_desk
from bot.advice import Advice, Choice, Clarify, Reason, Signpost
from bot.advisors import Advisor
from bot.case import Case, CaseEvent, Move, State
from bot.conversation import Turn
from bot.deadlines import Step
from bot.draft import GRAVEST_FIRST, DraftCheck, check_draft
from bot.privacy import Kind
from bot.replies import Cited, Heading, Items, Note, Paragraph, Part, Reply, SaidBySomeone
from bot.sla import WorkingHours
from knowledge.entry import Condition, Corpus, Facts, Verdict
from knowledge.passage import Status
from tests.builders import NOON, a_case, a_person, a_turn, an_advisor
from tests.builders_guidance import a_corpus, a_draft_rule, a_passage, the_small_corpus

CORPUS = the_small_corpus()
MAYA = an_advisor("maya-okafor")
WHO = "Maya Okafor (Propriety adviser)"


def an_advice(verdict: Verdict = Verdict.INFO, **fields: Any) -> Advice:
    defaults: dict[str, Any] = {"confidence": 0.9, "summary": "It is so.", "citations": (a_passage(),)}
    return Advice(verdict, **{**defaults, **fields})


def an_event(number: int, actor: str, move: Move, note: str) -> CaseEvent:
    return CaseEvent("SM-2026-0001", number, NOON, actor, move, State.OPEN, note)


def kinds(reply: Reply) -> list[str]:
    return [part.kind for part in reply.parts]


def parts_of(reply: Reply, kind: type) -> list[Any]:
    return [part for part in reply.parts if isinstance(part, kind)]


def verbs(reply: Reply) -> list[str]:
    return [action.verb for action in reply.actions]


def shown(part: Part) -> str:
    """All that people read of a part."""
    match part:
        case SaidBySomeone():
            return f"{part.who} {part.text}"
        case Cited():
            return f"{part.text} {part.source}"
        case Items():
            return " ".join([part.title, *(f"{item.text} {item.source}" for item in part.items)])
    return part.text


CLARIFY = Clarify(
    "account",
    "Which account is it?",
    (
        Choice("official", "An official account", Verdict.YES, "It is there for that."),
        Choice("personal", "My own", Verdict.INFO, "It would draw you in."),
    ),
)


# answers


@pytest.mark.parametrize(
    ("verdict", "label"),
    [
        (Verdict.YES, "Yes"),
        (Verdict.YES_IF, "Yes, if…"),
        (Verdict.NO, "No"),
        (Verdict.CLARIFY, "One question first"),
        (Verdict.ASK_ADVISOR, "An advisor should decide"),
        (Verdict.NOT_COVERED, "Not covered by this guidance"),
    ],
)
def test_a_verdict_comes_before_the_prose(verdict: Verdict, label: str):
    reply = wording.answer(an_advice(verdict), "q-1", CORPUS)

    assert reply.parts[:2] == (Heading(label), Paragraph("It is so."))
    assert reply.text.startswith(label)


def test_information_has_no_label():
    reply = wording.answer(an_advice(Verdict.INFO), "q-1", CORPUS)

    assert reply.parts[0] == Paragraph("It is so.")
    assert reply.text == "It is so."


def test_every_verdict_has_a_label():
    assert set(wording.LABELS) == set(Verdict)


def test_every_reason_is_worded():
    assert set(wording.REASONS) == set(Reason)


def test_a_label_that_ends_in_an_ellipsis_gets_no_full_stop():
    assert "…." not in wording.answer(an_advice(Verdict.YES_IF), "q-1", CORPUS).text


@pytest.mark.parametrize(("verdict", "title"), [(Verdict.YES_IF, "On these conditions"), (Verdict.NO, "Keep in mind")])
def test_each_condition_stands_with_its_own_source(verdict: Verdict, title: str):
    conditions = (Condition("It is public.", "uk/confidentiality.1"),)

    (items,) = parts_of(wording.answer(an_advice(verdict, conditions=conditions), "q-1", CORPUS), Items)

    assert items.title == title
    assert items.items[0].text == "It is public."
    assert items.items[0].source == CORPUS.passages["uk/confidentiality.1"].source


def test_what_can_be_done_instead_is_told():
    (items,) = parts_of(wording.answer(an_advice(Verdict.NO, instead="Ask first."), "q-1", CORPUS), Items)

    assert (items.title, items.items[0].text) == ("What you can do", "Ask first.")


def test_the_two_best_passages_are_shown():
    passages = tuple(a_passage(f"uk/many.{n}", text=f"Passage {n}") for n in range(1, 5))

    cited = parts_of(wording.answer(an_advice(citations=passages), "q-1", CORPUS), Cited)

    assert [passage.text for passage in cited] == ["Passage 1", "Passage 2"]


@pytest.mark.parametrize("verbatim", [True, False])
def test_only_the_sources_own_words_are_marked_verbatim(verbatim: bool):
    assert wording.cited(a_passage(verbatim=verbatim)).verbatim is verbatim


@pytest.mark.parametrize("status", [Status.REPORTED, Status.INFERRED, Status.UNVERIFIED])
def test_guidance_that_was_not_verified_says_so(status: Status):
    notes = parts_of(wording.answer(an_advice(status=status), "q-1", CORPUS), Note)

    assert notes == [Note(wording.STATUS_NOTES[status])]


def test_verified_guidance_needs_no_note():
    assert parts_of(wording.answer(an_advice(), "q-1", CORPUS), Note) == []


def test_clarify_asks_and_offers_each_choice_and_an_advisor():
    reply = wording.answer(an_advice(Verdict.CLARIFY, clarify=CLARIFY), "q-1", CORPUS)

    assert reply.text.endswith("Which account is it?")
    assert [(action.label, action.value) for action in reply.actions] == [
        ("An official account", {"question": "q-1", "fact": "account", "value": "official"}),
        ("My own", {"question": "q-1", "fact": "account", "value": "personal"}),
        ("Ask an advisor", {"question": "q-1"}),
    ]


@pytest.mark.parametrize(
    ("verdict", "offered"),
    [
        (Verdict.YES, ["helpful", "unhelpful", "advisor"]),
        (Verdict.NO, ["helpful", "unhelpful", "advisor"]),
        (Verdict.ASK_ADVISOR, ["helpful", "unhelpful"]),
        (Verdict.NOT_COVERED, ["advisor"]),
    ],
)
def test_a_verdict_offers_what_fits_it(verdict: Verdict, offered: list[str]):
    assert verbs(wording.answer(an_advice(verdict), "q-1", CORPUS)) == offered


def test_where_the_choice_was_not_understood_both_ways_are_told():
    reply = wording.both_ways(an_advice(Verdict.CLARIFY, clarify=CLARIFY), "q-1")

    (items,) = parts_of(reply, Items)
    assert [item.text for item in items.items] == [
        "An official account: Yes. It is there for that.",
        "My own: For your information. It would draw you in.",
    ]
    assert "An official account: Yes. It is there for that." in reply.text
    assert verbs(reply) == ["choose", "choose", "advisor"]


def test_only_a_clarify_advice_has_both_ways():
    with pytest.raises(ValueError, match="clarify"):
        wording.both_ways(an_advice(Verdict.NO), "q-1")


# handing over


def test_who_is_handed_over_learns_the_name_the_time_and_the_safe_default():
    reply = wording_asker.handed_over(an_advice(Verdict.ASK_ADVISOR), "q-1", CORPUS, a_case(), MAYA, NOON)

    for told in (WHO, "SM-2026-0001", "Wed 25 November, 16:00", wording.SAFE_DEFAULT):
        assert told in reply.text
        assert any(told in shown(part) for part in reply.parts)


def test_the_answer_stands_before_the_news_of_the_handover():
    reply = wording_asker.handed_over(an_advice(Verdict.ASK_ADVISOR), "q-1", CORPUS, a_case(), MAYA, NOON)

    assert reply.parts[0] == Heading("An advisor should decide")
    assert "withdraw" in verbs(reply)


def test_nobody_to_ask_names_where_to_turn():
    reply = wording_asker.nobody_to_ask(None, "q-1", CORPUS, alone=False)

    assert "line manager" in reply.text
    assert "don't post" in reply.text


def test_nobody_to_ask_still_shows_what_was_found():
    reply = wording_asker.nobody_to_ask(an_advice(Verdict.ASK_ADVISOR), "q-1", CORPUS, alone=False)

    assert reply.text.startswith("An advisor should decide. It is so.")


@pytest.mark.parametrize(
    "tell",
    [
        wording_asker.claimed,
        lambda case, advisor: wording_asker.passed_on(case, case, advisor, advisor, NOON),
        lambda case, advisor: wording_asker.reply_taken(case, advisor, NOON),
        lambda case, advisor: wording_asker.reopened(case, advisor, NOON),
        wording_asker.advised,
        wording_asker.asked_already,
    ],
)
def test_the_asker_is_told_the_advisors_name_and_the_case(tell: Any):
    text = tell(a_case(advice="Yes."), MAYA).text

    assert WHO in text
    assert "SM-2026-0001" in text


def test_advice_is_shown_as_the_advisors_words_and_as_no_rule():
    reply = wording_asker.advised(a_case(advice="Go on."), MAYA)

    assert SaidBySomeone(f"{WHO} says", "Go on.") in reply.parts
    assert "not a rule for others" in parts_of(reply, Note)[0].text


# the advisor's card


def test_a_card_shows_the_question_the_reason_and_the_due_times():
    reply = wording_advisor.notice(a_case(), MAYA, CORPUS, ())

    assert reply.parts[0] == Heading("Case SM-2026-0001: open")
    assert reply.parts[1] == SaidBySomeone("A colleague asks", a_case().question)
    assert "do not settle this" in shown(reply.parts[2])
    assert "acknowledge by Tue 24 November, 16:00" in shown(reply.parts[-1])
    assert "answer by Wed 25 November, 16:00" in shown(reply.parts[-1])


def test_a_card_is_dated_in_the_advisors_zone():
    reply = wording_advisor.notice(a_case(), replace(MAYA, hours=WorkingHours(ZoneInfo("Asia/Tokyo"))), CORPUS, ())

    assert "answer by Thu 26 November, 01:00" in reply.text


def test_a_card_names_its_advisor_and_why_it_is_them():
    texts = [shown(part) for part in wording_advisor.notice(a_case(), MAYA, CORPUS, ()).parts]

    assert "It comes to you, Maya Okafor: the advisor who takes personal-accounts." in texts


def test_a_card_of_a_case_passed_on_says_that_another_has_it():
    reply = wording_advisor.notice(a_case(advisor_id="ben"), MAYA, CORPUS, ())

    assert "It is with another advisor now." in [shown(part) for part in reply.parts]
    assert reply.actions == ()


def test_a_card_lists_facts_and_needs_as_people_read_them():
    given, needed = parts_of(wording_advisor.notice(a_case(), MAYA, CORPUS, ()), Items)

    assert [item.text for item in given.items] == ["Is this about an official account, or your own? My own account"]
    assert [item.text for item in needed.items] == ["Which account is it?"]


def test_a_fact_the_guidance_does_not_know_any_more_is_left_out():
    assert wording_desk.fact_lines({"mood": "good"}, CORPUS) == []


def test_a_passage_the_guidance_does_not_hold_any_more_is_left_out():
    case = a_case(passages=("uk/gone.1", "uk/tip-1.1"))

    assert [cited.text for cited in parts_of(wording_advisor.notice(case, MAYA, CORPUS, ()), Cited)] == ["Be number 1"]


def test_a_card_shows_what_was_said_since_it_was_opened():
    events = (
        an_event(1, "smpolicy", Move.OPEN, "takes blogs"),
        an_event(2, "tom", Move.PASS_ON, "Not mine."),
        an_event(3, MAYA.id, Move.ASK_BACK, "Which?"),
        an_event(4, "asker", Move.REPLY, "That one."),
        an_event(5, MAYA.id, Move.CLAIM, ""),
    )

    said = parts_of(wording_advisor.notice(a_case(), MAYA, CORPUS, events), SaidBySomeone)[1:]

    assert said == [
        SaidBySomeone("An advisor passed it on", "Not mine."),
        SaidBySomeone("You asked", "Which?"),
        SaidBySomeone("The asker replied", "That one."),
    ]


@pytest.mark.parametrize(
    ("state", "to_do"),
    [
        (State.OPEN, "Please acknowledge by Tue 24 November, 16:00 and answer by Wed 25 November, 16:00."),
        (State.REOPENED, "Please acknowledge by Tue 24 November, 16:00 and answer by Wed 25 November, 16:00."),
        (State.CLAIMED, "Please answer by Wed 25 November, 16:00."),
        (
            State.WAITING_FOR_ASKER,
            "You wait for the asker's reply. They were promised an answer by Wed 25 November, 16:00.",
        ),
    ],
)
def test_a_card_says_what_is_to_be_done_now(state: State, to_do: str):
    reply = wording_advisor.notice(a_case(state=state), MAYA, CORPUS, ())

    assert shown(reply.parts[-1]).startswith(f"{to_do} The asker's name is withheld.")
    assert reply.text == f"Case SM-2026-0001 for you, {state.in_words}. {to_do}"


@pytest.mark.parametrize(
    ("case", "now"),
    [
        (a_case(state=State.ANSWERED), "answered"),
        (a_case(state=State.CLOSED), "closed"),
        (a_case(state=State.WITHDRAWN), "withdrawn"),
        (a_case(advisor_id="ben"), "with another advisor"),
    ],
)
def test_a_card_asks_for_nothing_where_nothing_is_to_be_done(case: Case, now: str):
    reply = wording_advisor.notice(replace(case, wanted_by=NOON), MAYA, CORPUS, ())

    assert reply.text == f"Case SM-2026-0001: {now}."
    assert not any(word in shown(part) for part in reply.parts for word in ("Please", "needs it by"))


def test_a_list_of_cases_tells_which_is_which():
    reply = wording_desk.case_list([a_case(state=State.CLOSED)], queue=False)

    assert reply.parts[1:] == (SaidBySomeone("SM-2026-0001: closed", a_case().question),)


def test_a_case_whose_question_was_erased_stays_in_the_list():
    reply = wording_desk.case_list([a_case(question="", state=State.CLOSED)], queue=False)

    assert reply.parts[1:] == (Paragraph("SM-2026-0001: closed"),)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.OPEN, ["claim", "answer", "ask_back", "pass_on", "note"]),
        (State.REOPENED, ["claim", "answer", "ask_back", "pass_on", "note"]),
        (State.CLAIMED, ["answer", "ask_back", "pass_on", "note"]),
        (State.WAITING_FOR_ASKER, ["answer", "pass_on", "note"]),
        (State.ANSWERED, []),
        (State.CLOSED, []),
        (State.WITHDRAWN, []),
    ],
)
def test_a_card_offers_the_moves_its_state_allows(state: State, offered: list[str]):
    assert verbs(wording_advisor.notice(a_case(state=state), MAYA, CORPUS, ())) == offered


def test_no_card_holds_the_askers_ids():
    asker = a_person("U-ASKER", ids=("U-ASKER", "W-ASKER"))
    events = (an_event(2, "asker", Move.REPLY, "That one."),)

    for state in State:
        card = repr(wording_advisor.notice(a_case(state=state, asker=asker), MAYA, CORPUS, events))

        assert not any(secret in card for secret in ("U-ASKER", "W-ASKER", asker.key, "C-ROOM"))


# the asker's view


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.OPEN, ["share_name", "withdraw"]),
        (State.CLAIMED, ["share_name", "withdraw"]),
        (State.REOPENED, ["share_name", "withdraw"]),
        (State.WAITING_FOR_ASKER, ["reply", "share_name", "withdraw"]),
        (State.ANSWERED, ["reopen"]),
        (State.CLOSED, ["reopen"]),
        (State.WITHDRAWN, []),
    ],
)
def test_the_askers_view_offers_the_moves_its_state_allows(state: State, offered: list[str]):
    assert verbs(wording_asker.case_view(a_case(state=state), MAYA, ())) == offered


@pytest.mark.parametrize(("advisor", "named"), [(MAYA, True), (None, False)])
def test_the_askers_view_names_the_advisor_who_has_it(advisor: Advisor | None, named: bool):
    assert (WHO in wording_asker.case_view(a_case(), advisor, ()).text) is named


# lists and times


def test_a_list_shows_ten_cases_and_counts_all():
    reply = wording_desk.case_list([a_case(f"SM-2026-{n:04d}") for n in range(1, 13)], queue=False)

    assert reply.text == "Your cases: 12."
    assert len(parts_of(reply, SaidBySomeone)) == 10
    assert parts_of(reply, Note)[0].text.startswith("2 older ones")
    assert len(reply.actions) == 5


def test_a_list_of_ten_hides_nothing():
    assert parts_of(wording_desk.case_list([a_case()] * 10, queue=False), Note) == []


@pytest.mark.parametrize(("state", "is_due"), [(State.OPEN, True), (State.CLOSED, False)])
def test_only_a_case_that_needs_work_is_due(state: State, is_due: bool):
    line = parts_of(wording_desk.case_list([a_case(state=state)], queue=False), SaidBySomeone)[0].who

    assert ("answer due" in line) is is_due


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 26, 15, 30, tzinfo=UTC), "Thu 26 November, 15:30"),
        (datetime(2026, 7, 1, 8, 5, tzinfo=UTC), "Wed 1 July, 09:05"),
    ],
    ids=["winter", "summer time"],
)
def test_a_moment_is_said_as_people_in_london_say_it(moment: datetime, said: str):
    assert wording.when(moment) == said


# tips


def test_all_tips_come_numbered_and_to_the_letter():
    reply = wording.tips(CORPUS, None)

    (items,) = parts_of(reply, Items)
    assert items.numbered
    assert [item.text for item in items.items] == [f"Be number {n}" for n in range(1, 11)]
    assert "10. Be number 10." in reply.text


@pytest.mark.parametrize("number", [1, 10])
def test_one_tip_comes_verbatim_with_its_source(number: int):
    reply = wording.tips(CORPUS, number)

    assert reply.text == f"Tip {number}: Be number {number}"
    assert parts_of(reply, Cited)[0].verbatim


@pytest.mark.parametrize("number", [0, 11, -1])
def test_there_are_ten_tips_and_no_more(number: int):
    assert wording.tips(CORPUS, number).text.startswith("There are ten tips.")


@pytest.mark.parametrize("number", [None, 3])
def test_tips_are_credited(number: int | None):
    assert "Open Government Licence" in parts_of(wording.tips(CORPUS, number), Note)[0].text


@pytest.mark.parametrize(("asks", "verbs"), [(True, ["helped", "not_helped"]), (False, [])])
def test_whether_advice_helped_is_asked_by_two_buttons(asks: bool, verbs: list[str]):
    reply = wording_asker.closed(a_case(), asks=asks)

    assert [action.verb for action in reply.actions] == verbs
    assert ("help you?" in reply.text) is asks


@pytest.mark.parametrize(
    ("name", "told"), [("", "Your name is not passed on."), ("Ada King", "The advisor sees your name.")]
)
def test_what_becomes_of_a_name_is_told_truly(name: str, told: str):
    case = a_case(asker_name=name)

    taken, asked_back = wording_asker.taken(case, MAYA, NOON), wording_asker.asked_back(case, MAYA, "Which?")

    assert told in repr(taken)
    assert told in repr(asked_back)
    assert ("share_name" in [action.verb for action in taken.actions]) is (not name)


# every reply there is


def sample(name: str, annotation: Any) -> Any:
    """A plain argument for a parameter of a wording function."""
    known: dict[Any, Any] = {
        Advice: an_advice(Verdict.YES_IF, clarify=CLARIFY, instead="Ask.", status=Status.INFERRED),
        Advice | None: None,
        Corpus: CORPUS,
        Case: a_case(),
        Advisor: MAYA,
        Advisor | None: MAYA,
        Facts: {},
        Turn: a_turn(),
        DraftCheck: DraftCheck(Verdict.INFO, ()),
        bool: True,
        str: "words",
        int | None: 4,
        int: 2,
        date | None: NOON.date(),
        datetime: NOON,
        Step: Step.ACKNOWLEDGE_DUE,
        Reply: Reply("A card.", (Paragraph("A card."),)),
    }
    if annotation in known:
        return known[annotation]
    if name in ("events", "cases", "actions"):
        return ()
    raise AssertionError(f"say what a {annotation} is")


REPLIES = {
    name: function
    for name, function in vars(wording).items()
    if inspect.isfunction(function) and not name.startswith("_") and function.__annotations__.get("return") is Reply
}


@pytest.mark.parametrize("name", REPLIES)
def test_no_reply_has_an_empty_text_or_part(name: str):
    signature = inspect.signature(REPLIES[name])
    arguments = {
        parameter.name: sample(parameter.name, parameter.annotation) for parameter in signature.parameters.values()
    }

    reply = REPLIES[name](**arguments)

    assert reply.text.strip()
    assert reply.parts
    assert all(shown(part).strip() for part in reply.parts)
    assert all(action.label.strip() for action in reply.actions)


@pytest.mark.parametrize("name", [name for name in vars(wording) if name.endswith("_PROMPT")])
def test_the_title_of_a_form_fits_slacks_limit(name: str):
    assert 0 < len(getattr(wording, name).title) <= 24


# until when, and why


def test_an_answer_shows_until_when_it_holds():
    advice = an_advice(holds="This holds until Friday.")

    assert Note("This holds until Friday.") in wording.answer(advice, "q", CORPUS).parts


def test_because_shows_the_reason_and_every_passage_once():
    first, second = a_passage("uk/personal-accounts.1"), a_passage("uk/confidentiality.1", text="Keep it.")
    advice = an_advice(
        citations=(first, CORPUS.passages["uk/confidentiality.1"]),
        conditions=(Condition("Keep it.", "uk/confidentiality.1"), Condition("Say so.", "uk/impartiality.1")),
    )

    reply = wording.because(advice, "q", CORPUS)

    assert reply.text.startswith("Because: It is so. Source: ")
    assert len(parts_of(reply, Cited)) == 3
    assert second.source in reply.text


@pytest.mark.parametrize(("verdict", "offered"), [(Verdict.NO, ["advisor"]), (Verdict.ASK_ADVISOR, [])])
def test_because_offers_an_advisor_unless_one_has_it(verdict: Verdict, offered: list[str]):
    assert verbs(wording.because(an_advice(verdict), "q", CORPUS)) == offered


# signposts

SIGNPOST = Signpost("Call 999 first", "If you are in danger, call 999.", "Tell security.", "answering-trolls")


def test_a_signpost_stands_before_the_verdict():
    reply = wording.answer(an_advice(Verdict.NO, signpost=SIGNPOST), "q-1", CORPUS)

    assert reply.parts[:4] == (
        Heading("Call 999 first"),
        Paragraph("If you are in danger, call 999."),
        Paragraph("Tell security."),
        Heading("No"),
    )
    assert reply.text.startswith("Call 999 first. If you are in danger, call 999. No.")


def test_what_a_signpost_says_is_not_said_again():
    advice = an_advice(Verdict.ASK_ADVISOR, summary=SIGNPOST.text, instead=SIGNPOST.instead, signpost=SIGNPOST)

    reply = wording.answer(advice, "q-1", CORPUS)

    assert reply.parts.count(Paragraph(SIGNPOST.text)) == 1
    assert not parts_of(reply, Items)


def test_a_signpost_stands_before_an_answer_both_ways():
    reply = wording.both_ways(an_advice(Verdict.CLARIFY, clarify=CLARIFY, signpost=SIGNPOST), "q-1")

    assert reply.parts[0] == Heading("Call 999 first")
    assert reply.text.startswith("Call 999 first.")


# draft checks

DRAFT_CORPUS = a_corpus(
    draft_rules=[a_draft_rule(f"rule-{n}", rf"\bword{n}\b", weight=Verdict.YES_IF) for n in range(1, 9)],
    passages=(a_passage("uk/respect.1", status=Status.UNVERIFIED),),
)


def draft_reply(text: str, corpus: Corpus = DRAFT_CORPUS) -> Reply:
    return wording.draft_checked(check_draft(text, corpus), corpus)


def test_a_marked_part_is_quoted_with_why_and_its_passage():
    reply = draft_reply("This is word1.")

    assert reply.parts[:5] == (
        Heading("Yes, if…"),
        Paragraph(wording.DRAFT_SUMMARIES[Verdict.YES_IF]),
        SaidBySomeone("Your draft says", "“word1”"),
        Paragraph("Look at the rule-1."),
        wording.cited(DRAFT_CORPUS.passages["uk/respect.1"]),
    )
    assert reply.text.endswith("Look at the rule-1.")


def test_a_draft_in_which_nothing_stands_out_is_no_yes():
    reply = draft_reply("Come and see us.")

    assert reply.parts == (Paragraph(wording.DRAFT_SUMMARIES[Verdict.INFO]), Note(wording.DRAFT_LIMITS))
    assert reply.actions == ()


def test_a_check_says_what_it_cannot_see():
    assert draft_reply("word1").parts[-1] == Note(wording.DRAFT_LIMITS)


def test_the_same_words_are_quoted_once_and_many_are_counted():
    corpus = a_corpus(draft_rules=(a_draft_rule("number", r"\d+"),))

    (said,) = parts_of(draft_reply("1 1 2 3 4 5 6", corpus), SaidBySomeone)

    assert said.text == "“1”, “2”, “3”, “4” and 2 more"


def test_long_words_are_shortened():
    corpus = a_corpus(draft_rules=(a_draft_rule("long", r"a+"),))

    (said,) = parts_of(draft_reply("a" * 500, corpus), SaidBySomeone)

    assert said.text == f"“{'a' * 119}…”"


@pytest.mark.parametrize(("rules", "listed"), [(6, 0), (7, 1), (8, 2)])
def test_beyond_six_rules_the_others_are_listed(rules: int, listed: int):
    reply = draft_reply(" ".join(f"word{n}" for n in range(1, rules + 1)))

    assert len(parts_of(reply, SaidBySomeone)) == 6
    assert sum(len(items.items) for items in parts_of(reply, Items)) == listed


def test_a_passage_that_was_not_checked_says_so():
    assert any("not checked" in note.text for note in parts_of(draft_reply("word1"), Note))


def test_every_verdict_of_a_check_is_worded():
    assert set(wording.DRAFT_SUMMARIES) == {*GRAVEST_FIRST, Verdict.INFO}


# masking


def test_every_kind_of_personal_data_is_worded():
    assert set(wording.MASKED) == set(Kind)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ((Kind.EMAIL,), "an e-mail address"),
        ((Kind.EMAIL, Kind.NAME), "an e-mail address and a name"),
        ((Kind.EMAIL, Kind.PHONE, Kind.NAME), "an e-mail address, a phone number and a name"),
    ],
)
def test_what_was_masked_is_told(kinds: tuple[Kind, ...], told: str):
    assert wording.masked(kinds, "question") == Note(f"I masked {told} before keeping your question.")
