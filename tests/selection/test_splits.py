"""Names, lists and seed determine which scenes a build uses. All scans of a room are in one split."""

import csv
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.dataset.selection_text import in_words
from vsidata.errors import OptionError
from vsidata.selection.splits import held_out_rooms, select
from vsidata.sources import official
from vsidata.sources.official import official_lists


class Names:
    """A source that has only names."""

    def __init__(self, names, dataset="scannet"):
        self._names, self.dataset = sorted(names), dataset

    def names(self):
        return self._names

    def dataset_of(self, _):
        return self.dataset

    def room_of(self, name):
        return official.room_of(self.dataset, name)

    def official_split(self, name):
        return official.official_split(self.dataset, name)


ALL = Names(official_lists("scannet"))


@pytest.mark.parametrize(("split", "into", "scans"), [("train", "train", 1201), ("test", "test", 100)])
def test_each_official_list_is_used_completely(split, into, scans):
    selection = select(ALL, split=split)
    assert Counter(selection.split_of.values()) == {into: scans}
    assert (selection.refused, selection.admitted, selection.unlisted) == ({}, {}, [])


def test_validation_list_is_refused_unless_the_guard_is_lifted():
    with pytest.raises(
        OptionError, match=r"\(207 by vsibench.csv, 105 by ScanNet's validation list\)"
    ) as caught:
        select(ALL, split="val")
    assert "--allow-benchmark-scenes" in caught.value.remedy
    selection = select(ALL, split="val", allow_benchmark_scenes=True)
    assert Counter(selection.split_of.values()) == {"validation": 312}
    assert set(selection.admitted) == set(selection.split_of)


def test_all_lists_together_leave_out_the_refused_rooms():
    selection = select(ALL, split="all")
    assert Counter(selection.split_of.values()) == {"train": 1201, "test": 100}
    assert len(selection.refused) == 312
    assert not {name[:9] for name in selection.split_of} & {name[:9] for name in selection.refused}


def test_lists_of_the_guard_are_reported():
    told = select(ALL).forbidden_rooms
    # VSI-Bench shows 88 of the 142 rooms of ScanNet's validation list.
    assert (told["vsibench.csv"], told["ScanNet's validation list"]) == (88 + 50 + 150, 142 - 88)


def test_scan_in_no_list_is_left_out_and_listed_unless_all_scans_are_used():
    source = Names(["scene0191_00", "scene9000_00"])
    selection = select(source)
    assert (list(selection.split_of), selection.unlisted) == (["scene0191_00"], ["scene9000_00"])
    assert select(source, split="all").split_of == {"scene0191_00": "train", "scene9000_00": "train"}
    with pytest.raises(OptionError, match="not in that list: 1 in none of the official lists") as caught:
        select(Names(["scene9000_00"]))
    assert "Use it with --split all." in str(caught.value)


def test_synthetic_scans_have_no_official_list_and_no_benchmark():
    source = Names(["scene0000_00", "scene0025_01", "scene0568_00", "scene0707_00"], "synthetic")
    selection = select(source)
    assert Counter(selection.split_of.values()) == {"train": 4}
    assert selection.refused == {}


def test_list_without_any_of_the_scans_is_reported():
    with pytest.raises(OptionError, match="the scene is not in that list: 1 in train"):
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
def test_scenes_are_chosen_by_name_by_pattern_or_by_number(asked, taken):
    assert list(select(ALL, scenes=asked).split_of) == taken


def test_name_that_matches_no_scene_is_refused():
    with pytest.raises(OptionError, match=r"has `scene9\*`, which matches none of the 1,613 scenes"):
        select(ALL, scenes=["scene0191_00", "scene9*"])


def test_selection_without_a_scene_is_refused():
    with pytest.raises(OptionError, match="no scene"):
        select(ALL, scenes=["0"])


@pytest.mark.parametrize(("share", "held"), [(0.05, 28), (0.2, 113), (0.02, 11), (0.0001, 1), (0.9999, 564)])
def test_held_out_share_of_the_training_rooms_is_the_requested_share(share, held):
    selection = select(ALL, holdout=share)
    rooms = {
        split: {n[:9] for n, s in selection.split_of.items() if s == split}
        for split in ("train", "validation")
    }
    assert not rooms["train"] & rooms["validation"], "all scans of a room are in one split"
    assert (len(rooms["validation"]), len(rooms["train"])) == (held, 565 - held)
    assert selection.rooms == {"train": 565 - held, "validation": held}


def test_only_training_rooms_are_held_out():
    selection = select(ALL, split="all", holdout=0.5)
    assert all(
        selection.split_of[name] == "test"
        for name, split in official_lists("scannet").items()
        if split == "test"
    )


def test_another_seed_holds_out_other_rooms():
    assert select(ALL, holdout=0.05, seed=1).split_of != select(ALL, holdout=0.05, seed=2).split_of


rooms = st.sets(st.integers(0, 999).map(lambda number: f"scene{number:04}"), min_size=2)
shares = st.floats(0.01, 0.99)


