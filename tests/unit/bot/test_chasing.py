from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import wording, wording_advisor, wording_desk
from bot.advisors import Colleague, Rota
from bot.case import Case, CaseEvent, Move, State
from bot.deadlines import Step, Timer, deadlines
from bot.errors import ChangedMeanwhile
from bot.messages import (
    AskAdvisor,
    AskBack,
    ClaimCase,
    ComeBack,
    GoAway,
    PassOn,
    Platform,
    ReopenCase,
    ReplyToAdvisor,
    ShareName,
)
from bot.replies import SaidBySomeone
from bot.sla import WorkingHours
from tests.builders import NOON, an_advisor
from tests.desk import (
    ASKER,
    BEN,
    BEN_HIMSELF,
    CASE,
    CHASED,
    CLEO,
    DESK,
    DILEMMA,
    HERE,
    MAYA,
    MAYA_HERSELF,
    Desk,
    Sent,
    a_desk_with_an_open_case,
    ring,
    verbs,
)
from tests.fakes import MemoryUnitOfWork

PERSONAL = ("account", "personal")

# chasing


def test_opening_a_case_sets_its_timers():
    desk = a_desk_with_an_open_case()

    assert [timer.step for timer in desk.store.timers.values()] == [step for step in Step if not step.awaits_asker]


@pytest.mark.parametrize("step", [Step.ACKNOWLEDGE_HALF, Step.ACKNOWLEDGE_DUE, Step.ANSWER_HALF, Step.ANSWER_DUE])
def test_the_holder_is_reminded_with_the_case_and_its_buttons(step: Step):
    desk = a_desk_with_an_open_case()

    sent = ring(desk, step)

    assert sent.only.text.startswith(f"Case {CASE} ")
    assert {"claim", "answer"} <= set(verbs(sent.only))
    assert desk.store.log[CASE][-1].move is Move.REMIND
    assert sent.to("maya")


def test_a_timer_that_rings_twice_reminds_once():
    desk = a_desk_with_an_open_case()
    ring(desk, Step.ACKNOWLEDGE_HALF)

    assert ring(desk, Step.ACKNOWLEDGE_HALF) == ()


def test_who_has_claimed_is_not_asked_to_acknowledge():
    desk = a_desk_with_an_open_case()
    desk.act(ClaimCase)

    assert ring(desk, Step.ACKNOWLEDGE_DUE) == ()


def test_a_case_left_lying_goes_to_the_deputy_and_everybody_hears_of_it():
    desk = a_desk_with_an_open_case()

    sent = ring(desk, Step.ACKNOWLEDGE_LATE)

    assert (desk.case.advisor_id, desk.case.state, desk.case.untaken) == ("ben", State.OPEN, 1)
    assert "claim" in verbs(sent.to("ben")[0].reply)
    assert "Ben Li" in sent.to("maya")[-1].reply.text
    told = sent.to(HERE)[0].reply.text
    assert "Ben Li" in told
    assert wording.SAFE_DEFAULT in told
    assert wording.when(desk.case.answer_by) in told


def test_the_time_of_the_next_advisor_runs_anew():
    desk = a_desk_with_an_open_case()
    before = desk.case.answer_by

    ring(desk, Step.ACKNOWLEDGE_LATE)

    assert desk.case.answer_by > before
    assert {timer.round for timer in desk.store.timers.values()} == {1, 2}


def test_a_claimed_case_that_is_not_answered_goes_on_too():
    desk = a_desk_with_an_open_case()
    desk.act(ClaimCase)

    ring(desk, Step.ANSWER_LATE)

    assert desk.case.advisor_id == "ben"


def test_nobody_gets_a_case_twice_while_another_has_not_had_it():
    desk = a_desk_with_an_open_case()

    ring(desk, Step.ACKNOWLEDGE_LATE)
    ring(desk, Step.ACKNOWLEDGE_LATE)

    assert desk.case.advisor_id == "cleo"


def test_the_owner_is_told_of_a_case_that_nobody_took_in_two_rounds():
    desk = a_desk_with_an_open_case()

    first, second = ring(desk, Step.ACKNOWLEDGE_LATE), ring(desk, Step.ACKNOWLEDGE_LATE)

    alert = wording_advisor.nobody_takes(desk.case, CLEO)
    assert alert not in [one.reply for one in first]
    assert alert in [one.reply for one in second.to("cleo")]


