from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.advisors import Absence, Assignment, Colleague, Rota, choose_advisor, uncovered
from bot.messages import Person, Platform
from tests.builders import NOON, a_person, an_advisor

MAYA = an_advisor("maya", name="Maya", topics=frozenset({"blogs"}), addresses=((Platform.SLACK, "U-MAYA"),))
BEN = an_advisor("ben", name="Ben", topics=frozenset({"blogs", "tips"}), addresses=((Platform.SLACK, "U-BEN"),))
ANY = an_advisor("any", name="Any", topics=frozenset(), addresses=((Platform.TEAMS, "entra-any"),))
ASKER = a_person("U-ASKER")
TODAY = NOON.date()
AWAY = (Absence(TODAY),)


def chosen(rota: Rota, *topics: str, asker: Person | None = ASKER, **options: Any) -> str:
    options = {"load": {}, "now": NOON, **options}
    assignment = choose_advisor(rota, topics, asker=asker, **options)
    return assignment.advisor.id if assignment else ""


def reason(rota: Rota, *topics: str, **options: Any) -> str:
    assignment = choose_advisor(rota, topics, **{"load": {}, "now": NOON, "asker": ASKER, **options})
    return assignment.because if assignment else ""


# who takes a case


def test_an_advisor_of_the_topic_takes_it_and_is_told_why():
    assignment = choose_advisor(Rota((ANY, MAYA)), ["blogs"], now=NOON, load={}, asker=ASKER)

    assert assignment == Assignment(MAYA, "takes the topic blogs")


def test_the_leading_topic_counts_first():
    assert chosen(Rota((MAYA, BEN)), "tips", "blogs") == "ben"


def test_a_further_topic_counts_where_nobody_takes_the_leading_one():
    assert chosen(Rota((ANY, MAYA)), "respect", "blogs") == "maya"


def test_of_several_the_least_loaded_takes_it():
    assert chosen(Rota((MAYA, BEN)), "blogs", load={"maya": 3, "ben": 2}) == "ben"


def test_of_equally_loaded_ones_the_first_on_the_rota_takes_it():
    assert chosen(Rota((BEN, MAYA)), "blogs", load={"maya": 2, "ben": 2}) == "ben"


def test_who_takes_any_topic_takes_one_nobody_else_does():
    assignment = choose_advisor(Rota((MAYA, ANY)), ["respect"], now=NOON, load={}, asker=ASKER)

    assert assignment == Assignment(ANY, "takes any topic")


@pytest.mark.parametrize("topics", [(), ("respect",)])
def test_the_duty_pool_takes_what_nobody_else_does(topics: tuple[str, ...]):
    assignment = choose_advisor(Rota((MAYA, BEN), duty=("ben",)), topics, now=NOON, load={}, asker=ASKER)

    assert assignment == Assignment(BEN, "is in the duty pool")


def test_somebody_unknown_in_the_duty_pool_is_passed_over():
    assert chosen(Rota((MAYA, BEN), duty=("ghost", "ben")), "respect") == "ben"


def test_anyone_takes_what_nobody_on_duty_can():
    assignment = choose_advisor(Rota((MAYA,)), ["respect"], now=NOON, load={}, asker=ASKER)

    assert assignment == Assignment(MAYA, "is free though the topic is another's")


@pytest.mark.parametrize(
    "rota",
    [Rota((MAYA, BEN)), Rota((MAYA, BEN), duty=("maya", "ben"))],
    ids=["by topic", "also from the duty pool"],
)
def test_nobody_is_given_their_own_question(rota: Rota):
    assert chosen(rota, "blogs", asker=a_person("U-MAYA"), load={"ben": 99}) == "ben"


def test_the_asker_is_known_by_any_of_their_ids():
    assert chosen(Rota((MAYA, BEN)), "blogs", asker=a_person(ids=("W-1", "U-MAYA"))) == "ben"


def test_an_id_of_another_platform_is_another_person():
    asker = a_person("U-MAYA", platform=Platform.TEAMS)

    assert chosen(Rota((MAYA, BEN)), "blogs", asker=asker) == "maya"


