"""Questions in words: the facts that a person needs to check an answer by eye."""

from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.dataset.manifests import write_manifest
from vsidata.dataset import browse, schema
from vsidata.dataset.build import Build
from vsidata.errors import OptionError, VsiError
from vsidata.topics.explain import explain
from vsidata.topics.question import Evidence, EvidenceObject, Measure, Moment, Question


def question(number, topic, evidence, *, text="Which?", answer="x", unit=None, options=None, truth=None):
    return Question(
        id=f"{number:016x}",
        dataset="scannet",
        scene_name="scene0000_00",
        topic=topic,
        question_type=topic,
        question=text,
        options=options,
        ground_truth=truth or answer,
        answer=answer,
        unit=unit,
        rules="wide@12345678",
        evidence=evidence,
    )


def things(**roles):
    return tuple(EvidenceObject(role, i, word) for i, (role, word) in enumerate(roles.items(), start=7))


def metres(**measured):
    return tuple(Measure(name, value, "m") for name, value in measured.items())


COUNTED = Evidence((EvidenceObject("counted", 3, "chair"), EvidenceObject("counted", 9, "chair")), value=2.0)


@pytest.fixture
def folder(tmp_path):
    rows = [asdict(question(i, "object_counting", COUNTED, answer="2")) for i in range(40)]
    room = Evidence((), value=17.4321)
    rows += [
        asdict(question(100 + i, "room_size_estimation", room, answer="17.4", unit="m²")) for i in range(3)
    ]
    (tmp_path / "qa").mkdir()
    for shard, part in enumerate((rows[:20], rows[20:])):
        table = pa.Table.from_pylist(part, schema=schema.QA)
        pq.write_table(table, tmp_path / "qa" / f"train-{shard:05d}-of-00002.parquet")
    return write_manifest(tmp_path)


def test_sample_is_even_over_the_topics_and_the_same_for_the_same_seed(folder):
    rows = browse.sample(Build.open(folder), 6, seed=1)
    assert Counter(row["topic"] for row in rows) == {"object_counting": 3, "room_size_estimation": 3}
    assert rows == browse.sample(Build.open(folder), 6, seed=1)
    assert rows != browse.sample(Build.open(folder), 6, seed=2)
    assert len({row["id"] for row in rows}) == 6


def test_sample_larger_than_the_build_gives_all_questions(folder):
    assert len(browse.sample(Build.open(folder), 1000, seed=0)) == 43
    assert len(browse.sample(Build.open(folder), 1000, seed=0, chosen=["room_size_estimation"])) == 3


def test_error_of_an_unknown_topic_lists_the_topics(folder):
    with pytest.raises(OptionError, match="object_counting, room_size_estimation"):
        browse.sample(Build.open(folder), 1, seed=0, chosen=["size"])


def test_question_is_found_by_its_id_or_the_beginning_of_it(folder):
    assert browse.find(Build.open(folder), f"{5:016x}")["id"] == f"{5:016x}"
    assert browse.find(Build.open(folder), f"{100:016x}"[:15] + "4")["answer"] == "17.4"


def test_beginning_of_no_id_or_of_several_ids_is_refused(folder):
    with pytest.raises(OptionError, match="is not an id of this build"):
        browse.find(Build.open(folder), "f00")
    with pytest.raises(OptionError, match="is the beginning of 43 ids"):
        browse.find(Build.open(folder), "000")


def test_folder_without_a_build_is_refused(tmp_path):
    with pytest.raises(OptionError, match="is not a build"):
        browse.sample(Build.open(tmp_path), 1, seed=0)


