"""Options are the same from a file, the command line and a notebook.

An error states the line of a wrong option.
"""

import re
from itertools import product
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from vsidata.commands.app import app
from vsidata.errors import OptionError, RulesError, VsiError
from vsidata.pipeline.build import build
from vsidata.pipeline.options import BuildOptions, read_options


def written(folder: Path, text: str) -> Path:
    path = folder / "build.yaml"
    path.write_text(text)
    return path


def test_file_and_command_line_give_the_same_options(tmp_path):
    config = written(
        tmp_path,
        "scannet-root: scans\nout: vsi100k\nholdout: 5%\ntopics: [object_counting, room_size_estimation]\n"
        "per-scene: {object_counting: 3}\nscenes: [scene00*, scene0700_00]\nallow-benchmark-scenes: true\n",
    )
    given = {
        "scannet-root": Path("scans"),
        "out": Path("vsi100k"),
        "holdout": "0.05",
        "topics": "object_counting,room_size_estimation",
        "per-scene": ["object_counting=3"],
        "scenes": "scene00*,scene0700_00",
        "allow-benchmark-scenes": True,
        "meta-info": None,
    }
    assert read_options(config, {}) == read_options(None, given)
    assert read_options(config, {}) == BuildOptions(
        scannet_root="scans",
        out="vsi100k",
        holdout=0.05,
        topics=("object_counting", "room_size_estimation"),
        per_scene={"object_counting": 3},
        scenes=("scene00*", "scene0700_00"),
        allow_benchmark_scenes=True,
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [("640x480", (640, 480)), ("640", 640), (640, 640), ([640, 480], (640, 480)), (None, None)],
)
def test_size_of_the_frames_is_two_sides_or_the_longer_side(text, size):
    assert BuildOptions(out="here", frame_size=text).frame_size == size


@pytest.mark.parametrize("text", ["640x", "axb", "0", "9000", "640x480x3", "640 480", True, [640, None]])
def test_invalid_size_of_the_frames_is_refused_and_the_error_states_the_valid_forms(text):
    with pytest.raises(OptionError) as caught:
        read_options(None, {"out": Path("here"), "frame-size": text})
    assert caught.value.fault == (
        f"`frame-size` is {text!r}: write width and height (640x480) or only the longer side (640), "
        "each from 16 to 8,192 pixels."
    )


def test_command_line_has_priority_over_the_file(tmp_path):
    config = written(tmp_path, "scannet-root: scans\nout: here\nseed: 1\n")
    options = read_options(config, {"seed": 2, "out": None})
    assert (options.seed, options.out) == (2, Path("here"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("out: here\nscannet-root: scans\nseeds: 1\n", "line 3: unknown key `seeds`"),
        ("out: here\nscannet-root: scans\nseed: many\n", "line 3: `seed` is 'many'"),
        ("out: here\nseed: 1\nout: there\n", "line 3: the key `out` already occurs in line 1"),
        ("out: here\nscannet-root: scans\nholdout: 120%\n", "line 3: `holdout` is"),
        ("out: here\nscannet-root: scans\nholdout: half\n", "line 3: `holdout` is 'half'"),
        ("out: here\nscannet-root: scans\nworkers: 0\n", "line 3: `workers` is 0"),
        ("out: here\nscannet-root: scans\nframes: -1\n", "line 3: `frames` is -1"),
        ("out: here\nscannet-root: scans\nframe-size: 640x\n", "line 3: `frame-size"),
        ("out: here\nscannet-root: scans\nframe-size: 1\n", "line 3: `frame-size"),
        ("out: here\nscannet-root: scans\nframe-quality: 101\n", "line 3: `frame-quality` is 101"),
        ("out: here\nscannet-root: scans\nsplit: dev\n", "line 3: `split` is 'dev'"),
        ("out: here\nscannet-root: scans\nper-scene:\n  object_counting: -1\n", "line 4"),
        ("out: here\nscannet-root: scans\nper-scene: [object_counting]\n", "line 3"),
    ],
)
def test_error_states_the_line_of_a_wrong_option_in_a_file(tmp_path, text, fault):
    config = written(tmp_path, text)
    with pytest.raises(VsiError) as caught:
        read_options(config, {})
    assert caught.value.file == str(config)
    assert fault in caught.value.fault
    assert caught.value.remedy