def test_who_passes_it_on_does_not_get_it_back():
    assert chosen(Rota((MAYA, BEN)), "blogs", without=frozenset({"maya"})) == "ben"


def test_who_is_named_for_it_gets_it():
    assignment = choose_advisor(Rota((MAYA, ANY)), ["blogs"], now=NOON, load={"any": 9}, asker=ASKER, named="any")

    assert assignment == Assignment(ANY, "was named for it")


@pytest.mark.parametrize(
    ("prefer", "asker", "without"),
    [
        ("ghost", ASKER, frozenset()),
        ("ben", a_person("U-BEN"), frozenset()),
        ("ben", ASKER, frozenset({"ben"})),
    ],
    ids=["unknown", "the asker", "left out"],
)
def test_who_is_named_but_may_not_have_it_does_not_get_it(prefer: str, asker: Person, without: frozenset[str]):
    assert chosen(Rota((BEN, MAYA)), "blogs", prefer=prefer, asker=asker, without=without) != "ghost"
    assert chosen(Rota((MAYA, BEN)), "blogs", prefer=prefer, asker=asker, without=without) == "maya"


@pytest.mark.parametrize(
    ("rota", "without"),
    [(Rota(), frozenset()), (Rota((MAYA,)), frozenset({"maya"}))],
    ids=["empty rota", "only the one left out"],
)
def test_nobody_is_chosen_where_nobody_is_left(rota: Rota, without: frozenset[str]):
    assert choose_advisor(rota, ["blogs"], now=NOON, load={}, asker=ASKER, without=without) is None


def test_nobody_is_chosen_where_only_the_asker_is_left():
    assert choose_advisor(Rota((MAYA,), duty=("maya",)), ["blogs"], now=NOON, load={}, asker=a_person("U-MAYA")) is None


def test_an_unknown_asker_keeps_nobody_out():
    assert chosen(Rota((MAYA,)), "blogs", asker=None) == "maya"


# the rota


def test_an_advisor_is_found_by_id_and_by_person():
    rota = Rota((MAYA, BEN))

    assert rota.get("ben") == BEN
    assert rota.of_person(a_person("U-BEN")) == BEN


def test_who_is_not_on_the_rota_is_not_found():
    assert Rota((MAYA,)).get("ben") is None
    assert Rota((MAYA,)).of_person(ASKER) is None


def test_an_advisor_of_one_workspace_is_nobody_in_another():
    there = replace(MAYA, addresses=((Platform.SLACK, "T-DEPT/U-MAYA"),))

    assert there.is_person(a_person("U-MAYA"))
    assert not there.is_person(a_person("U-MAYA", tenant="T-ELSEWHERE"))


def test_a_topic_that_no_specialist_takes_is_uncovered():
    rota = Rota((an_advisor("maya", topics=frozenset({"copyright"})),))

    assert uncovered(rota, ["copyright", "honesty"], TODAY) == ("honesty",)


def test_a_generalist_or_somebody_on_duty_covers_every_topic():
    specialist = an_advisor("maya", topics=frozenset({"copyright"}))

    assert uncovered(Rota((specialist, an_advisor("john", topics=frozenset()))), ["honesty"], TODAY) == ()
    assert uncovered(Rota((specialist,), duty=("maya",)), ["honesty"], TODAY) == ()


# who is there


@pytest.mark.parametrize(
    ("day", "present"),
    [("2026-11-23", True), ("2026-11-24", False), ("2026-11-26", False), ("2026-11-27", True)],
)
def test_an_advisor_is_away_on_the_days_of_an_absence(day: str, present: bool):
    absence = Absence(date(2026, 11, 24), date(2026, 11, 26))

    assert replace(MAYA, absences=(absence,)).is_present(date.fromisoformat(day)) is present


