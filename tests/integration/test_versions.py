"""Versions of the guidance as they are stored, for years."""

import zlib
from pathlib import Path

from adapters.storage.rows import snapshot_values, to_snapshot
from knowledge.entry import Verdict
from knowledge.snapshot import snapshot_of
from tests.builders import NOON

FIRST = Path(__file__).parents[1] / "golden" / "first-snapshot.json"  # as first written; never to be written anew


def test_a_version_that_the_first_release_kept_can_be_read():
    kept = to_snapshot(zlib.compress(FIRST.read_bytes()))

    assert kept.version == "uk@0123456789ab"
    assert kept.entries["share-draft-report"].outcome_for({"published": "yes"}).verdict is Verdict.YES
    assert kept.passages["uk/tip-4.1"].verbatim
    assert kept.passages["uk/confidentiality.1"].source == "Social media guidance, section 3 (2014)"


def test_the_real_pack_is_kept_small_and_comes_back_whole(uk_corpus):
    snapshot = snapshot_of(uk_corpus)

    content = snapshot_values(snapshot, NOON)["content"]

    assert to_snapshot(content) == snapshot
    assert len(content) < 1_000_000  # bytes, for a version