def test_with_nobody_else_the_holder_is_asked_again_and_the_asker_is_told():
    desk = a_desk_with_an_open_case(Rota((MAYA,)))

    sent = ring(desk, Step.ACKNOWLEDGE_LATE)

    assert desk.case.advisor_id == "maya"
    assert "nobody else can take it" in sent.to(HERE)[0].reply.text
    assert sent.to("maya")
    assert max(timer.round for timer in desk.store.timers.values()) == 2


def test_a_case_that_waits_for_its_asker_is_not_chased():
    desk = a_desk_with_an_open_case()
    desk.act(AskBack, "Which account?")

    assert ring(desk, Step.ANSWER_DUE) == ()


def test_the_askers_reply_sets_the_clock_going_again():
    desk = a_desk_with_an_open_case()
    desk.act(AskBack, "Which account?")
    desk.send(ReplyToAdvisor, CASE, "My own.")

    assert ring(desk, Step.ANSWER_HALF).to("maya")


def test_a_timer_of_a_case_that_is_gone_does_nothing():
    desk = Desk()

    assert desk.service.on_timer(Timer("SM-2026-0404", Step.ANSWER_DUE, 1, NOON)) == ()


def test_an_asker_out_of_hours_hears_when_the_advisor_is_next_in():
    desk = Desk()
    desk.clock.advance(hours=8)

    told = desk.ask(DILEMMA).to(HERE)[0].reply.text

    assert "Maya Okafor is next in on Wed 25 November, 09:00" in told


def test_the_askers_own_deadline_becomes_the_cases():
    desk = Desk()

    desk.send(AskAdvisor, "", "May I say this when I speak at 15:00?")

    assert desk.case.answer_by == NOON + timedelta(hours=3)


def test_nobody_decides_on_a_question_that_names_them():
    desk = Desk()

    desk.send(AskAdvisor, "", "May I retweet Ben Li?")

    assert desk.case.advisor_id == "maya"


# away and back


def test_an_advisor_who_goes_away_gets_nothing_new_and_passes_on_what_they_hold():
    desk = a_desk_with_an_open_case()

    sent = desk.send(GoAway, "4 December", by=MAYA_HERSELF, at=DESK)

    assert desk.case.advisor_id == "ben"
    assert "away until Friday 4 December" in sent.to(DESK)[0].reply.text
    assert "passed on 1 case" in sent.to(DESK)[0].reply.text
    assert "Ben Li" in sent.to(HERE)[0].reply.text
    desk.ask("My neighbour stands as a candidate, may I like her leaflet?")
    assert desk.store.cases["SM-2026-0002"].advisor_id == "ben"


def test_an_advisor_who_comes_back_gets_cases_again():
    desk = Desk(rota=CHASED)
    desk.send(GoAway, "", by=MAYA_HERSELF, at=DESK)

    reply = desk.send(ComeBack, by=MAYA_HERSELF, at=DESK).only

    assert "Welcome back" in reply.text
    desk.ask(DILEMMA)
    assert desk.case.advisor_id == "maya"


def test_a_case_that_waits_for_its_asker_stays_with_whoever_goes_away():
    desk = a_desk_with_an_open_case()
    desk.act(AskBack, "Which account?")

    sent = desk.send(GoAway, "tomorrow", by=MAYA_HERSELF, at=DESK)

    assert desk.case.advisor_id == "maya"
    assert "You keep 1 case" in sent.only.text


@pytest.mark.parametrize("until", ["soon", "31 February", "2020-01-01"])
def test_away_until_a_day_that_cannot_be_read_or_has_passed_changes_nothing(until: str):
    desk = Desk(rota=CHASED)

    assert desk.send(GoAway, until, by=MAYA_HERSELF, at=DESK).only == wording_advisor.away_until_when()
    assert desk.store.rota["current"] == CHASED


@pytest.mark.parametrize("kind", [GoAway, ComeBack])
def test_only_advisors_go_away_and_come_back(kind: type):
    assert Desk().send(kind).only == wording_advisor.no_advisor()


