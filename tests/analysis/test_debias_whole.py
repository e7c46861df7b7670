"""Larger builds with default options, made and debiased by the commands. Each takes minutes."""

import json

import pytest

from tests.analysis.command import vsidata


def debiased(folder, source):
    """Build, debias and check. Return the record of debias, and an audit with another seed."""
    for command in (
        ("build", *source, "--frames", 0, "--out", folder / "qa", "--workers", 1),
        ("debias", folder / "qa", "--out", folder / "less"),
        ("verify", folder / "less"),
    ):
        ran = vsidata(*command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    record = json.loads((folder / "less" / "debias.json").read_text())
    return record, json.loads(vsidata("audit", folder / "less", "--json", "--seed", 12345).stdout)


def check(record, audit):
    asked, kept = record["questions"]
    assert kept >= asked / 2
    assert audit["questions"] == kept
    for topic, own in record["topics"].items():
        assert own["reached"], topic
        assert audit["scores"]["topics"][topic]["gain"]["score"] <= 0.05, topic
    assert all(letters["p"] > 1e-4 for letters in audit["letters"].values())
    # The remaining size questions are not only those with unusual sizes.
    assert record["types"]["object_size_estimation"]["outside_5_to_95"][1] < 0.35


@pytest.mark.soak
def test_a_default_build_of_real_rooms_is_debiased_to_the_target(vsibench, tmp_path):
    files = [vsibench / f"{part}_meta_info_val.json" for part in ("scannetpp", "arkitscenes")]
    rooms = [option for file in files for option in ("--meta-info", file)]
    check(*debiased(tmp_path, (*rooms, "--split", "val", "--allow-benchmark-scenes")))


@pytest.mark.soak
def test_a_default_build_of_synthetic_rooms_is_debiased_to_the_target(tmp_path):
    ran = vsidata("synth", tmp_path / "rooms", "--scenes", 100, "--workers", 2)
    assert ran.returncode == 0, ran.stderr
    check(*debiased(tmp_path, ("--scannet-root", tmp_path / "rooms")))
