"""`vsidata debias` removes planted shortcuts and keeps noise, and its output is a complete build."""

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.analysis import made_questions as made
from tests.analysis.command import vsidata
from tests.dataset.meta_info import write as write_meta_info
from vsidata.analysis.blind.blind_question import read_blind_questions
from vsidata.analysis.blind.guess import guess
from vsidata.analysis.debias.debias_record import as_json
from vsidata.analysis.debias.prune import prune
from vsidata.dataset import subset
from vsidata.dataset.build import Build
from vsidata.dataset.card import card
from vsidata.dataset.subset import write_subset
from vsidata.errors import VsiError
from vsidata.synthetic.write import write_scans

pytestmark = pytest.mark.usefixtures("few_trees")

CATEGORIES = ("bed", "chair", "lamp", "sofa", "table", "tv", "desk", "door", "fan", "rug")
ROOMS = [f"room{number}" for number in range(80)]
LIMITS = {"target": 0.05, "least": 0.5}


@pytest.fixture(scope="module")
def planted():
    """Random directions, except that the bed, the object of every third question, is always to the left."""
    rng = np.random.default_rng(0)
    rows, shortcuts = [], set()
    for room in ROOMS[:50]:
        for _ in range(12):
            words = [str(it) for it in rng.choice(CATEGORIES[1:], 3, replace=False)]
            options = [str(it) for it in rng.permutation(["left", "right"])]
            answer = str(rng.choice(options))
            if len(rows) % 3 == 0:
                words[2], answer = "bed", "left"
            row = made.direction(room, "easy", tuple(words), options, answer) | {"id": str(len(rows))}
            if words[2] == "bed":
                shortcuts.add(row["id"])
            rows.append(row)
    return rows, shortcuts


def test_a_planted_shortcut_is_removed_and_noise_stays(planted, monkeypatch):
    # With two partitions, more noise is left out.
    monkeypatch.setattr("vsidata.analysis.blind.guess._MOST_PARTITIONS", 4)
    rows, shortcuts = planted
    asked = read_blind_questions(rows)
    before = guess(asked, seed=99)
    assert before.of_forest.mean() > before.of_constant.mean() + 0.1
    found = prune(asked, **LIMITS)["object_rel_direction_easy"]
    kept = {it.id for it in found.kept}
    noise = {it.id for it in asked} - shortcuts
    assert len(noise & kept) > 0.7 * len(noise)
    assert len(shortcuts - kept) > 0.6 * len(shortcuts)
    after = guess(found.kept, seed=99)  # a seed that debias never used
    assert after.of_forest.mean() <= after.of_constant.mean() + 0.05


def test_noise_is_kept_completely():
    rng = np.random.default_rng(1)
    rows = [made.size(room, it, round(rng.lognormal(4, 1)) + 1) for room in ROOMS[:40] for it in CATEGORIES]
    found = prune(read_blind_questions(rows), **LIMITS)["object_size_estimation"]
    assert len(found.kept) == found.asked == len(rows)
    assert len(found.rounds) == 1


def test_size_questions_are_left_out_up_to_the_target_and_unusual_sizes_are_counted():
    rng = np.random.default_rng(2)
    usual = dict(zip(CATEGORIES, np.geomspace(40, 200, len(CATEGORIES)), strict=True))
    rows = [
        made.size(room, it, round(usual[it] * rng.lognormal(0, 0.3)) + 1)
        for room in ROOMS[:40]
        for it in CATEGORIES
    ]
    noise = [made.distance(room, "bed", "tv", round(rng.lognormal(0, 1) + 0.1, 1)) for room in ROOMS * 4]
    asked = read_blind_questions(rows + noise)
    found = prune(asked, **LIMITS)
    sizes = found["object_size_estimation"]
    assert sizes.before["forest"] > sizes.before["constant"] + 0.15
    assert sizes.after["forest"] <= sizes.after["constant"] + 0.05
    assert [one.questions for one in sizes.rounds] == sorted(
        {one.questions for one in sizes.rounds}, reverse=True
    )
    before, after = sizes.tail
    assert before == pytest.approx(0.1, abs=0.04)
    # Computed by hand: the share of kept sizes outside the percentiles of all sizes of their category.
    values = {it: [a.value for a in asked if a.words == (it,)] for it in CATEGORIES}
    ends = {it: np.quantile(values[it], [0.05, 0.95]) for it in CATEGORIES}
    outside = [not ends[a.words[0]][0] <= a.value <= ends[a.words[0]][1] for a in sizes.kept]
    assert after == pytest.approx(np.mean(outside))
    assert len(found["object_abs_distance"].kept) == len(noise)


