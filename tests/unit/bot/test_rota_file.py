from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.advisors import Absence, Colleague
from bot.errors import BadRota
from bot.messages import Platform
from bot.rota_file import read_rota, to_row
from bot.sla import WorkingHours
from tests.builders import an_advisor

TOPICS = {"blogs": "Blogs", "tips": "Tips"}


def a_row(advisor_id: str = "maya", **changes: Any) -> dict[str, Any]:
    row = {"id": advisor_id, "name": "Maya Okafor", "slack": "U-MAYA", **changes}
    return {name: value for name, value in row.items() if value is not None}


def problems(data: Any) -> list[str]:
    with pytest.raises(BadRota) as caught:
        read_rota(data, topics=TOPICS)
    return caught.value.problems


def test_a_file_becomes_a_rota():
    row = a_row(
        role="Propriety adviser",
        topics=["blogs"],
        teams="entra-maya",
        email="maya@example.org",
        deputy="ben",
        zone="Asia/Tokyo",
    )

    rota = read_rota({"advisors": [row, a_row("ben")], "duty": ["ben"]}, topics=TOPICS)

    assert rota.duty == ("ben",)
    assert rota.get("maya") == an_advisor(
        "maya",
        role="Propriety adviser",
        topics=frozenset({"blogs"}),
        addresses=(
            (Platform.SLACK, "U-MAYA"),
            (Platform.TEAMS, "entra-maya"),
            (Platform.EMAIL, "maya@example.org"),
        ),
        deputy="ben",
        hours=WorkingHours(ZoneInfo("Asia/Tokyo")),
    )


def test_the_preferred_platform_comes_first():
    rota = read_rota({"advisors": [a_row(teams="entra-maya", prefers="teams")]}, topics=TOPICS)

    assert [platform for platform, _ in rota.advisors[0].addresses] == [Platform.TEAMS, Platform.SLACK]


def test_only_id_name_and_an_address_are_needed():
    maya = read_rota({"advisors": [a_row()]}, topics=TOPICS).advisors[0]

    assert (maya.role, maya.topics, maya.zone) == ("Advisor", frozenset(), "Europe/London")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"slack": None},
            "advisor maya: no address: give slack: (member id), teams: (Entra object id) or email:",
        ),
        ({"topics": ["blogs", "zebras"]}, "advisor maya: unknown topic zebras"),
        ({"deputy": "ghost"}, "advisor maya: the deputy ghost is not in the file"),
        ({"name": None}, "advisor maya: name: is missing"),
        ({"name": "  "}, "advisor maya: name: is empty"),
        ({"id": None}, "advisor number 1: id: is missing"),
        ({"slak": "U1"}, "advisor maya: slak: is not known here, did you mean slack?"),
        ({"name": 5}, "advisor maya: name: write text, in quotation marks where it is a number"),
        ({"topics": "blogs"}, "advisor maya: topics: write a list, such as [one, two]"),
        ({"email": "maya"}, "advisor maya: email: write an address such as maya@example.org, not 'maya'"),
        ({"deputy": "Ben Li"}, "advisor maya: deputy: write small letters, digits and hyphens, not 'Ben Li'"),
        ({"prefers": "pigeon"}, "advisor maya: prefers: write one of slack, teams, terminal, email"),
        ({"from": "Monday"}, "advisor maya: from: write a day such as 2026-12-21"),
        (
            {"manager": "ghost"},
            "advisor maya: the manager ghost is not in the file; leave out a manager who is no advisor",
        ),
        (
            {"zone": "Mars/Olympus"},
            "advisor maya: zone: unknown time zone 'Mars/Olympus', write one such as Europe/London",
        ),
        (
            {"zone": "../etc"},
            "advisor maya: zone: unknown time zone '../etc', write one such as Europe/London",
        ),
    ],
)
def test_a_fault_is_named_with_its_advisor(changes: dict[str, Any], problem: str):
    row = a_row("maya", **{name: value for name, value in changes.items() if name != "id"})
    if "id" in changes:
        del row["id"]

    assert problems({"advisors": [row]}) == [problem]