@pytest.mark.parametrize(
    ("topic", "evidence", "words"),
    [
        ("object_counting", COUNTED, "chair: 2 in the annotation (objects 3, 9)"),
        (
            "object_size_estimation",
            Evidence(things(measured="sofa"), value=2.1341),
            "the longest side of the box of sofa (object 7) is 213.4 cm",
        ),
        ("room_size_estimation", Evidence((), value=17.4321), "the room measures 17.43 m²"),
        (
            "object_abs_distance",
            Evidence(
                things(first="sink", second="stove"), 1.52, measures=metres(boxes=1.52, surfaces=1.5489)
            ),
            "sink (object 7) to stove (object 8): boxes 1.52 m, surfaces 1.55 m apart",
        ),
        (
            "object_abs_distance",
            Evidence(things(first="sink", second="stove"), 1.9, measures=metres(boxes=1.52)),
            "sink (object 7) to stove (object 8): boxes 1.52 m, centres 1.90 m apart",
        ),
        (
            "object_rel_distance",
            Evidence(
                (
                    EvidenceObject("target", 1, "bed"),
                    EvidenceObject("option", 2, "lamp"),
                    EvidenceObject("option", 3, "desk"),
                ),
                value=0.5,
                margin=0.75,
                measures=metres(**{"to lamp": 0.5, "to desk": 1.25}),
            ),
            "from bed (object 1): lamp (object 2) 0.50 m, desk (object 3) 1.25 m; the second nearest is "
            "0.75 m farther",
        ),
        (
            "object_rel_distance",
            Evidence(
                things(target="bed", option="lamp"),
                value=0.5,
                margin=0.75,
                measures=metres(**{"surfaces": 0.5349, "to lamp": 0.5}),
            ),
            "from bed (object 7): lamp (object 8) 0.50 m; the second nearest is 0.75 m farther; "
            "from surface to surface the nearest is 0.53 m away",
        ),
        (
            "object_rel_direction",
            Evidence(
                things(observer="bed", facing="tv", asked="door"), value=-1.0471975512, margin=0.5235987756
            ),
            "standing by bed (object 7), facing tv (object 8): door (object 9) is 60° to the right, "
            "30° from where the answer would change",
        ),
        (
            "obj_appearance_order",
            Evidence(
                (EvidenceObject("appearing", 4, "tv"), EvidenceObject("appearing", 2, "bed")),
                value=6.5,
                margin=6.0,
                moments=(Moment(195, 6.5), Moment(15, 0.5)),
            ),
            "first seen: bed (object 2) at 0.5 s, tv (object 4) at 6.5 s; the closest two are 6.0 s apart",
        ),
        (
            "route_planning",
            Evidence(
                things(observer="bed", facing="tv", stop="door"),
                value=2.5,
                margin=0.1745329252,
            ),
            "from bed (object 7), facing tv (object 8), to door (object 9): 2.5 m of free floor; "
            "the least clear turn is 10° from where the answer would change",
        ),
        ("toy", Evidence(things(seen="bed"), value=0.25), "bed (object 7): 0.250"),
    ],
    ids=[
        "count",
        "size",
        "room",
        "distance",
        "centres",
        "nearest",
        "nearest by surfaces",
        "direction",
        "order",
        "route",
        "a topic of one's own",
    ],
)
def test_evidence_names_the_measured_values_and_objects(topic, evidence, words):
    assert explain({"topic": topic, "evidence": asdict(evidence)}) == words


def test_question_in_words_shows_options_letter_and_open_answer():
    evidence = Evidence(things(target="bed"), value=1.0)
    row = asdict(question(1, "t", evidence, options=("A. sink", "B. lamp"), truth="B", answer="lamp"))
    assert browse.in_words(row).splitlines()[1:5] == ["  Which?", "  A. sink", "  B. lamp", "  → B (lamp)"]


@pytest.mark.parametrize("column", schema.QA.names)
def test_column_without_a_value_is_shown_or_refused_with_a_message(folder, column):
    """A shard of unknown origin may have null anywhere."""
    for path in (folder / "qa").glob("*.parquet"):
        table = pq.read_table(path)
        nulls = pa.nulls(len(table), schema.QA.field(column).type)
        pq.write_table(table.set_column(table.column_names.index(column), column, nulls), path)
    refused = column in ("question", "evidence")
    outcome = pytest.raises(VsiError, match="has content that no build writes") if refused else nullcontext()
    with outcome:
        for row in browse.sample(Build.open(folder), 3, 0):
            assert browse.in_words(row)


@pytest.mark.parametrize("harm", ["no column", "no Parquet"])
def test_shard_that_no_build_writes_is_refused_with_a_message(folder, harm):
    for path in (folder / "qa").glob("*.parquet"):
        if harm == "no column":
            pq.write_table(pq.read_table(path).drop_columns(["topic"]), path)
        else:
            path.write_text("no Parquet")
    for look in (
        lambda: browse.sample(Build.open(folder), 3, 0),
        lambda: browse.find(Build.open(folder), f"{5:016x}"),
    ):
        with pytest.raises(VsiError, match=r"has no column `topic`|cannot be read"):
            look()
