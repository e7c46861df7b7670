"""Vocabularies: one place for each label, and words that a person would use."""

from pathlib import Path

import pytest

from vsidata.errors import RulesError
from vsidata.questions.rules import RULE_SETS
from vsidata.questions.vocabulary import load_vocabulary


def test_a_label_under_two_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nwhy: x\nsource: x\nclosed: true\ndatasets: [scannet]\n"
        "words:\n  bin: {labels: [trash can]}\n  waste: {labels: [trash can]}\n"
    )
    with pytest.raises(RulesError, match=r"trash can.*bin.*waste"):
        load_vocabulary(str(path))


def test_a_word_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nwhy: x\nsource: x\nclosed: true\ndatasets: [scannet]\n"
        "words:\n  printer: {labels: []}\n  printer: {labels: [copier]}\n"
    )
    with pytest.raises(RulesError, match=r"line 8.*printer.*line 7"):
        load_vocabulary(str(path))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("readable: '[('", "line 6: `readable`.*no regular expression"),
        ("datasets: all", "line 6: `datasets`"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, change: str, fault: str) -> None:
    path = tmp_path / "mine.yaml"
    lines = ["name: mine", "why: x", "source: x", "closed: true", "words: {}", change]
    if not change.startswith("datasets"):
        lines.append("datasets: [scannet]")
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
def test_what_the_benchmark_never_asks_about_has_no_word(label: str) -> None:
    assert load_vocabulary("vsibench").names(label, "scannet") == ()


def test_other_datasets_of_the_benchmark_use_its_words_already() -> None:
    assert load_vocabulary("vsibench").names("ceiling light", "scannetpp") == ("ceiling light",)


@pytest.mark.parametrize("name", RULE_SETS)
def test_a_broader_word_never_covers_itself(name: str) -> None:
    vocabulary = load_vocabulary(name if name != "wide" else "raw")
    for broad, entry in vocabulary.kinds.items():
        assert broad not in entry.labels
        for narrow in entry.labels:
            names = vocabulary.names(narrow, "scannet")
            assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["raw", "vsibench", "vsi100k"])
def test_what_covers_a_word_covers_what_that_word_covers(name: str) -> None:
    kinds = load_vocabulary(name).kinds
    missing = {
        (broad, narrow)
        for broad, entry in kinds.items()
        for middle in {*entry.labels} & {*kinds}
        for narrow in {*kinds[middle].labels} - {*entry.labels}
    }
    assert missing == set()  # else a computer desk is a desk, a desk is a table, and a computer desk is none


@pytest.mark.parametrize("name", ["raw", "vsibench", "vsi100k"])
def test_what_is_listed_as_a_kind_or_as_hiding_several_is_asked_about_by_that_word(name: str) -> None:
    vocabulary = load_vocabulary(name)
    for entry in vocabulary.kinds.values():
        assert [word for word in entry.labels if vocabulary.names(word, "scannet")[:1] != (word,)] == []
    for entry in vocabulary.many:
        assert [label for label in entry.labels if not vocabulary.names(label, "scannet")] == []