@pytest.mark.parametrize("changes", [{"email": "maya"}, {"prefers": "pigeon"}, {"id": "Maya Okafor"}])
def test_a_malformed_value_is_named(changes: dict[str, Any]):
    found = problems({"advisors": [a_row(**{"advisor_id": changes.get("id", "maya"), **without_id(changes)})]})

    assert next(iter(changes)) in found[0]


def without_id(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if name != "id"}


def test_what_is_not_known_here_is_told_with_what_is():
    (problem,) = problems({"advisors": [a_row(colour="blue")]})

    assert problem.startswith("advisor maya: colour: is not known here, known are id, name, role, topics")


def test_spaces_around_an_id_do_not_count():
    assert read_rota({"advisors": [a_row("maya ")]}, topics=TOPICS).get("maya")
    assert problems({"advisors": [a_row("maya "), a_row("ben", name=None)]}) == ["advisor ben: name: is missing"]


def test_departments_languages_and_managers_are_read():
    row = a_row(departments=["hmrc"], languages=["welsh", "polish"], manager="ben")
    people = [{"slack": "U-ADA", "teams": "entra-ada", "department": "hmrc", "manager": "maya"}, {"teams": "entra-bob"}]

    rota = read_rota({"advisors": [row, a_row("ben")], "people": people}, topics=TOPICS)

    maya = rota.advisors[0]
    assert (maya.departments, maya.languages, maya.manager) == ({"hmrc"}, {"welsh", "polish"}, "ben")
    ada = ((Platform.SLACK, "U-ADA"), (Platform.TEAMS, "entra-ada"))
    assert rota.people == (Colleague(ada, "hmrc", "maya"), Colleague(((Platform.TEAMS, "entra-bob"),)))


@pytest.mark.parametrize(
    ("person", "problem"),
    [
        ({"slack": "U1", "manager": "ghost"}, "person number 1: the manager ghost is not in the file"),
        ({"department": "hmrc"}, "person number 1: no address"),
        (
            {"slack": "U1", "departmnt": "hmrc"},
            "person number 1: departmnt: is not known here, did you mean department?",
        ),
    ],
)
def test_a_fault_in_what_is_told_of_people_is_named(person: dict[str, Any], problem: str):
    assert problems({"advisors": [a_row()], "people": [person]})[0].startswith(problem)


def test_an_unknown_language_is_told_with_the_known_ones():
    (problem,) = problems({"advisors": [a_row(languages=["klingon"])]})

    assert problem.startswith("advisor maya: languages.0: unknown language 'klingon', known besides English are welsh,")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "role": "Head of advice",
            "topics": ["blogs"],
            "teams": "entra-maya",
            "email": "maya@example.org",
            "prefers": "email",
            "zone": "Australia/Sydney",
            "nation": "au-nsw",
            "hours": {"mon": "09:00-12:30, 13:30-17:00"},
            "away": [{"from": date(2026, 12, 21), "until": date(2027, 1, 2)}],
            "from": date(2026, 11, 1),
            "until": date(2027, 6, 30),
            "departments": ["hmrc"],
            "languages": ["welsh"],
        },
    ],
    ids=["little", "everything"],
)
def test_an_advisor_written_as_a_row_is_read_as_the_same(changes: dict[str, Any]):
    maya = read_rota({"advisors": [a_row(**changes)]}, topics=TOPICS).advisors[0]

    assert read_rota({"advisors": [to_row(maya)]}, topics=TOPICS).advisors[0] == maya


def test_an_id_used_twice_is_named():
    assert problems({"advisors": [a_row(), a_row()]}) == ["advisor maya: this id is used more than once"] * 2


def test_a_stranger_in_the_duty_pool_is_named():
    assert problems({"advisors": [a_row()], "duty": ["ghost"]}) == ["duty: ghost is not in the file"]


def test_an_empty_list_is_named():
    assert problems({"advisors": []}) == ["no advisors: list at least one under advisors:"]


