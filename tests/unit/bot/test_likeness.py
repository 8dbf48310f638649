from bot.case import opened
from bot.likeness import Likeness
from bot.ports import UnitOfWork
from bot.precedent import Precedent, PrecedentMove, PrecedentState, make_move, proposed
from bot.precedents import mark_stale
from tests.builders import NOON, a_case, a_precedent, a_signed_precedent
from tests.fakes import BagOfWords, MemoryStore

BLOG = "May a colleague blog about their work?"
MARCH = "Is joining protests wrong?"


def a_unit(*precedents: Precedent) -> UnitOfWork:
    unit = MemoryStore().open_unit().__enter__()
    unit.cases.add(a_case(), opened(a_case()))
    for one in precedents:
        unit.precedents.add(one, proposed(one, NOON, ""))
    return unit


def ids(likeness: Likeness, question: str, unit: UnitOfWork) -> list[str]:
    return [one.id for one in likeness.precedents(question, unit.precedents)]


def test_the_precedent_that_asks_the_same_is_found_and_others_are_not():
    unit = a_unit(a_signed_precedent("PR-1", question=BLOG), a_signed_precedent("PR-2", question=MARCH))

    assert ids(Likeness(BagOfWords()), "may my colleague blog about her work", unit) == ["PR-1"]
    assert ids(Likeness(BagOfWords()), "whose photo is it", unit) == []
    assert ids(Likeness(BagOfWords()), "", unit) == []


def test_the_most_alike_comes_first():
    near = a_signed_precedent("PR-1", question="May a colleague blog about their work and leave?")
    unit = a_unit(near, a_signed_precedent("PR-2", question=BLOG))

    assert ids(Likeness(BagOfWords()), BLOG, unit) == ["PR-2", "PR-1"]


def test_without_precedents_nothing_is_worked_out():
    encoder = BagOfWords()

    assert ids(Likeness(encoder), BLOG, a_unit(a_precedent(question=BLOG))) == []
    assert encoder.encoded == []


def test_without_an_encoder_nothing_is_alike():
    assert ids(Likeness(), BLOG, a_unit(a_signed_precedent(question=BLOG))) == []


def test_what_another_process_does_to_a_precedent_is_seen_at_once():
    likeness, unit = Likeness(BagOfWords()), a_unit(a_precedent("PR-1", question=BLOG))
    before = ids(likeness, BLOG, unit)
    signed, event = make_move(unit.precedents.get("PR-1"), PrecedentMove.SIGN, actor="tom-reid", at=NOON)
    unit.precedents.save(signed, event)
    after = ids(likeness, BLOG, unit)
    mark_stale(unit.precedents, "PR-1", "reworded", actor="smpolicy", at=NOON)

    assert (before, after, ids(likeness, BLOG, unit)) == ([], ["PR-1"], [])


def test_what_is_found_is_as_the_store_has_it():
    likeness, unit = Likeness(BagOfWords()), a_unit(a_signed_precedent("PR-1", question=BLOG))
    likeness.precedents(BLOG, unit.precedents)
    reviewed, event = make_move(unit.precedents.get("PR-1"), PrecedentMove.REVIEW, actor="tom-reid", at=NOON)
    unit.precedents.save(reviewed, event)

    (found,) = likeness.precedents(BLOG, unit.precedents)

    assert (found.version, found.state) == (2, PrecedentState.SIGNED)


def test_a_text_is_encoded_once():
    encoder = BagOfWords()
    likeness = Likeness(encoder)

    for question in (BLOG, "may we blog about work", "may we blog about work"):
        likeness.positions(question, [BLOG, MARCH])

    assert sorted(encoder.encoded) == sorted({*encoder.encoded})


def test_places_of_texts_that_ask_the_same_come_best_first():
    texts = [MARCH, "May a colleague blog about their work and leave?", BLOG]

    assert Likeness(BagOfWords()).positions(BLOG, texts) == [2, 1]
    assert Likeness(BagOfWords()).positions(BLOG, []) == []
