"""A small copy of VSI-Bench in each form of its files: three videos of two datasets, and questions."""

import json
import zipfile

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SHADES = {("scannet", "scene0000_00"): 40, ("scannet", "scene0001_00"): 100, ("arkitscenes", "41069025"): 160}
"""How light each video begins; it gets lighter by 4 with each frame."""


def question(number, scene, **more):
    dataset, name = scene
    row = {
        "id": number,
        "dataset": dataset,
        "scene_name": name,
        "question_type": "object_counting",
        "question": "How many chair(s) are in this room?",
        "ground_truth": "2",
        "options": None,
    }
    return row | more


QUESTIONS = [question(number, scene) for number, scene in enumerate([*SHADES, *SHADES])]


def video(path, shade, frames=21):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20, (64, 48))
    for place in range(frames):
        writer.write(np.full((48, 64, 3), shade + 4 * place, np.uint8))
    writer.release()


def write(folder, *, form="jsonl", zipped=False, questions=QUESTIONS):
    """A copy of the benchmark."""
    for (dataset, name), shade in SHADES.items():
        video(folder / dataset / f"{name}.mp4", shade)
    if zipped:
        for dataset in ("scannet", "arkitscenes"):
            with zipfile.ZipFile(folder / f"{dataset}.zip", "w") as archive:
                for path in sorted((folder / dataset).iterdir()):
                    archive.write(path, f"{dataset}/{path.name}")
                    path.unlink()
            (folder / dataset).rmdir()
    if form == "jsonl":
        (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions))
    else:
        pq.write_table(pa.Table.from_pylist(questions), folder / "test-00000-of-00001.parquet")
    return folder