@pytest.mark.parametrize(
    ("day", "present"),
    [("2026-11-23", False), ("2026-11-24", True), ("2026-11-26", True), ("2026-11-27", False)],
)
def test_an_advisor_serves_between_the_days_of_the_rota(day: str, present: bool):
    serving = replace(MAYA, serves_from=date(2026, 11, 24), serves_until=date(2026, 11, 26))

    assert serving.is_present(date.fromisoformat(day)) is present


def test_the_deputy_takes_it_while_the_specialist_is_away():
    away = replace(MAYA, absences=AWAY, deputy="any")

    assignment = choose_advisor(Rota((away, ANY)), ["blogs"], now=NOON, load={}, asker=ASKER)

    assert assignment == Assignment(ANY, "is the deputy of Maya")


def test_another_specialist_comes_before_a_deputy():
    away = replace(MAYA, absences=AWAY, deputy="any")

    assert chosen(Rota((away, ANY, BEN)), "blogs") == "ben"


def test_who_was_named_for_it_is_passed_over_while_away():
    away = replace(BEN, absences=AWAY)

    assert chosen(Rota((MAYA, away)), "blogs", prefer="ben") == "maya"


def test_a_case_has_a_name_although_everybody_is_away():
    away = replace(MAYA, absences=AWAY)

    assert chosen(Rota((away,)), "blogs") == "maya"


def test_whoever_goes_away_and_comes_back_is_there_again():
    rota = Rota((MAYA, BEN)).with_absence("maya", TODAY, None)

    assert not rota.advisors[0].is_present(TODAY)
    assert rota.with_return("maya", TODAY).advisors[0].is_present(TODAY)


def test_an_absence_that_was_told_outlives_a_reload_of_the_file_until_it_ends():
    told = Rota((MAYA, BEN)).with_absence("maya", TODAY, TODAY + timedelta(days=2))

    on_the_last_day = Rota((MAYA, BEN)).reloaded(told, TODAY + timedelta(days=2))
    a_day_later = Rota((MAYA, BEN)).reloaded(told, TODAY + timedelta(days=3))

    assert not on_the_last_day.advisors[0].is_present(TODAY + timedelta(days=2))
    assert a_day_later == Rota((MAYA, BEN))


def test_an_absence_that_was_told_without_an_end_outlives_every_reload():
    told = Rota((MAYA,)).with_absence("maya", TODAY, None)
    for days in (1, 400):
        told = Rota((MAYA,)).reloaded(told, TODAY + timedelta(days=days))

    assert not told.advisors[0].is_present(TODAY + timedelta(days=400))


def test_an_absence_of_the_file_goes_with_the_file():
    away = replace(MAYA, absences=AWAY)

    assert Rota((MAYA,)).reloaded(Rota((away,)), TODAY) == Rota((MAYA,))


def test_who_said_that_they_are_back_stays_back_whatever_the_file_says_of_that_day():
    file = Rota((replace(MAYA, absences=(Absence(TODAY), Absence(TODAY + timedelta(days=30)))),))
    back = file.with_return("maya", TODAY)

    reloaded = file.reloaded(back, TODAY).advisors[0]

    assert reloaded.is_present(TODAY)
    assert not reloaded.is_present(TODAY + timedelta(days=30))


def test_who_is_not_in_a_new_file_is_not_brought_back_by_what_they_told():
    told = Rota((MAYA, BEN)).with_absence("maya", TODAY, None)

    assert Rota((BEN,)).reloaded(told, TODAY) == Rota((BEN,))


def test_a_topic_whose_only_advisor_is_away_is_uncovered():
    away = replace(MAYA, topics=frozenset({"copyright"}), absences=AWAY)

    assert uncovered(Rota((away,)), ["copyright"], TODAY) == ("copyright",)
    assert uncovered(Rota((replace(away, deputy="ben"), BEN)), ["copyright"], TODAY) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("May I retweet Maya Okafor?", True),
        ("may i retweet MAYA OKAFOR's post", False),
        ("maya okafor told me to", True),
        ("May I tag Maya?", False),
        ("Maya Okaforson said so", False),
    ],
)
def test_an_advisor_is_named_by_the_full_name(text: str, named: bool):
    assert replace(MAYA, name="Maya Okafor").is_named_in(text) is named


