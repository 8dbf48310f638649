from typing import Any

import pytest

from bot.advisors import Assignment, Rota, choose_advisor, read_rota, uncovered
from bot.errors import BadRota
from bot.messages import Person, Platform
from tests.builders import a_person, an_advisor

MAYA = an_advisor("maya", name="Maya", topics=frozenset({"blogs"}), addresses=((Platform.SLACK, "U-MAYA"),))
BEN = an_advisor("ben", name="Ben", topics=frozenset({"blogs", "tips"}), addresses=((Platform.SLACK, "U-BEN"),))
ANY = an_advisor("any", name="Any", topics=frozenset(), addresses=((Platform.TEAMS, "entra-any"),))
ASKER = a_person("U-ASKER")


def chosen(rota: Rota, *topics: str, asker: Person | None = ASKER, **options: Any) -> str:
    assignment = choose_advisor(rota, topics, load=options.pop("load", {}), asker=asker, **options)
    return assignment.advisor.id if assignment else ""


# who takes a case


def test_an_advisor_of_the_topic_takes_it_and_is_told_why():
    assignment = choose_advisor(Rota((ANY, MAYA)), ["blogs"], load={}, asker=ASKER)

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
    assignment = choose_advisor(Rota((MAYA, ANY)), ["respect"], load={}, asker=ASKER)

    assert assignment == Assignment(ANY, "takes any topic")


@pytest.mark.parametrize("topics", [(), ("respect",)])
def test_the_duty_pool_takes_what_nobody_else_does(topics: tuple[str, ...]):
    assignment = choose_advisor(Rota((MAYA, BEN), duty=("ben",)), topics, load={}, asker=ASKER)

    assert assignment == Assignment(BEN, "is in the duty pool")


def test_somebody_unknown_in_the_duty_pool_is_passed_over():
    assert chosen(Rota((MAYA, BEN), duty=("ghost", "ben")), "respect") == "ben"


def test_anyone_takes_what_nobody_on_duty_can():
    assignment = choose_advisor(Rota((MAYA,)), ["respect"], load={}, asker=ASKER)

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
    assignment = choose_advisor(Rota((MAYA, ANY)), ["blogs"], load={"any": 9}, asker=ASKER, prefer="any")

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
    assert choose_advisor(rota, ["blogs"], load={}, asker=ASKER, without=without) is None


def test_nobody_is_chosen_where_only_the_asker_is_left():
    assert choose_advisor(Rota((MAYA,), duty=("maya",)), ["blogs"], load={}, asker=a_person("U-MAYA")) is None


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


# the advisor file

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
        addresses=((Platform.SLACK, "U-MAYA"), (Platform.TEAMS, "entra-maya")),
        email="maya@example.org",
        deputy="ben",
        zone="Asia/Tokyo",
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
            "advisor maya: no address: give slack: (member id) or teams: (Entra object id)",
        ),
        ({"topics": ["blogs", "zebras"]}, "advisor maya: unknown topic zebras"),
        ({"deputy": "ghost"}, "advisor maya: the deputy ghost is not in the file"),
        ({"name": None}, "advisor maya: name: Field required"),
        ({"name": "  "}, "advisor maya: name: String should have at least 1 character"),
        ({"id": None}, "advisor number 1: id: Field required"),
        ({"colour": "blue"}, "advisor maya: colour: Extra inputs are not permitted"),
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
        "advisor maya: no address: give slack: (member id) or teams: (Entra object id)",
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


def test_a_topic_that_no_specialist_takes_is_uncovered():
    rota = Rota((an_advisor("maya", topics=frozenset({"copyright"})),))

    assert uncovered(rota, ["copyright", "honesty"]) == ("honesty",)


def test_a_generalist_or_somebody_on_duty_covers_every_topic():
    specialist = an_advisor("maya", topics=frozenset({"copyright"}))

    assert uncovered(Rota((specialist, an_advisor("john", topics=frozenset()))), ["honesty"]) == ()
    assert uncovered(Rota((specialist,), duty=("maya",)), ["honesty"]) == ()
