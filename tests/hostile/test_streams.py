"""A `.sens` with false headers is refused with a message, within limits of time and memory.

Builds refuse it too.
"""

import zlib

import numpy as np
import pytest

from tests.hostile.limits import within_limits
from tests.hostile.readers import by_name
from tests.sources.streams.sens_bytes import Frame, Sens, jpeg
from vsidata.errors import ScanError

HUGE = 2**32 - 1


def frames(**changed: object) -> list[Frame]:
    """Return three frames, the second of which is changed."""
    return [Frame(), Frame(**changed), Frame()]


def cut(stream: Sens, share: float) -> bytes:
    data = stream.bytes()
    return data[: int(share * len(data))]


REFUSED = {
    "nothing but a version": (Sens([Frame()]).bytes()[:4], "ends within its header"),
    "cut within its header": (Sens([Frame()]).header()[:-20], "ends within its header"),
    "cut within a frame": (cut(Sens(frames()), 0.5), "1 of its 3 frames:"),
    "cut before its last byte": (Sens(frames(), tail=b"").bytes()[:-1], "2 of its 3 frames:"),
    "no frames": (Sens([]).bytes(), "states 0 frames"),
    "more frames than there are": (
        Sens(frames(), tail=b"", count=4).bytes(),
        "3 of its 4 frames:",
    ),
    "frames without end": (Sens(frames(), count=2**64 - 1).bytes(), "states 18,446,744,073,709,551,615"),
    "a million empty frames": (Sens(frames(), count=2**20).bytes(), "of its 1,048,576 frames:"),
    "a name without end": (Sens(frames(), name_bytes=2**64 - 1).bytes(), "which is too long"),
    "pictures of 4 × 4 thousand million": (Sens(frames(), size=(HUGE, HUGE)).bytes(), "too large for a"),
    "depth of 4 × 4 thousand million": (
        Sens(frames(), depth_size=(HUGE, HUGE)).bytes(),
        "too large for a",
    ),
    "pictures of no size": (
        Sens(frames(), size=(0, 24)).bytes(),
        "does not state the size of the colour pictures",
    ),
    "a picture of 2^63 bytes": (Sens(frames(color_bytes=2**63)).bytes(), "1 of its 3 frames:"),
    "sizes that overflow": (
        Sens(frames(color_bytes=2**64 - 64, depth_bytes=64)).bytes(),
        "1 of its 3 frames:",
    ),
    "a picture of another size": (
        Sens(frames(jpeg=jpeg(9, 64, 48))).bytes(),
        "64 × 48 pixels in a stream of",
    ),
    "a picture that is cut short": (Sens(frames(jpeg=jpeg()[:-30])).bytes(), "cut short"),
    "no picture": (Sens(frames(jpeg=b"no picture at all")).bytes(), "is not a JPEG"),
    "depth that is cut short": (Sens(frames(depth=zlib.compress(b"abc"))).bytes(), "is cut short: 3 of 384"),
    "depth without end": (Sens(frames(depth=zlib.compress(bytes(10**7)))).bytes(), "inflates to more than"),
    "no depth of a metre": (Sens(frames(), depth_shift=float("nan")).bytes(), "nan units of depth per metre"),
    "raw pictures": (Sens(frames(), color_compression=0).bytes(), "only jpeg is read"),
    "a compression that is none": (Sens(frames(), depth_compression=-7).bytes(), "only zlib_ushort is read"),
}


@pytest.mark.parametrize(("data", "fault"), REFUSED.values(), ids=REFUSED)
def test_streams_with_false_headers_are_refused_with_a_message(tmp_path, data, fault):
    reader = by_name("sens")
    path = reader.put(tmp_path, data)
    with pytest.raises(ScanError, match=fault) as caught, within_limits(len(data)):
        reader.read(path)
    assert len(str(caught.value).splitlines()) == 2


def test_a_frame_with_a_pose_or_time_that_is_not_a_number_is_left_out(tmp_path):
    """Real streams have such frames when tracking was lost."""
    reader = by_name("sens")
    lost = frames(pose=np.full((4, 4), np.nan, dtype=np.float32), color_time=2**64 - 1)
    with within_limits(0):
        reader.read(reader.put(tmp_path, Sens(lost).bytes()))