def test_a_holder_who_is_away_is_not_reminded_but_relieved():
    desk = a_desk_with_an_open_case()
    desk.store.rota["current"] = desk.store.rota["current"].with_absence("maya", NOON.date(), None)

    ring(desk, Step.ACKNOWLEDGE_HALF)

    assert desk.case.advisor_id == "ben"


def test_the_case_of_an_advisor_who_left_the_rota_goes_to_another():
    desk = a_desk_with_an_open_case()
    desk.store.rota["current"] = Rota((BEN,))

    sent = ring(desk, Step.ACKNOWLEDGE_HALF)

    assert desk.case.advisor_id == "ben"
    assert "Ben Li" in sent.to(HERE)[0].reply.text


# a case that waits for its asker


def a_desk_that_asked_back() -> Desk:
    """Maya has asked the asker something; it is noon on Tuesday 24 November."""
    desk = a_desk_with_an_open_case()
    desk.act(AskBack, "Which account?")
    return desk


def a_desk_that_reminded(on: str = "2026-11-26T12:00") -> Desk:
    """Maya has asked the asker something, and they were reminded of it for the first time."""
    desk = a_desk_that_asked_back()
    desk.clock.moment = datetime.fromisoformat(f"{on}+00:00")
    ring(desk, Step.ASKER_REMINDED)
    return desk


@pytest.mark.parametrize(
    ("step", "day"),
    [
        (Step.ASKER_REMINDED, "2026-11-26"),
        (Step.ASKER_REMINDED_AGAIN, "2026-12-01"),
        (Step.ASKER_LAPSES, "2026-12-08"),
    ],
)
def test_asking_back_sets_timers_on_working_days(step: Step, day: str):
    desk = a_desk_that_asked_back()

    (timer,) = [one for one in desk.store.timers.values() if one.step is step]

    assert timer.due_at == datetime.fromisoformat(f"{day}T12:00+00:00")


@pytest.mark.parametrize("step", [Step.ASKER_REMINDED, Step.ASKER_REMINDED_AGAIN])
def test_a_silent_asker_is_reminded_of_the_question_and_of_what_will_happen(step: Step):
    desk = a_desk_that_asked_back()

    sent = ring(desk, step)

    (told,) = [one.reply for one in sent.to(HERE)]
    assert SaidBySomeone("Maya Okafor (Propriety adviser) asks", "Which account?") in told.parts
    assert "closes by itself on Tue 8 December, 12:00" in str(told.parts)
    assert verbs(told) == ["reply", "withdraw"]
    assert desk.case.state is State.WAITING_FOR_ASKER
    assert desk.store.log[CASE][-1].move is Move.REMIND


def test_the_case_of_an_asker_who_stays_silent_closes_and_both_sides_hear_of_it():
    desk = a_desk_that_reminded()

    sent = ring(desk, Step.ASKER_LAPSES)

    assert desk.case.state is State.CLOSED
    assert desk.store.log[CASE][-1].move is Move.LAPSE
    (asker,) = [one.reply for one in sent.to(HERE)]
    assert "It was not answered" in asker.text
    assert verbs(asker) == ["reopen"]
    assert wording_advisor.lapsed_for_advisor(desk.case) in [one.reply for one in sent.to("maya")]


def test_after_an_outage_an_asker_is_reminded_before_their_case_closes():
    desk = a_desk_that_asked_back()

    sent = ring(desk, Step.ASKER_LAPSES)

    (told,) = [one.reply for one in sent.to(HERE)]
    assert "closes by itself on Thu 10 December, 12:00" in str(told.parts)
    assert verbs(told) == ["reply", "withdraw"]
    assert desk.case.state is State.WAITING_FOR_ASKER

    ring(desk, Step.ASKER_LAPSES_LATER)

    assert desk.clock.moment == datetime.fromisoformat("2026-12-10T12:00+00:00")
    assert desk.case.state is State.CLOSED


