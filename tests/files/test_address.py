"""The value of --out: a folder, or an address and the folder in which its build is made."""

from pathlib import Path

import pytest

from vsidata.errors import OptionError
from vsidata.pipeline.options import BuildOptions, read_options


@pytest.mark.parametrize("out", ["vsi100k", "/data/vsi100k", "../s3", "a/s3:/b", "./s3://bucket/path"])
def test_paths_are_folders(out):
    options = read_options(None, {"out": out})
    assert (options.out, options.address) == (Path(out), None)


@pytest.mark.parametrize(
    "out",
    ["s3://bucket/path", "gs://my-bucket.x/a/b_c", "hf://datasets/lab/rooms", "hf://datasets/lab/rooms@v2"],
)
def test_address_gets_a_build_folder_of_its_own(out):
    options, other = (read_options(None, {"out": text}) for text in (out, f"{out}2"))
    assert options.address == out
    assert options.out.parent == Path("vsidata-work")
    assert options.out != other.out
    assert options == read_options(None, {"out": Path(out)}) == read_options(None, {"out": f"{out}/"})
    assert read_options(None, {"out": out, "work": Path("here")}).out == Path("here")


def test_config_file_may_name_an_address(tmp_path):
    config = tmp_path / "build.yaml"
    config.write_text("out: s3://bucket/path\nwork: here\n")
    options = read_options(config, {})
    assert (options.address, options.out) == ("s3://bucket/path", Path("here"))


def test_options_that_a_job_reads_again_are_the_same(tmp_path):
    options = BuildOptions.model_validate({"out": "s3://bucket/path", "work": tmp_path / "here"})
    again = tmp_path / "options.json"
    again.write_text(options.model_dump_json(by_alias=True, exclude_defaults=True))
    assert read_options(again, {}) == options


@pytest.mark.parametrize(
    "out",
    [
        "s3://bucket",
        "s3://KEY:hunter2@bucket/path",
        "s3://bucket/path?secret=hunter2",
        "s3://bucket/path/../hunter2",
        "s3://bucket/*/hunter2",
        "hf://lab/rooms",
        "hf://datasets/hunter2",
        "https://hunter2@host/path",
        "S3://hunter2/path",
    ],
)
def test_other_addresses_are_refused_without_printing_them(out):
    with pytest.raises(OptionError) as caught:
        read_options(None, {"out": out})
    assert "hunter2" not in str(caught.value)
    assert "s3://BUCKET/PATH" in caught.value.remedy
    with pytest.raises(OptionError):
        BuildOptions(out=Path("here"), address=out)


def test_work_folder_without_an_address_is_refused():
    with pytest.raises(OptionError, match="--work: is only for a build that is written to an address"):
        read_options(None, {"out": "here", "work": Path("there")})
