"""Who is told when the guidance under their answers changes."""

from dataclasses import replace

import pytest

from bot.case import State
from bot.deliveries import ToAdvisor
from bot.errors import UnknownPassage
from bot.precedent import PrecedentMove, make_move
from bot.recall import Recall, recall, resting_on
from bot.replies import Cited, Reply
from knowledge.entry import Verdict
from knowledge.snapshot import Snapshot, snapshot_of
from tests.builders import NOON, a_case, a_place, a_precedent, a_turn
from tests.builders_guidance import BLOG, LEAK, a_corpus, a_passage
from tests.fakes import MemoryStore

RULE = "uk/confidentiality.1"
OLD = snapshot_of(a_corpus((BLOG, LEAK), version="uk@old"))
NEW = snapshot_of(a_corpus((BLOG, LEAK), passages=[a_passage(RULE, text="Ask first.")], version="uk@new"))
WITHDRAWN = replace(NEW, passages={name: one for name, one in OLD.passages.items() if name != RULE})
ANSWER = a_turn(
    "turn-1", entry=LEAK.id, verdict=Verdict.NO, facts={}, passages=(RULE,), guidance_version="uk@old", place=a_place()
)
CASE = a_case(state=State.ANSWERED, passages=(RULE,), guidance_version="uk@old", place=a_place("D-1"))


def a_store(*things, versions: tuple[Snapshot, ...] = (OLD,)) -> MemoryStore:
    store = MemoryStore()
    for thing in things:
        kept = {"turn": store.turns, "SM-2": store.cases, "PR-2": store.precedents}[thing.id[:4]]
        kept[thing.id] = thing
        store.precedent_log[thing.id] = ()
    for snapshot in versions:
        store.versions[snapshot.version] = (snapshot, NOON)
    return store


def recalled(store: MemoryStore, now: Snapshot = NEW, *, send: bool = True, **fields: object) -> Recall:
    with store.open_unit() as unit:
        found = recall(unit, now, NOON, **fields)
        if send:
            unit.commit()
    return found


def told(found: Recall) -> list[object]:
    return [message.recipient for message in found.messages]


def words(reply: Reply) -> str:
    return f"{reply.text} {reply.parts}"


def test_whoever_was_answered_on_a_changed_passage_is_told_in_their_own_thread():
    store = a_store(ANSWER)

    (message,) = recalled(store).messages

    assert message.recipient == ANSWER.place
    assert "your answer of 24 November 2026 rested on has changed" in message.reply.text
    cited = [part.text for part in message.reply.parts if isinstance(part, Cited)]
    assert cited == [OLD.passages[RULE].text, "Ask first."]
    assert list(store.deliveries.values()) == [message]


def test_a_dry_run_finds_the_same_and_queues_nothing():
    store = a_store(ANSWER, CASE)

    found = recalled(store, send=False)

    assert len(found.messages) == 3
    assert store.deliveries == {}
    assert recalled(store) == found


def test_nobody_is_told_twice_of_the_same_change():
    store = a_store(ANSWER, CASE)
    recalled(store)
    store.deliveries.clear()  # as the sweep does in time

    again = recalled(store)
    with_other_examples = recalled(store, replace(NEW, version="uk@newer"))

    assert (again.messages, with_other_examples.messages) == ([], [])


def test_a_second_change_of_the_same_passage_is_told_again():
    store = a_store(ANSWER)
    recalled(store)
    newer = snapshot_of(a_corpus((BLOG, LEAK), passages=[a_passage(RULE, text="Ask twice.")], version="uk@newer"))

    (message,) = recalled(store, newer).messages

    assert "Ask twice." in words(message.reply)


def test_a_withdrawn_passage_is_told_as_such():
    (message,) = recalled(a_store(ANSWER), WITHDRAWN).messages

    assert "Personal accounts (withdrawn)" in words(message.reply)


@pytest.mark.parametrize(
    "spared",
    [
        replace(ANSWER, passages=("uk/personal-accounts.1",)),  # unchanged
        replace(ANSWER, guidance_version="uk@new"),
        replace(ANSWER, verdict=Verdict.CLARIFY),  # nothing to rely on
        replace(ANSWER, guidance_version="", passages=()),  # of the first release
        replace(CASE, state=State.WITHDRAWN),
    ],
)
def test_others_hear_nothing(spared):
    assert recalled(a_store(spared)).messages == []


def test_all_answers_of_one_asker_in_one_conversation_make_one_message():
    later = replace(ANSWER, id="turn-2", asked_at=NOON.replace(day=25))
    elsewhere = replace(ANSWER, id="turn-3", place=a_place("D-2"))
    others = replace(ANSWER, id="turn-4", person_key="slack:T-DEPT:U-OTHER")

    found = recalled(a_store(ANSWER, later, elsewhere, others))

    assert len(found.answers) == 4
    assert len(found.messages) == 3
    assert "your answers of 24 November 2026 and 25 November 2026 rested on" in found.messages[0].reply.text


