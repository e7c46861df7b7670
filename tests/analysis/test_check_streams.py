"""`vsidata check` finds in streams the faults for which a build skips a scan, and no others."""

import shutil

import pytest

from tests.dataset import small_scans, streams
from tests.sources.streams.sens_bytes import jpeg
from vsidata.analysis.check import check_scan, standards
from vsidata.pipeline.build import BuildOptions, build
from vsidata.sources.registry import open_source

FRAMES = 40


def cut_short(root, name):
    path = streams.write(root, name, streams.sens(FRAMES))
    path.write_bytes(path.read_bytes()[:-2000])


def cut_picture(frame):
    def put(root, name):
        stream = streams.sens(FRAMES)
        stream.frames[frame].jpeg = stream.frames[frame].jpeg[:-40]
        streams.write(root, name, stream)

    return put


def no_pose(root, name):
    streams.write(root, name, streams.sens(FRAMES, lost=tuple(range(FRAMES))))


def damaged_depth(frame):
    def put(root, name):
        stream = streams.sens(FRAMES)
        stream.frames[frame].depth = b"\0" * 40
        streams.write(root, name, stream)

    return put


def damaged_video(root, name):
    (root / "scans" / name / f"{name}.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 100)


def no_stream(_root, _name):
    """A scan without frames."""


def broken_link(root, name):
    (root / "scans" / name / f"{name}.sens").symlink_to("/nowhere/at/all")


def exported(change):
    def put(root, name):
        folder = root / "scans" / name
        for number in range(FRAMES):
            for part, content in (
                (f"color/{number}.jpg", jpeg(number)),
                (f"pose/{number}.txt", "\n".join(map(str, streams.pose(number).ravel())).encode()),
            ):
                path = folder / part
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
        change(folder)

    return put


def cut_in(file):
    def change(folder):
        (folder / file).write_bytes((folder / file).read_bytes()[:-40])

    return change


KINDS = {
    "sound stream": (lambda root, name: streams.write(root, name, streams.sens(FRAMES)), None),
    "stream cut short": (cut_short, "is cut short"),
    "stream of which the first picture is cut short": (cut_picture(0), "the picture of frame 0"),
    "stream of which the last picture is cut short": (cut_picture(FRAMES - 1), "the picture of frame 39"),
    "stream with a cut picture that is not picked": (cut_picture(1), None),
    "stream without a valid pose": (
        no_pose,
        "has no frame with a picture and a valid pose; frames in total: 40",
    ),
    "stream with a damaged depth that is looked at": (damaged_depth(0), "the depth of frame 0"),
    "stream with a damaged depth that is not": (damaged_depth(1), None),
    "damaged video": (damaged_video, "FFmpeg cannot open it"),
    "stream that is a broken link": (broken_link, "cannot be read|is missing|No such file"),
    "sound export": (exported(lambda _: None), None),
    "export of which a picture is cut short": (
        exported(cut_in("color/0.jpg")),
        "is a JPEG that is cut short",
    ),
    "export of which a pose is cut short": (exported(cut_in("pose/3.txt")), "needs 16 numbers"),
    "export without a valid pose": (
        exported(lambda folder: [path.unlink() for path in (folder / "pose").iterdir()]),
        "frames in total: 40",
    ),
    "export that is empty": (
        exported(lambda folder: shutil.rmtree(folder / "color") or (folder / "color").mkdir()),
        "contains no frames",
    ),
    "no stream": (no_stream, None),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """The findings of check about each scan, and those of a build."""
    folder = tmp_path_factory.mktemp("streams")
    root = small_scans.write(folder / "root", len(KINDS), edge=0.6)
    names = dict(zip(KINDS, open_source("scannet", [root]).names(), strict=True))
    for what, (put, _) in KINDS.items():
        put(root, names[what])
    source = open_source("scannet", [small_scans.mark(root)])
    against = standards(source)
    checked = {what: check_scan(source, name, against).fault for what, name in names.items()}
    topics = ("room_size_estimation", "obj_appearance_order")
    summary = build(BuildOptions(out=folder / "out", scannet_root=root, topics=topics, workers=1))
    failed = {failure["scene_name"]: failure for failure in summary.failures}
    return checked, {what: failed.get(name) for what, name in names.items()}


@pytest.mark.parametrize("what", KINDS)
def test_check_and_build_agree_on(verdicts, what):
    checked, built = (verdict[what] for verdict in verdicts)
    fault = KINDS[what][1]
    assert (checked is None) == (built is None) == (fault is None)
    if checked is not None:
        assert (checked.file, checked.fault, checked.remedy) == (
            built["file"],
            built["fault"],
            built["remedy"],
        )
        assert any(words in checked.fault for words in fault.split("|"))


def test_quick_check_reads_no_stream(tmp_path):
    root = small_scans.write(tmp_path, 1)
    cut_short(root, "scene0000_00")
    source = open_source("scannet", [root])
    assert check_scan(source, "scene0000_00", standards(source), quick=True).fault is None