def test_every_fault_between_rows_is_named_at_once():
    rows = [a_row(slack=None, topics=["zebras"]), a_row(deputy="ghost")]

    assert problems({"advisors": rows, "duty": ["ghost"]}) == [
        "advisor maya: this id is used more than once",
        "advisor maya: no address: give slack: (member id), teams: (Entra object id) or email:",
        "advisor maya: unknown topic zebras",
        "advisor maya: this id is used more than once",
        "advisor maya: the deputy ghost is not in the file",
        "duty: ghost is not in the file",
    ]


def test_every_fault_within_rows_is_named_at_once():
    found = problems({"advisors": [a_row(name=None, zone="Nowhere"), a_row("ben", email="ben")]})

    assert [problem.split(":")[:2] for problem in found] == [
        ["advisor maya", " name"],
        ["advisor maya", " zone"],
        ["advisor ben", " email"],
    ]


def test_faults_within_and_between_rows_are_named_at_once():
    found = problems({"advisors": [a_row(zone="Nowhere"), a_row("ben", slack=None)]})

    assert len(found) == 2


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        [a_row()],
        "maya",
        5,
        {},
        {"advisors": None},
        {"advisors": "maya"},
        {"advisors": {"maya": {}}},
        {"advisors": ["maya", None, 5]},
        {"advisors": [a_row()], "duty": "maya"},
        {"advisors": [{"id": ["maya"]}]},
        {"advisors": [a_row(topics="blogs")]},
    ],
    ids=repr,
)
def test_a_file_of_the_wrong_shape_is_refused_in_words(data: Any):
    assert all(problems(data))


def test_hours_nation_absences_and_dates_of_service_are_read():
    row = a_row(
        nation="scotland",
        hours={"mon": "09:00-12:30, 13:30-17:00", "fri": "10:00-14:00"},
        away=[{"from": "2026-12-21", "until": "2027-01-02"}, {"from": "2027-05-01"}],
        until="2027-06-30",
        **{"from": "2026-11-01"},
    )

    maya = read_rota({"advisors": [row], "owner": "maya"}, topics=TOPICS).advisors[0]

    split, short = ((time(9), time(12, 30)), (time(13, 30), time(17))), ((time(10), time(14)),)
    assert maya.hours == WorkingHours(week=(split, (), (), (), short, (), ()), nation="scotland")
    assert maya.absences == (Absence(date(2026, 12, 21), date(2027, 1, 2)), Absence(date(2027, 5, 1)))
    assert (maya.serves_from, maya.serves_until) == (date(2026, 11, 1), date(2027, 6, 30))


def test_the_owner_of_the_service_is_read():
    assert read_rota({"advisors": [a_row()], "owner": "maya"}, topics=TOPICS).owner == "maya"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"nation": "narnia"}, "unknown nation 'narnia'"),
        ({"hours": {"funday": "09:00-17:00"}}, "give hours by day"),
        ({"hours": {"mon": "9 to 5"}}, "'9 to 5' is no span of hours"),
        ({"hours": {"mon": "17:00-09:00"}}, "must end after it begins"),
        ({"hours": {"mon": "09:00-12:00, 11:00-17:00"}}, "must end after it begins"),
        ({"hours": {"mon": "25:00-26:00"}}, "names an hour that no clock shows"),
        ({"hours": {}}, "no day has hours"),
        ({"away": [{"from": "2026-12-21", "until": "2026-12-01"}]}, "until 2026-12-01 lies before from 2026-12-21"),
        ({"away": [{"from": "Monday"}]}, "away"),
        ({"from": "2026-12-21", "until": "2026-12-01"}, "until 2026-12-01 lies before from 2026-12-21"),
    ],
)
def test_a_fault_in_hours_and_dates_is_named(changes: dict[str, Any], told: str):
    (problem,) = problems({"advisors": [a_row(**changes)]})

    assert problem.startswith("advisor maya: ")
    assert told in problem


def test_an_owner_who_is_not_in_the_file_is_named():
    assert problems({"advisors": [a_row()], "owner": "ghost"}) == ["owner: ghost is not in the file"]