@pytest.mark.parametrize(
    ("reminded", "state"),
    [("2026-12-04T12:00", State.CLOSED), ("2026-12-04T12:01", State.WAITING_FOR_ASKER)],
)
def test_a_case_closes_two_working_days_after_the_first_reminder_at_the_earliest(reminded: str, state: State):
    desk = a_desk_that_reminded(reminded)

    sent = ring(desk, Step.ASKER_LAPSES)

    assert desk.case.state is state
    if state is State.WAITING_FOR_ASKER:
        assert sent == ()  # they were told the later day already

        ring(desk, Step.ASKER_LAPSES_LATER)

        assert desk.case.state is State.CLOSED


def test_a_second_outage_closes_no_case_sooner_than_was_said():
    desk = a_desk_that_asked_back()
    ring(desk, Step.ASKER_LAPSES)
    desk.clock.advance(days=30)

    ring(desk, Step.ASKER_LAPSES_LATER)

    assert desk.case.state is State.CLOSED


@pytest.mark.parametrize(("days", "state"), [(30, State.REOPENED), (31, State.CLOSED)])
def test_a_case_that_closed_by_itself_may_be_reopened_for_thirty_days(days: int, state: State):
    desk = a_desk_that_reminded()
    ring(desk, Step.ASKER_LAPSES)
    desk.clock.advance(days=days)

    desk.send(ReopenCase, CASE, "I was on leave.")

    assert desk.case.state is state


def test_a_late_reply_opens_a_case_again_that_closed_by_itself():
    desk = a_desk_that_reminded()
    ring(desk, Step.ASKER_LAPSES)

    sent = desk.send(ReplyToAdvisor, CASE, "My own.")

    assert desk.case.state is State.REOPENED
    assert "My own." in str(sent.to("maya")[0].reply.parts)


@pytest.mark.parametrize("step", [Step.ASKER_REMINDED, Step.ASKER_REMINDED_AGAIN, Step.ASKER_LAPSES])
def test_any_reply_voids_the_timers_of_the_wait(step: Step):
    desk = a_desk_that_asked_back()
    desk.send(ReplyToAdvisor, CASE, "My own.")

    assert ring(desk, step) == ()


def test_a_second_question_sets_the_timers_of_the_wait_anew():
    desk = a_desk_that_asked_back()
    desk.send(ReplyToAdvisor, CASE, "My own.")
    desk.act(AskBack, "Since when?")

    assert "Since when?" in str(ring(desk, Step.ASKER_REMINDED).only.parts)


# the asker's own deadline


AT_20 = "May I say this when I speak at 20:00?"


MAYA_FIRST = Rota((replace(MAYA, topics=frozenset(), deputy="ben"), BEN))


def asked(text: str) -> tuple[Desk, Sent]:
    """A question for an advisor, which Maya has now."""
    desk = Desk(rota=MAYA_FIRST)
    return desk, desk.send(AskAdvisor, "", text)


def test_a_wanted_time_after_work_is_kept_and_the_promise_is_the_end_of_work_before_it():
    desk, sent = asked(AT_20)

    assert desk.case.wanted_by == NOON.replace(hour=20)
    assert desk.case.answer_by == NOON.replace(hour=17)
    promised, wanted = "by Tue 24 November, 17:00", "by Tue 24 November, 20:00"
    assert f"{promised} at the latest. You need it {wanted}." in sent.to(HERE)[0].reply.text
    card = str(sent.to("maya")[0].reply.parts)
    assert f"The asker needs it {wanted}. They were promised an answer {promised}" in card


def test_a_wanted_time_before_which_nobody_works_is_not_promised():
    desk = Desk(rota=MAYA_FIRST)
    desk.clock.advance(hours=6)  # 18:00

    sent = desk.send(AskAdvisor, "", AT_20)

    assert desk.case.answer_by == deadlines(desk.clock.now(), MAYA.hours).answer_by
    assert "20:00, which I cannot promise: Maya Okafor is not at work before then" in sent.to(HERE)[0].reply.text


def test_the_next_holder_has_the_askers_deadline_too():
    desk, _ = asked("May I say this when I speak tomorrow at 15:00?")

    desk.act(PassOn, "She knows the film.")

    assert desk.case.advisor_id == "ben"
    assert desk.case.answer_by == NOON.replace(day=25, hour=15)