# department, language, line manager

HMRC = an_advisor("hana", name="Hana", topics=frozenset(), departments=frozenset({"hmrc"}), addresses=())
DWP = an_advisor("dee", name="Dee", topics=frozenset({"blogs"}), departments=frozenset({"dwp"}), addresses=())
WELSH = an_advisor("carys", name="Carys", topics=frozenset({"tips"}), languages=frozenset({"welsh"}), addresses=())


def test_the_askers_own_department_comes_first_among_those_who_take_the_topic():
    own = replace(DWP, id="own", departments=frozenset({"hmrc"}))

    assert chosen(Rota((MAYA, own)), "blogs", department="hmrc", load={"own": 5}) == "own"
    assert reason(Rota((MAYA, own)), "blogs", department="hmrc") == "takes the topic blogs, serves hmrc"


def test_a_specialist_for_everybody_comes_before_a_generalist_of_the_department():
    assert chosen(Rota((HMRC, MAYA)), "blogs", department="hmrc") == "maya"


def test_an_advisor_of_another_department_comes_last_and_that_is_said():
    assert chosen(Rota((DWP, HMRC)), "blogs", department="hmrc") == "hana"
    assert reason(Rota((DWP,)), "blogs", department="hmrc") == "takes the topic blogs, though nobody free serves hmrc"


def test_where_the_department_is_not_known_every_specialist_may_have_it():
    assert chosen(Rota((HMRC, DWP)), "blogs") == "dee"
    assert reason(Rota((DWP,)), "blogs") == "takes the topic blogs"


def test_who_speaks_the_language_comes_before_who_takes_the_topic():
    rota = Rota((MAYA, WELSH))

    assert chosen(rota, "blogs", language="welsh") == "carys"
    assert reason(rota, "blogs", language="welsh") == (
        "is free though the topic is another's, speaks Welsh, in which it seems to be written"
    )


def test_where_nobody_speaks_the_language_the_topic_counts_and_that_is_said():
    away = replace(WELSH, absences=AWAY)

    assert reason(Rota((MAYA, away)), "blogs", language="welsh") == (
        "takes the topic blogs, though nobody free speaks Welsh, in which it seems to be written"
    )


def test_a_deputy_who_does_not_speak_the_language_stands_back():
    assert chosen(Rota((MAYA, BEN, WELSH)), "blogs", language="welsh", prefer="ben") == "carys"


def test_whoever_is_asked_for_by_name_need_not_speak_the_language():
    assert chosen(Rota((MAYA, BEN, WELSH)), "blogs", language="welsh", named="ben") == "ben"


@pytest.mark.parametrize("named", ["", "maya"])
def test_the_line_manager_never_gets_the_case(named: str):
    asker = Colleague(((Platform.SLACK, "U-ASKER"),), manager="maya")

    assert chosen(Rota((MAYA, BEN), people=(asker,)), "blogs", load={"ben": 9}, named=named) == "ben"
    assert chosen(Rota((MAYA,), people=(asker,)), "blogs") == ""


def test_the_line_manager_of_an_advisor_who_asks_does_not_get_the_case():
    asking = replace(ANY, manager="maya", addresses=((Platform.SLACK, "U-ASKER"),))

    assert chosen(Rota((MAYA, BEN, asking)), "blogs", load={"ben": 9}) == "ben"


@pytest.mark.parametrize(
    ("departments", "known"), [(frozenset({"hmrc"}), "hmrc"), (frozenset({"hmrc", "dwp"}), ""), (frozenset(), "")]
)
def test_the_department_of_an_advisor_who_asks_is_known_where_it_is_one(departments: frozenset[str], known: str):
    asking = replace(ANY, departments=departments, addresses=((Platform.SLACK, "U-ASKER"),))

    assert Rota((asking,)).known_of(ASKER).department == known