@given(rooms=rooms, share=shares, seed=st.integers())
def test_both_splits_have_a_room_for_any_number_of_rooms(rooms, share, seed):
    held_out = held_out_rooms(rooms, share, seed)
    assert held_out
    assert held_out < rooms


@given(rooms=rooms, share=shares, seed=st.integers())
def test_held_out_share_is_rounded_to_whole_rooms(rooms, share, seed):
    held = len(held_out_rooms(rooms, share, seed))
    possible = range(1, len(rooms))
    assert abs(held - share * len(rooms)) <= min(abs(n - share * len(rooms)) for n in possible) + 1e-9


@given(rooms=rooms, more=rooms, share=shares)
def test_m_added_rooms_move_at_most_m_other_rooms_and_all_in_one_direction(rooms, more, share):
    before, after = held_out_rooms(rooms, share, 0), held_out_rooms(rooms | more, share, 0)
    into, out = (after & rooms) - before, before - after
    assert not (into and out)
    assert len(into | out) <= len(more - rooms)


def test_videos_of_one_visit_are_in_one_split():
    visits = {name: official.room_of("arkitscenes", name) for name in official_lists("arkitscenes")}
    selection = select(Names(visits, "arkitscenes"), holdout=0.2)
    sides = {}
    for name, split in selection.split_of.items():
        sides.setdefault(visits[name], set()).add(split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert selection.rooms["validation"] == round(0.2 * len(sides))


def test_official_validation_scans_of_other_datasets_are_not_training_scans():
    videos = official_lists("arkitscenes")
    selection = select(Names(videos, "arkitscenes"))
    # There are 4,498 Training videos. Two of them show a visit that VSI-Bench shows too.
    assert Counter(selection.split_of.values()) == {"train": 4496}
    assert set(selection.refused) == {"41159521", "41159526"}
    assert len(selection.not_in_list) == 549
    plus = select(Names(["09c1414f1b", "0000000000"], "scannetpp"), allow_benchmark_scenes=True, split="val")
    assert plus.split_of == {"09c1414f1b": "validation"}


@pytest.mark.parametrize(
    ("names", "split", "words"),
    [
        (
            [
                *(f"scene0191_{n:02}" for n in range(3)),
                *(f"scene0000_{n:02}" for n in range(3)),
                "scene0025_00",
                "scene0001_00",
            ],
            "train",
            "8 scans: 7 used, 1 not in the train list (it shows a benchmark room)",
        ),
        (["scene0191_00"], "train", "1 scan: 1 used"),
        # The scan is in ScanNet's validation list, but VSI-Bench does not show its room.
        (["scene0191_00", "scene0019_00"], "train", "2 scans: 1 used, 1 not in the train list"),
        (["scene0191_00", "scene0019_00"], "all", "2 scans: 1 used, 1 refused by the leak guard"),
        (
            ["scene0191_00", "scene0025_00", "scene0025_01", "scene0707_00"],
            "train",
            "4 scans: 1 used, 3 not in the train list (2 of them show benchmark rooms)",
        ),
        (
            ["scene0191_00", "scene0025_00", "scene0025_01", "scene9000_00"],
            "all",
            "4 scans: 2 used, 2 refused by the leak guard (they show benchmark rooms)",
        ),
        (
            ["scene0191_00", "scene9000_00"],
            "train",
            "2 scans: 1 used, 1 in no official list (use --split all to include them)",
        ),
    ],
)
def test_used_and_left_out_scans_are_reported_with_the_reason(names, split, words):
    assert in_words(select(Names(names), split=split).counts, split) == words


def test_if_no_scene_is_in_the_list_the_error_names_options_that_select_scenes(vsibench):
    with (vsibench / "scenes.csv").open(newline="") as file:
        shown = [row["scene_name"] for row in csv.DictReader(file) if row["dataset"] == "arkitscenes"]
    with pytest.raises(OptionError) as caught:
        select(Names(shown, "arkitscenes"))
    assert "none of the 150 scenes is in that list: 150 in val" in str(caught.value)
    assert "--split val and --allow-benchmark-scenes" in str(caught.value)
    with pytest.raises(OptionError) as caught:
        select(Names(shown, "arkitscenes"), allow_benchmark_scenes=True)
    assert str(caught.value).endswith("Use them with --split val.")
    taken = select(Names(shown, "arkitscenes"), split="val", allow_benchmark_scenes=True)
    assert Counter(taken.split_of.values()) == {"validation": 150}
    assert len(taken.admitted) == 150


def test_scans_beyond_the_requested_number_are_counted():
    counts = select(Names(["scene0191_00", "scene0191_01"]), scenes=["1"]).counts
    assert in_words(counts, "train") == "2 scans: 1 used, 1 more than --scenes allows"


def test_no_room_is_held_out_by_default():
    assert held_out_rooms({"scene0000", "scene0001"}, 0.0, 0) == set()
    assert held_out_rooms({"scene0000"}, 0.5, 0) == set()
