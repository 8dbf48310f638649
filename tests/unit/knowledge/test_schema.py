import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from knowledge.loading import GUIDANCE
from knowledge.shapes import topic_file_schema
from tests.builders_guidance import a_topic_file, an_entry_row

SPECIAL = {"pack.yaml", "documents.yaml", "glossary.yaml"}
TOPIC_FILES = sorted(path for path in (GUIDANCE / "uk").glob("*.yaml") if path.name not in SPECIAL)


@cache
def validator() -> Any:
    return jsonschema.Draft202012Validator(topic_file_schema())


def test_the_published_schema_is_the_one_files_are_checked_by():
    """Regenerate it: smpolicy guidance schema > knowledge/guidance/schema.json"""
    published = json.loads((GUIDANCE / "schema.json").read_text(encoding="utf-8"))

    assert published == topic_file_schema()


def test_the_schema_is_a_valid_one():
    jsonschema.Draft202012Validator.check_schema(topic_file_schema())


@pytest.mark.parametrize("path", TOPIC_FILES, ids=lambda path: path.stem)
def test_a_topic_file_of_the_uk_pack_fits_the_schema(path: Path):
    data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)

    validator().validate(json.loads(json.dumps(data, default=date.isoformat)))


@pytest.mark.parametrize(
    "row",
    [
        an_entry_row(verdict="maybe"),
        an_entry_row(verdict=True),
        an_entry_row(reason=None),
        an_entry_row(opinion="mine"),
        an_entry_row(status="checked"),
        an_entry_row(conditions=[{"text": "Only a text."}]),
    ],
    ids=["unknown verdict", "a boolean", "no reason", "unknown key", "unknown status", "condition without passage"],
)
def test_the_schema_refuses_a_wrong_entry(row: dict[str, Any]):
    assert not validator().is_valid(a_topic_file(row))


def test_the_schema_refuses_an_id_that_is_no_slug():
    assert not validator().is_valid(a_topic_file(an_entry_row("Blog About Work")))