OPTIONS = ("topics", "scenes", "per-scene", "slurm", "meta-info", "forbid")
WRONG_VALUES = ("3", "1.5", "true", "2020-01-01", ".nan", "[[a]]", "[1]", "[null]", "[{a: 1}]", "{a: [1]}")


@pytest.mark.parametrize(
    ("name", "value"), [pair for pair in product(OPTIONS, WRONG_VALUES) if pair != ("scenes", "3")]
)
def test_error_states_the_line_of_a_value_of_the_wrong_type_in_a_file(tmp_path, name, value):
    config = written(tmp_path, f"out: here\nscannet-root: scans\n{name}: {value}\n")
    with pytest.raises(RulesError, match="line 3: ") as caught:
        read_options(config, {})
    assert name in caught.value.fault
    assert len(caught.value.remedy) > 5


def test_number_of_scenes_in_a_file_is_the_same_as_on_the_command_line(tmp_path):
    config = written(tmp_path, "out: here\nscannet-root: scans\nscenes: 2\n")
    typed = read_options(None, {"out": Path("here"), "scannet-root": Path("scans"), "scenes": "2"})
    assert read_options(config, {}) == typed


def test_a_single_value_in_a_file_becomes_a_list(tmp_path):
    config = written(
        tmp_path, "out: here\nmeta-info: a.json\nforbid: b.csv\nslurm: partition=cpu\nper-scene: a=2\n"
    )
    options = read_options(config, {})
    assert (options.meta_info, options.forbid) == ((Path("a.json"),), (Path("b.csv"),))
    assert (options.slurm, options.per_scene) == ({"partition": "cpu"}, {"a": 2})


def test_error_of_a_wrong_option_on_the_command_line_does_not_name_the_file(tmp_path):
    config = written(tmp_path, "out: here\nscannet-root: scans\nseed: 1\n")
    with pytest.raises(VsiError) as caught:
        read_options(config, {"seed": "many"})
    assert caught.value.file == "vsidata build"
    assert caught.value.fault.startswith("`seed` is 'many'")


def test_build_needs_a_folder_to_write_to():
    with pytest.raises(OptionError, match="needs an output folder"):
        read_options(None, {"scannet-root": "scans"})


@pytest.mark.parametrize("given", [{}, {"scannet_root": "scans", "meta_info": ("a.json",)}])
def test_build_reads_scans_from_one_source(tmp_path, given):
    with pytest.raises(OptionError, match="exactly one source of scans") as caught:
        build(BuildOptions(out=tmp_path, **given))
    assert "--scannet-root, --meta-info and --source" in caught.value.remedy


def test_recipes_and_the_examples_in_the_readme_write_to_different_folders():
    project = Path(__file__).parents[2]
    recipes = sorted((project / "recipes").rglob("*.yaml"))
    folders = [found[1] for path in recipes if (found := re.search(r"^out: *(\S+)", path.read_text(), re.M))]
    examples = re.findall(r"vsidata build .*--out (\S+)", (project / "README.md").read_text())
    assert len(folders) == len(set(folders)) == 6
    assert "vsi100k" in examples
    assert not set(folders) & set(examples)


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64])
def test_seed_that_a_manifest_cannot_hold_is_refused(seed):
    with pytest.raises(OptionError, match="`seed` is"):
        read_options(None, {"out": "x", "seed": seed})


def test_largest_seed_is_read_back_from_a_manifest():
    options = read_options(None, {"out": "x", "seed": 2**63 - 1})
    assert orjson.loads(orjson.dumps({"seed": options.seed})) == {"seed": 2**63 - 1}


@pytest.mark.parametrize(
    "words", ["build --out x", "sample x", "audit x", "debias x --out y", "synth x", "inspect scene0000_00"]
)
@pytest.mark.parametrize("seed", ["-1", "18446744073709551616", "9" * 5000])
def test_every_command_refuses_a_seed_out_of_range(words, seed):
    ran = CliRunner().invoke(app, [*words.split(), "--seed", seed])
    assert ran.exit_code == 2
    assert isinstance(ran.exception, SystemExit)
    assert "--seed" in ran.output