def test_at_most_the_limit_is_left_out():
    length = dict(zip(CATEGORIES, range(20, 220, 20), strict=True))
    rows = [made.size(room, it, length[it]) for room in ROOMS for it in CATEGORIES]
    found = prune(read_blind_questions(rows), target=0.05, least=0.9)
    kept = found["object_size_estimation"].kept
    assert len(kept) >= 0.9 * len(rows)
    record = as_json(found, target=0.05, least=0.9, seed=0)
    assert record["topics"]["object_size_estimation"]["reached"] is False


def test_the_same_seed_keeps_the_same_questions(planted):
    rows, _ = planted
    asked = read_blind_questions(rows[:120])
    first, again, other = (
        {it.id for it in prune(asked, **LIMITS, seed=seed)["object_rel_direction_easy"].kept}
        for seed in (3, 3, 4)
    )
    assert first == again
    assert first != other


def test_questions_that_cannot_be_scored_or_learned_are_kept():
    rows = [made.distance(f"r{i}", "bed", "tv", "0.0") for i in range(9)] + [made.count("r0", "bed", 2)]
    found = prune(read_blind_questions(rows), **LIMITS)
    assert [len(it.kept) for it in found.values()] == [9, 1]
    topics = as_json(found, seed=0, **LIMITS)["topics"]
    assert topics["object_counting"]["reached"] is topics["object_abs_distance"]["reached"] is None


# --- the command


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guessable")
    rooms = write_meta_info(folder / "rooms.json", 20)
    made_up = json.loads(rooms.read_text())
    for room in made_up.values():
        for number, boxes in enumerate(room["object_bbox"].values()):
            for box in boxes:  # lengths that nearly follow from the category
                box["axesLengths"] = [0.1, 0.1, (1 + 0.02 * box["axesLengths"][0]) * 0.3 * 1.2**number]
    rooms.write_text(json.dumps(made_up))
    ran = vsidata(
        *("build", "--meta-info", rooms, "--out", folder / "qa", "--workers", 1, "--holdout", "25%"),
        *("--topics", "object_size_estimation,room_size_estimation"),
    )
    assert ran.returncode == 0, ran.stderr
    return folder / "qa"


@pytest.fixture(scope="module")
def debiased(built):
    out = built.parent / "less"
    ran = vsidata("debias", built, "--out", out)
    assert ran.returncode in (0, 1), ran.stderr
    assert ran.stderr == ""
    return out, ran


