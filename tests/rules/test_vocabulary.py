"""Vocabularies: each label is listed once, under a word that a person would use."""

import json
from pathlib import Path

import pytest

from vsidata.errors import RulesError
from vsidata.rules.vocabulary import load_vocabulary


def test_a_label_under_two_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nwhy: x\nsource: x\nclosed: true\n"
        "words:\n  bin: {labels: [trash can]}\n  waste: {labels: [trash can]}\n"
    )
    with pytest.raises(RulesError, match=r"trash can.*bin.*waste"):
        load_vocabulary(str(path))


def test_a_repeated_word_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nwhy: x\nsource: x\nclosed: true\n"
        "words:\n  printer: {labels: []}\n  printer: {labels: [copier]}\n"
    )
    with pytest.raises(RulesError, match=r"line 7.*printer.*line 6"):
        load_vocabulary(str(path))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("readable: '[('", "line 6: `readable`.*not a regular expression"),
        ("datasets: all", "line 6: `datasets`"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, change: str, fault: str) -> None:
    path = tmp_path / "mine.yaml"
    lines = ["name: mine", "why: x", "source: x", "closed: true", "words: {}", change]
    path.write_text("\n".join(lines))
    with pytest.raises(RulesError, match=fault):
        load_vocabulary(str(path))


def test_an_unknown_vocabulary_names_the_known_ones() -> None:
    with pytest.raises(RulesError, match=r"raw, vsi100k, vsibench"):
        load_vocabulary("rare")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("refridgerator", ("refrigerator",)),
        (" trash  can\t", ("trash can", "bin")),
        ("office chair", ("office chair", "chair")),
        ("wall", ()),
        ("object", ()),
        ("7-up can #3", ()),
        ("piano", ("piano",)),
        ("TV_monitor", ("tv",)),
        ("stack of office chairs", ("office chair", "chair")),
    ],
)
def test_raw_labels_become_words_that_a_person_would_use(label: str, words: tuple[str, ...]) -> None:
    assert set(load_vocabulary("raw").names(label, "scannet")) == set(words)
    assert load_vocabulary("raw").names(label, "scannet")[:1] == words[:1]


@pytest.mark.parametrize(
    ("label", "word"),
    [("desk", "table"), ("recycling bin", "trash bin"), ("couch", "sofa"), ("mouse", "computer mouse")],
)
def test_the_benchmarks_categories_are_its_own(label: str, word: str) -> None:
    assert load_vocabulary("vsibench").names(label, "scannet") == (word,)


@pytest.mark.parametrize("label", ["wall", "cabinet", "picture", "toilet", "sink", "bathtub", "curtain"])
def test_labels_that_the_benchmark_never_asks_about_have_no_word(label: str) -> None:
    assert load_vocabulary("vsibench").names(label, "scannet") == ()


@pytest.mark.parametrize("part", ["scannetpp", "arkitscenes"])
def test_categories_of_the_benchmarks_other_datasets_are_words_there(part: str, vsibench: Path) -> None:
    scenes = json.loads((vsibench / f"{part}_meta_info_val.json").read_bytes()).values()
    labels = {label for scene in scenes for label in scene["object_counts"]}
    vocabulary = load_vocabulary("vsibench")
    assert {label: vocabulary.names(label, part) for label in labels} == {label: (label,) for label in labels}
    assert set(vocabulary.datasets[part].words) == labels


@pytest.mark.parametrize("name", ["raw", "vsibench"])
@pytest.mark.parametrize("dataset", ["scannet", "scannetpp", "3rscan", "multiscan", "matterport3d"])
@pytest.mark.parametrize(
    "label",
    ["SPLIT", "split", "REMOVE", "Remove", "reflection", "wall", "Walls", "kitchen ceiling", "window frame",
     "object", "c", "o", "phone charger]", "door_frame"],
)  # fmt: skip
def test_structure_and_dirt_are_never_asked_about(name: str, dataset: str, label: str) -> None:
    assert load_vocabulary(name).names(label, dataset) == ()


@pytest.mark.parametrize("name", ["raw", "vsibench"])
@pytest.mark.parametrize("dataset", ["scannet", "scannetpp", "3rscan"])
def test_one_thing_has_one_word_in_every_dataset(name: str, dataset: str) -> None:
    vocabulary = load_vocabulary(name)
    for labels in (["sofa", "couch", "Couch", " SOFA"], ["monitor", "Monitor", "MONITOR"]):
        assert len({vocabulary.names(label, dataset)[0] for label in labels}) == 1


def test_label_outside_a_closed_vocabulary_is_never_asked_about() -> None:
    vocabulary = load_vocabulary("vsibench")
    for dataset in ("scannet", "scannetpp", "arkitscenes", "3rscan", "synthetic"):
        assert vocabulary.names("umbrella", dataset) == ()


@pytest.mark.parametrize("label", ["Books", "SPLIT", "wall", "chairs", "tv_monitor"])
def test_the_paper_asks_about_labels_unchanged(label: str) -> None:
    vocabulary = load_vocabulary("vsi100k")
    assert vocabulary.names(label, "scannet") == (label,)
    assert not vocabulary.is_group(label)


def test_verbatim_vocabulary_with_a_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nwhy: x\nsource: x\nclosed: false\nverbatim: true\nwords: {sofa: {labels: [couch]}}"
    )
    with pytest.raises(RulesError, match=r"verbatim.*`words` would have no effect"):
        load_vocabulary(str(path))


@pytest.mark.parametrize("name", ["raw", "vsibench", "vsi100k"])
def test_a_broader_word_never_covers_itself(name: str) -> None:
    vocabulary = load_vocabulary(name)
    for broad, entry in vocabulary.kinds.items():
        assert broad not in entry.labels
        for narrow in entry.labels:
            names = vocabulary.names(narrow, "scannet")
            assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["raw", "vsibench", "vsi100k"])
def test_a_word_covers_all_that_its_narrower_words_cover(name: str) -> None:
    kinds = load_vocabulary(name).kinds
    missing = {
        (broad, narrow)
        for broad, entry in kinds.items()
        for middle in {*entry.labels} & {*kinds}
        for narrow in {*kinds[middle].labels} - {*entry.labels}
    }
    assert (
        missing == set()
    )  # otherwise a computer desk would be a desk and a desk a table, but a computer desk not a table


@pytest.mark.parametrize("name", ["raw", "vsibench", "vsi100k"])
def test_labels_listed_as_kinds_or_as_several_things_are_asked_about_by_that_word(name: str) -> None:
    vocabulary = load_vocabulary(name)
    for entry in vocabulary.kinds.values():
        assert [word for word in entry.labels if vocabulary.names(word, "scannet")[:1] != (word,)] == []
    for entry in vocabulary.many:
        assert [label for label in entry.labels if not vocabulary.names(label, "scannet")] == []