def test_an_answer_whose_place_is_not_kept_is_counted_and_stays_to_be_told():
    store = a_store(replace(ANSWER, place=None))

    for _ in range(2):
        found = recalled(store)
        assert (found.messages, len(found.unreachable)) == ([], 1)


def test_the_advisor_of_a_case_is_told_with_its_asker():
    found = recalled(a_store(CASE))

    assert told(found) == [CASE.place, ToAdvisor("maya-okafor")]
    assert f"your case {CASE.id}" in found.messages[0].reply.text
    assert f"The guidance under case {CASE.id} of yours has changed." in found.messages[1].reply.text


@pytest.mark.parametrize("state", [State.OPEN, State.CLAIMED, State.WAITING_FOR_ASKER, State.REOPENED])
def test_of_a_case_in_work_only_the_advisor_is_told(state: State):
    assert told(recalled(a_store(replace(CASE, state=state)))) == [ToAdvisor("maya-okafor")]


def test_an_advisor_gets_one_message_about_all_their_cases():
    second = replace(CASE, id="SM-2026-0002", state=State.OPEN)

    found = recalled(a_store(CASE, second))

    (message,) = [one for one in found.messages if one.recipient == ToAdvisor("maya-okafor")]
    assert "2 cases of yours" in message.reply.text


def test_an_erased_asker_is_not_written_to():
    erased = replace(CASE, place=replace(a_place("erased"), reference={}))

    assert told(recalled(a_store(erased))) == [ToAdvisor("maya-okafor")]


def test_precedents_on_changed_guidance_go_stale():
    precedent = a_precedent(passages=(RULE,), guidance_version="uk@old")
    store = a_store(precedent, replace(precedent, id="PR-2026-0009", guidance_version="uk@new"))

    found = recalled(store)

    assert [one.thing.id for one in found.precedents] == [precedent.id]
    assert store.precedents[precedent.id].stale == "The guidance under it moved on: Personal accounts (changed)"
    assert recalled(store).precedents == []


def test_a_precedent_that_was_reviewed_stays_in_force_until_the_next_change():
    store = a_store(a_precedent(passages=(RULE,), guidance_version="uk@old"))
    recalled(store)
    with store.open_unit() as unit:
        stale = unit.precedents.get("PR-2026-0001")
        unit.precedents.save(*make_move(stale, PrecedentMove.REVIEW, actor="tom-reid", at=NOON))
        unit.commit()

    assert recalled(store).precedents == []
    assert len(recalled(store, WITHDRAWN).precedents) == 1


def test_answers_under_a_version_that_is_not_kept_are_counted():
    found = recalled(a_store(ANSWER, versions=()))

    assert found.messages == []
    assert found.unknown == {"uk@old": 1}


def test_a_version_to_look_back_to_stands_in_for_one_that_is_not_kept():
    assert len(recalled(a_store(ANSWER, versions=()), since=OLD).messages) == 1


def test_what_changed_before_the_version_looked_back_to_is_left_out():
    assert recalled(a_store(ANSWER), since=replace(NEW, version="uk@between")).messages == []


def test_a_named_passage_is_recalled_though_its_words_are_the_same():
    (message,) = recalled(a_store(ANSWER), OLD, named=[RULE]).messages

    assert "is to be looked at again, its owners say" in message.reply.text


def test_naming_a_passage_leaves_the_others_out():
    assert recalled(a_store(ANSWER), named=["uk/personal-accounts.1"]).messages == []


def test_a_passage_that_nobody_knows_is_told():
    with pytest.raises(UnknownPassage) as caught:
        recalled(a_store(ANSWER), named=["uk/nowhere.9"])

    assert caught.value.passage_id == "uk/nowhere.9"


def with_verdicts(now: Verdict) -> Snapshot:
    """The guidance with the same passages, where the draft report gets another verdict."""
    entry = replace(LEAK, outcome=replace(LEAK.outcome, verdict=now))
    return replace(OLD, version="uk@new", entries={**OLD.entries, LEAK.id: entry})


def test_an_answer_that_would_be_another_now_is_recalled_though_no_passage_changed():
    (message,) = recalled(a_store(ANSWER), with_verdicts(Verdict.ASK_ADVISOR)).messages

    assert "the answer was “No” and is “An advisor should decide” now" in words(message.reply)


def test_an_answer_given_on_a_fact_stands_while_its_own_outcome_does():
    public = replace(ANSWER, verdict=Verdict.YES, facts={"published": "yes"})

    assert recalled(a_store(public), with_verdicts(Verdict.ASK_ADVISOR)).messages == []
    assert recalled(a_store(replace(public, facts={})), with_verdicts(Verdict.ASK_ADVISOR)).messages == []


def test_what_rests_on_some_passages_is_named():
    assert resting_on([RULE], [ANSWER, replace(ANSWER, passages=("uk/tip-1.1",)), CASE]) == [ANSWER, CASE]