def test_a_hand_over_after_the_wanted_time_says_that_it_has_passed():
    desk, _ = asked("May I say this when I speak at 13:00?")

    sent = ring(desk, Step.ACKNOWLEDGE_LATE)

    assert "The time you named, Tue 24 November, 13:00, has passed." in sent.to(HERE)[0].reply.text
    assert desk.case.answer_by > desk.clock.now()


def test_a_reply_may_name_a_deadline():
    desk = a_desk_that_asked_back()

    desk.send(ReplyToAdvisor, CASE, "My own, and I need it by 16:00.")

    assert desk.case.answer_by == desk.case.wanted_by == NOON.replace(hour=16)


# a name that was shared


def test_a_shared_name_is_withheld_from_the_next_advisor_and_the_asker_is_told():
    desk = a_desk_with_an_open_case()
    desk.send(ShareName, CASE, "Ada Lovelace")

    sent = desk.act(PassOn, "I am a friend of hers.")

    told = sent.to(HERE)[0].reply
    assert "You shared your name with Maya Okafor alone: Ben Li does not see it" in told.text
    assert verbs(told) == ["share_name"]
    assert "Ada" not in str([one.reply for one in sent.to("ben")])


def test_a_hand_over_withholds_a_shared_name_too():
    desk = a_desk_with_an_open_case()
    desk.send(ShareName, CASE, "Ada Lovelace")

    sent = ring(desk, Step.ACKNOWLEDGE_LATE)

    assert "Ben Li does not see it" in sent.to(HERE)[0].reply.text
    assert "Ada" not in str([one.reply for one in sent.to("ben")])


def test_the_name_may_be_shared_anew():
    desk = a_desk_with_an_open_case()
    desk.send(ShareName, CASE, "Ada Lovelace")
    desk.act(PassOn, "I am a friend of hers.")

    sent = desk.send(ShareName, CASE, "Ada Lovelace")

    assert "The asker is Ada Lovelace." in str(sent.to("ben")[0].reply.parts)


@pytest.mark.parametrize("shared", [True, False])
def test_who_is_asked_something_is_told_truly_whether_their_name_is_known(shared: bool):
    desk = a_desk_with_an_open_case()
    if shared:
        desk.send(ShareName, CASE, "Ada Lovelace")

    told = desk.act(AskBack, "Which account?").to(HERE)[0].reply

    (reply,) = [action.prompt for action in told.actions if action.verb == "reply"]
    said = "The advisor sees your name." if shared else "Your name is not passed on."
    assert said in str(told.parts)
    assert reply is not None
    assert reply.hint == said


# why a case moves on


def test_an_asker_hears_that_their_advisor_is_away_and_not_that_they_were_late():
    desk = a_desk_with_an_open_case()

    sent = desk.send(GoAway, "4 December", by=MAYA_HERSELF, at=DESK)

    told = sent.to(HERE)[0].reply.text
    assert "Maya Okafor, who had your case SM-2026-0001, is away, so Ben Li" in told
    assert "in time" not in told
    assert "as you are away" in sent.to("maya")[-1].reply.text


def test_an_asker_hears_that_their_advisor_has_left_the_rota():
    desk = a_desk_with_an_open_case()
    desk.store.rota["current"] = Rota((BEN,))

    sent = ring(desk, Step.ACKNOWLEDGE_HALF)

    assert "is no longer on the rota" in sent.to(HERE)[0].reply.text


def test_the_card_of_whoever_let_a_case_lie_loses_its_buttons_before_they_are_told():
    desk = a_desk_with_an_open_case()

    card, news = ring(desk, Step.ACKNOWLEDGE_LATE).to("maya")

    assert card.replaces
    assert verbs(card.reply) == []
    assert not news.replaces
    assert "Nothing is left to do" in news.reply.text


class Overtaken(MemoryUnitOfWork):
    """Somebody else acts on the second case at the moment it is first saved."""

    times = 1

    def __enter__(self) -> "Overtaken":
        super().__enter__()
        save = self.cases.save

        def overtaken(case: Case, event: CaseEvent) -> None:
            if case.id == "SM-2026-0002" and Overtaken.times:
                Overtaken.times -= 1
                raise ChangedMeanwhile(case.id)
            save(case, event)

        self.cases.save = overtaken  # type: ignore[method-assign]
        return self


