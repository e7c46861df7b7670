"""The scenes that a build takes follow from names, lists and seed, and whole rooms change sides."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.curation.splits import held_out_rooms, select
from vsidata.errors import OptionError
from vsidata.sources.official import official_splits, room_of


class Names:
    """A source of which nothing but the names is asked."""

    def __init__(self, names, dataset="scannet"):
        self._names, self.dataset = sorted(names), dataset

    def names(self):
        return self._names

    def dataset_of(self, _):
        return self.dataset


ALL = Names(official_splits())


@pytest.mark.parametrize(("split", "into", "scans"), [("train", "train", 1201), ("test", "test", 100)])
def test_each_official_list_is_taken_whole(split, into, scans):
    selection = select(ALL, split=split)
    assert Counter(selection.split_of.values()) == {into: scans}
    assert (selection.refused, selection.admitted, selection.unlisted) == ({}, {}, [])


def test_validation_list_is_refused_unless_the_guard_is_lifted():
    with pytest.raises(OptionError, match="312 by ScanNet's validation list") as caught:
        select(ALL, split="val")
    assert "--allow-benchmark-scenes" in caught.value.remedy
    selection = select(ALL, split="val", allow_benchmark_scenes=True)
    assert Counter(selection.split_of.values()) == {"validation": 312}
    assert set(selection.admitted) == set(selection.split_of)


def test_all_lists_without_the_refused_rooms():
    selection = select(ALL, split="all")
    assert Counter(selection.split_of.values()) == {"train": 1201, "test": 100}
    assert len(selection.refused) == 312
    assert not {room_of(name) for name in selection.split_of} & {room_of(name) for name in selection.refused}


def test_what_the_guard_went_by_is_told():
    assert select(ALL).forbidden_rooms == {"ScanNet's validation list": 142, "vsibench.csv": 200}


def test_scan_in_no_list_is_left_out_and_named_unless_all_are_taken():
    source = Names(["scene0191_00", "scene9000_00"])
    selection = select(source)
    assert (list(selection.split_of), selection.unlisted) == (["scene0191_00"], ["scene9000_00"])
    assert select(source, split="all").split_of == {"scene0191_00": "train", "scene9000_00": "train"}
    with pytest.raises(OptionError, match="1 of 1 are in none of its lists"):
        select(Names(["scene9000_00"]))


def test_synthetic_scans_know_no_official_list_and_no_benchmark():
    source = Names(["scene0000_00", "scene0025_01", "scene0568_00", "scene0707_00"], "synthetic")
    selection = select(source)
    assert Counter(selection.split_of.values()) == {"train": 4}
    assert selection.refused == {}


def test_list_that_holds_none_of_the_scans_says_so():
    with pytest.raises(OptionError, match="none of the 1 scenes"):
        select(Names(["scene0191_00"]), split="test")


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        (["scene0191_01"], ["scene0191_01"]),
        (["scene0191_*"], ["scene0191_00", "scene0191_01", "scene0191_02"]),
        (["scene0191_02", "scene0119_0?"], ["scene0119_00", "scene0191_02"]),
        (["2"], ["scene0000_00", "scene0000_01"]),
    ],
)
def test_scenes_are_asked_for_by_name_by_pattern_or_by_number(asked, taken):
    assert list(select(ALL, scenes=asked).split_of) == taken


def test_name_that_fits_nothing_is_refused():
    with pytest.raises(OptionError, match=r"`scene9\*` fits none of the 1,613 scenes"):
        select(ALL, scenes=["scene0191_00", "scene9*"])


def test_no_scene_at_all_is_refused():
    with pytest.raises(OptionError, match="no scene"):
        select(ALL, scenes=["0"])


def test_held_out_share_of_the_training_rooms_is_about_what_was_asked():
    selection = select(ALL, holdout=0.05)
    rooms = {
        split: {room_of(n) for n, s in selection.split_of.items() if s == split}
        for split in ("train", "validation")
    }
    assert not rooms["train"] & rooms["validation"], "a room is on one side with all its scans"
    # 565 rooms, 5 % of them: 28, give or take four standard deviations of a binomial draw
    assert 8 <= len(rooms["validation"]) <= 49
    assert len(rooms["train"]) + len(rooms["validation"]) == 565


def test_only_training_rooms_are_held_out():
    selection = select(ALL, split="all", holdout=0.5)
    assert all(
        selection.split_of[name] == "test" for name, split in official_splits().items() if split == "test"
    )


def test_another_seed_holds_out_other_rooms():
    assert select(ALL, holdout=0.05, seed=1).split_of != select(ALL, holdout=0.05, seed=2).split_of


rooms = st.sets(st.integers(0, 999).map(lambda number: f"scene{number:04}"), min_size=2)
shares = st.floats(0.01, 0.99)


@given(rooms=rooms, share=shares, seed=st.integers())
def test_both_sides_have_a_room_however_few_there_are(rooms, share, seed):
    held_out = held_out_rooms(rooms, share, seed)
    assert held_out
    assert held_out < rooms


@given(rooms=rooms, share=shares)
def test_room_stays_on_its_side_when_others_come(rooms, share):
    everywhere = {f"scene{number:04}" for number in range(1000)}
    few, many = held_out_rooms(rooms, share, 0), held_out_rooms(everywhere, share, 0)
    # Of few rooms, one may have changed sides so that neither side is empty.
    assert len(few ^ (many & rooms)) <= (1 if not many & rooms or rooms <= many else 0)


def test_nothing_is_held_out_unless_asked():
    assert held_out_rooms({"scene0000", "scene0001"}, 0.0, 0) == set()
    assert held_out_rooms({"scene0000"}, 0.5, 0) == set()
