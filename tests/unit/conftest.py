import pytest
from hypothesis import settings

from knowledge.entry import Corpus
from knowledge.loading import load_corpus

settings.register_profile("unit", max_examples=150, deadline=None, derandomize=True, database=None)
settings.load_profile("unit")


@pytest.fixture(scope="session")
def uk_corpus() -> Corpus:
    """The real uk pack, read once."""
    return load_corpus("uk")
