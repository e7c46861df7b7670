"""Mutated files are read, or refused with a message, within limits of time and memory."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.limits import within_limits
from tests.hostile.mutations import mutated
from tests.hostile.readers import READERS, Reader
from vsidata.errors import RulesError, VsiError
from vsidata.topics.rule_set import load_rules

_LONGEST_MESSAGE = 2000
_IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=list(HealthCheck))


def refused_or_read(reader: Reader, folder, data: bytes) -> None:
    path = reader.put(folder, data)
    said = "a fault\n  and its remedy"
    try:
        with within_limits(len(data)):
            reader.read(path)
    except VsiError as error:
        said = str(error)
    assert len(said.splitlines()) == 2, said[:3000]
    assert len(said) < _LONGEST_MESSAGE + 2 * len(str(path)), said[:3000]
    said.encode()


@pytest.mark.parametrize("reader", READERS, ids=str)
def test_valid_file_is_read(tmp_path, reader):
    path = reader.put(tmp_path, reader.valid)
    with within_limits(len(reader.valid)):
        reader.read(path)


@pytest.mark.parametrize("reader", READERS, ids=str)
@settings(_IN_ONE_FOLDER, max_examples=60, derandomize=True, database=None)
@given(data=st.data())
def test_mutated_file_is_read_or_refused(tmp_path, reader, data):
    refused_or_read(reader, tmp_path, data.draw(mutated(reader.valid)))


@pytest.mark.soak
@pytest.mark.parametrize("reader", READERS, ids=str)
@settings(_IN_ONE_FOLDER, max_examples=2000)
@given(data=st.data())
def test_file_mutated_in_thousands_of_ways_is_read_or_refused(tmp_path, reader, data):
    refused_or_read(reader, tmp_path, data.draw(mutated(reader.valid)))


def test_an_unknown_key_of_thousands_of_characters_is_shown_in_part(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(f"extends: wide\nname: mine\nvisibility: {{{'w ' * 2_000}w: 1}}\n")
    with pytest.raises(RulesError) as caught:
        load_rules(path)
    assert len(str(caught.value)) < 2_000 + len(str(path))
