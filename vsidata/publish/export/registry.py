"""The formats by name. To add a format, add one file and one line here."""

from collections.abc import Mapping

from vsidata.publish.export.easyr1 import EASYR1
from vsidata.publish.export.export_format import ExportFormat
from vsidata.publish.export.llama_factory import LLAMA_FACTORY
from vsidata.publish.export.ms_swift import MS_SWIFT
from vsidata.publish.export.video_r1 import VIDEO_R1

FORMS: Mapping[str, ExportFormat] = {
    "ms-swift": MS_SWIFT,
    "llama-factory": LLAMA_FACTORY,
    "easyr1": EASYR1,
    "video-r1": VIDEO_R1,
}
