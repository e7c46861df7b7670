"""The differences of two recipes: each is listed with both values, and nothing else is listed."""

from vsidata.dataset.differences import differences


def constant(value, unit="m", why=""):
    return {"value": value, "unit": unit, "why": why, "source": ""}


def labels(*names):
    return {"labels": [*names], "why": "a reason", "source": ""}


def test_constant_is_named_with_its_unit_and_other_reasons_change_nothing():
    before = {"gap": constant(0.15), "cap": constant(8.0, "count"), "angle": constant(10.0, "deg", "old")}
    now = {"gap": constant(0.2), "cap": constant(4.0, "count"), "angle": constant(10.0, "deg", "new")}
    assert differences(before, now) == {"gap": "was 0.15 m, is 0.2 m", "cap": "was 8, is 4"}


def test_constant_of_one_side_is_shown_as_not_set_on_the_other():
    assert differences({"gap": constant(0.15)}, {"gap": None}) == {"gap": "was 0.15 m, is not set"}
    assert differences({}, {"topic": {"gap": constant(0.15), "cap": None}}) == {
        "topic.gap": "was not set, is 0.15 m"
    }


def test_lists_of_labels_name_the_added_and_the_removed_ones():
    before = {"never": [labels("wall", "floor"), labels("door")], "words": {"sofa": labels("couch")}}
    now = {"never": [labels("wall", "door")], "words": {"sofa": labels("couch", "settee")}}
    assert differences(before, now) == {"never": "no longer has [floor]", "words.sofa": "now has [settee]"}


def test_word_without_labels_differs_from_a_missing_word():
    assert differences({"words": {"bed": labels()}}, {"words": {}}) == {"words.bed": "was [], is not set"}


def test_long_lists_are_cut_between_names_and_the_rest_is_counted():
    many = [f"label{number:02}" for number in range(30)]
    said = differences({"never": [labels("wall")]}, {"never": [labels("wall", *many)]})["never"]
    assert said == f"now has [{', '.join(many[:8])}] and 22 more"


def test_text_is_given_in_full():
    text = "Which of these objects ({options}) is the closest to the {target}? " * 3
    assert differences({"question": "short"}, {"question": text}) == {"question": f"was short, is {text!r}"}