@pytest.mark.parametrize(("times", "holders"), [(2, {"ben"}), (3, {"maya"})])
def test_going_away_is_done_whole_or_not_at_all(times: int, holders: set[str]):
    desk = a_desk_with_an_open_case()
    desk.ask("My neighbour stands as a candidate, may I like her leaflet?")
    Overtaken.times = times
    desk.service = replace(desk.service, open_unit=lambda *, reads=False: Overtaken(desk.store))

    sent = desk.send(GoAway, by=MAYA_HERSELF, at=DESK)

    assert {case.advisor_id for case in desk.store.cases.values()} == holders
    away = not desk.store.rota["current"].advisors[0].is_present(NOON.date())
    assert away is (holders == {"ben"})
    if holders == {"maya"}:
        assert sent.only == wording_desk.changed_meanwhile("SM-2026-0002")


def test_the_reminder_that_is_due_names_the_moment_of_the_hand_over():
    desk = a_desk_with_an_open_case()
    desk.clock.advance(hours=1)

    sent = ring(desk, Step.ACKNOWLEDGE_DUE)

    assert "At Tue 24 November, 17:00, an hour of your working time later, it goes to" in sent.only.text


# whom a case goes to besides


def test_a_case_in_welsh_goes_to_whoever_speaks_it_and_says_so_at_each_step():
    carys = an_advisor("carys", name="Carys", topics=frozenset({"tips"}), languages=frozenset({"welsh"}), addresses=())
    desk = Desk(rota=Rota((MAYA, BEN, carys, replace(carys, id="dylan", name="Dylan"))))

    desk.send(AskAdvisor, "", "A gaf i rannu trydariad fy ngweinidog o'm cyfrif fy hun?")

    assert desk.case.advisor_id == "carys"
    assert "speaks Welsh, in which it seems to be written" in desk.case.chosen_because
    ring(desk, Step.ACKNOWLEDGE_LATE)
    assert desk.case.advisor_id == "dylan"


def test_a_case_keeps_its_askers_department_for_the_next_advisor():
    near, far = (an_advisor(name, name=name, topics=frozenset(), addresses=()) for name in ("near", "far"))
    rota = Rota(
        (far, replace(MAYA, departments=frozenset({"hmrc"})), replace(near, departments=frozenset({"hmrc"}))),
        people=(Colleague(((Platform.SLACK, "U-ASKER"),), "hmrc"),),
    )
    desk = Desk(rota=rota)
    desk.ask(DILEMMA)

    assert (desk.case.advisor_id, desk.case.department) == ("maya", "hmrc")
    desk.act(PassOn, "On leave.")
    assert (desk.case.advisor_id, desk.case.chosen_because) == ("near", "takes any topic, serves hmrc")


def test_a_department_told_with_the_question_counts_where_the_rota_does_not_know_it():
    desk = Desk(rota=Rota((BEN, replace(BEN, id="hana", departments=frozenset({"hmrc"})))))

    desk.ask(DILEMMA, profile={"department": "hmrc"})

    assert (desk.case.advisor_id, desk.case.department) == ("hana", "hmrc")


def test_a_case_never_goes_to_the_askers_line_manager():
    asker = Colleague(((Platform.SLACK, "U-ASKER"),), manager="maya")
    desk = Desk(rota=Rota((MAYA, BEN), people=(asker,)))
    desk.ask(DILEMMA)

    assert desk.case.advisor_id == "ben"
    assert desk.act(PassOn, "Hers.", by=BEN_HIMSELF, advisor_id="maya").only == wording_advisor.nobody_else(desk.case)


# clocks


def test_each_side_reads_times_on_its_own_clock():
    sydney = replace(BEN, hours=WorkingHours(ZoneInfo("Australia/Sydney"), nation="au-nsw"))
    desk = Desk(rota=Rota((sydney,)))
    asker = replace(ASKER, zone="America/New_York")

    sent = desk.send(AskAdvisor, "", "May I say this when I speak at 16:00?", by=asker)

    assert desk.case.wanted_by == NOON.replace(hour=21)  # 16:00 in New York
    assert "You need it by Tue 24 November, 16:00" in sent.to(HERE)[0].reply.text
    assert "The asker needs it by Wed 25 November, 08:00" in str(sent.to("ben")[0].reply.parts)
