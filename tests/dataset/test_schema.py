"""The columns, as each reader of Parquet sees them."""

from dataclasses import fields
from typing import get_args

import pytest
from datasets import Features

from vsidata.dataset import schema
from vsidata.measuring.measure import AreaMethod
from vsidata.topics.question import Evidence, EvidenceObject, Measure, Moment, Question, Shape


@pytest.mark.parametrize("table", [schema.QA, schema.SCENES], ids=["qa", "scenes"])
def test_features_in_the_file_are_those_that_datasets_itself_would_write(table):
    assert table.metadata == Features.from_arrow_schema(table.remove_metadata()).arrow_schema.metadata


def test_each_field_of_a_question_has_its_column():
    assert schema.QA.names == [field.name for field in fields(Question)]
    evidence = schema.QA.field("evidence").type
    assert [field.name for field in evidence] == [field.name for field in fields(Evidence)]
    parts = {"objects": EvidenceObject, "measures": Measure, "moments": Moment, "shapes": Shape}
    for name, part in parts.items():
        columns = evidence.field(name).type.value_type
        assert [field.name for field in columns] == [field.name for field in fields(part)]


def test_each_method_of_measuring_a_room_has_its_column():
    assert get_args(AreaMethod) == schema.AREA_METHODS