def rows_of(folder, table="qa"):
    return [
        row for path in sorted((folder / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def test_the_remaining_questions_are_a_complete_build(built, debiased):
    out, _ = debiased
    assert vsidata("verify", out).returncode == 0
    before, after = ({row["id"]: row for row in rows_of(folder)} for folder in (built, out))
    assert 0.5 * len(before) <= len(after) < len(before)
    assert all(before[id_] == row for id_, row in after.items())
    record = json.loads((out / "debias.json").read_text())
    assert record["questions"] == [len(before), len(after)]
    manifest = json.loads((out / "manifest.json").read_text())
    assert sum(sum(them.values()) for them in manifest["questions"].values()) == len(after)
    dropped = sum(
        count for them in manifest["drops"].values() for reason, count in them.items() if "debias" in reason
    )
    assert dropped == len(before) - len(after)
    assert "`vsidata debias` left out" in (out / "README.md").read_text()


def test_scenes_are_the_same_files(built, debiased):
    out, _ = debiased
    for path in (built / "scenes").glob("*.parquet"):
        assert path.samefile(out / "scenes" / path.name)


def test_datasets_opens_the_remaining_questions(debiased, tmp_path):
    import datasets

    out, _ = debiased
    found = datasets.load_dataset(str(out), "qa", cache_dir=str(tmp_path))
    assert {*found} == {"train", "validation"}
    assert sum(map(len, found.values())) == len(rows_of(out))


def test_the_table_shows_the_cost_and_the_curve_is_drawn(debiased):
    from xml.etree import ElementTree

    out, ran = debiased
    record = json.loads((out / "debias.json").read_text())
    for topic in record["topics"]:
        assert topic in ran.stdout
    assert ran.returncode == any(own["reached"] is False for own in record["topics"].values())
    picture = ElementTree.parse(out / "debias.svg")  # noqa: S314 - our own file
    lines = picture.iter("{http://www.w3.org/2000/svg}polyline")
    assert sum(1 for _ in lines) == 2 * sum(bool(own["rounds"]) for own in record["types"].values())


def test_a_debiased_build_is_not_debiased_again(debiased, tmp_path):
    ran = vsidata("debias", debiased[0], "--out", tmp_path / "twice")
    assert ran.returncode == 2
    assert "already debiased" in ran.stderr


def test_an_output_folder_with_other_files_is_not_touched(built, tmp_path):
    (tmp_path / "mine").write_text("mine")
    ran = vsidata("debias", built, "--out", tmp_path)
    assert ran.returncode == 2
    assert "already exists" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_too_few_rooms_are_refused(tmp_path):
    rooms = write_meta_info(tmp_path / "rooms.json", 4)
    assert vsidata("build", "--meta-info", rooms, "--out", tmp_path / "qa", "--workers", 1).returncode == 0
    ran = vsidata("debias", tmp_path / "qa", "--out", tmp_path / "less")
    assert ran.returncode == 2
    assert "are about 4 rooms" in ran.stderr
    assert not (tmp_path / "less").exists()


# --- writing


def some(folder):
    return {row["id"] for row in rows_of(folder) if int(row["id"], 16) % 3 == 0}


def written(build, out, kept):
    return write_subset(
        Build.open(build), kept, out, reason="a test", added={"more": 1}, beside={"note": b"!"}
    )


def test_a_damaged_build_leaves_nothing_half_written(built, tmp_path):
    broken = shutil.copytree(built, tmp_path / "broken")
    (broken / "scenes").rename(broken / "gone")
    with pytest.raises(VsiError, match="is missing"):
        written(broken, tmp_path / "less", some(built))
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


@pytest.mark.parametrize("table", ["qa", "scenes"])
def test_a_build_with_a_shard_that_was_written_again_is_refused(built, tmp_path, table):
    """The shard is replaced as a build does it: written under another name, then renamed."""
    source = shutil.copytree(built, tmp_path / "source")
    path = source / table / "train-00000-of-00001.parquet"
    pq.write_table(pq.read_table(path).slice(1), tmp_path / "new")
    (tmp_path / "new").replace(path)
    with pytest.raises(VsiError, match="bytes"):
        written(source, tmp_path / "less", some(built))
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_build_that_is_written_during_debias_is_refused(built, tmp_path, monkeypatch):
    """A build removes its manifest before it changes a shard."""
    source = shutil.copytree(built, tmp_path / "source")

    def card_of(manifest):
        (source / "manifest.json").unlink()
        return card(manifest)

    monkeypatch.setattr(subset, "card", card_of)
    with pytest.raises(VsiError, match="was written again while it was read"):
        written(source, tmp_path / "less", some(built))
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_pictures_inside_questions_belong_to_the_remaining_questions(tmp_path):
    write_scans(tmp_path, scenes=2, seed=0, frames=6, frame_size=(96, 72), vertices=20_000)
    ran = vsidata(
        *("build", "--scannet-root", tmp_path, "--out", tmp_path / "qa", "--workers", 1, "--no-visibility"),
        *("--frames", 2, "--frame-size", 64, "--embed", "--topics", "object_counting,object_size_estimation"),
    )
    assert ran.returncode == 0, ran.stderr
    kept = some(tmp_path / "qa")
    manifest = written(tmp_path / "qa", tmp_path / "less", kept)
    assert manifest.plain()["more"] == 1
    assert (tmp_path / "less" / "note").read_bytes() == b"!"
    assert not Build.open(tmp_path / "less").verify()
    before = [row for row in rows_of(tmp_path / "qa", "embedded") if row["id"] in kept]
    assert rows_of(tmp_path / "less", "embedded") == before
    assert len(before) == len(kept) > 0
    (shard,) = (tmp_path / "less" / "frames").glob("*.parquet")
    assert shard.samefile(tmp_path / "qa" / "frames" / shard.name)
