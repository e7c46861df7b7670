"""The wheel and the source archive contain exactly the files of the packages, and work outside the checkout.

`make dist` runs all these tests. `make test` leaves out the installation, which is marked `soak`.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

import vsidata

ROOT = Path(__file__).parents[1]
PACKAGES = ("vsidata", "vsitrain")
TEXTS = (
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "pyproject.toml",
)
STRAY = (
    ".venv/lib/python3.11/site-packages/thing.py",
    "build/lib/vsidata/old.py",
    "demo/vsi100k/README.md",
    "docs/curves.png",
    "notebooks/notebook.ipynb",
    "tests/test_thing.py",
    "vsidata/__pycache__/thing.cpython-311.pyc",
)


@dataclass(frozen=True)
class Distribution:
    wheel: Path
    archive: Path


def files(*folders):
    """Return the content of every file in the folders, by its path in the checkout, except compiled files."""
    found = (file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file())
    return {
        str(file.relative_to(ROOT)): file.read_bytes() for file in found if "__pycache__" not in file.parts
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Both archives. They are built from a copy of the project with files of other programs in it."""
    folder = tmp_path_factory.mktemp("distribution")
    tree = folder / "tree"
    for name, content in files(*PACKAGES, "recipes").items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
    for name in TEXTS:
        shutil.copy(ROOT / name, tree)
    for name in STRAY:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("stray")
    # setuptools includes the files that an earlier build listed, if they exist.
    (tree / "vsi100k.egg-info").mkdir()
    (tree / "vsi100k.egg-info" / "SOURCES.txt").write_text("\n".join(STRAY))
    # The wheel is built from the source archive. Without isolation, nothing is downloaded.
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", tree]
    ran = subprocess.run(build, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    (archive,) = (folder / "dist").glob("*.tar.gz")
    return Distribution(wheel, archive)


def test_the_wheel_has_the_packages_and_nothing_else(built):
    with zipfile.ZipFile(built.wheel) as wheel:
        held = {name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name}
        about = {name.partition("/")[2] for name in wheel.namelist() if ".dist-info/" in name}
    assert held == files(*PACKAGES)
    assert about == {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt"}


def test_the_source_archive_has_packages_recipes_and_texts(built):
    with tarfile.open(built.archive) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    made = {name for name in names if name.startswith("vsi100k.egg-info/")} | {"PKG-INFO", "setup.cfg"}
    assert names - made == {*files(*PACKAGES, "recipes"), *TEXTS}


def test_both_archives_state_the_version(built):
    assert built.wheel.name == f"vsi100k-{vsidata.__version__}-py3-none-any.whl"
    assert built.archive.name == f"vsi100k-{vsidata.__version__}.tar.gz"


def test_the_package_index_would_accept_both_archives(built):
    check = [sys.executable, "-m", "twine", "check", "--strict", built.wheel, built.archive]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A new environment with the wheel. The packages that it needs come from this environment."""
    environment = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    # A folder that a .pth file lists comes last in the search path. The .pth files in that folder, such as
    # that of an editable installation, have no effect.
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"))
    pip = [environment / "bin" / "python", "-m", "pip", "install", "--no-deps", "--no-index", built.wheel]
    subprocess.run(pip, check=True, capture_output=True)
    return environment


@pytest.mark.soak
def test_the_wheel_works_in_a_clean_environment(installed, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(program, *arguments):
        command = [installed / "bin" / program, *arguments]
        ran = subprocess.run(command, cwd=tmp_path, env=kept, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    imported = run(
        "python", "-c", "import sys, vsidata, vsitrain; print(vsidata.__file__, vsitrain.__file__, *sys.path)"
    )
    module, other, *path = imported.split()
    assert all(Path(file).is_relative_to(installed) for file in (module, other))
    assert not any(Path(folder) == ROOT for folder in path)

    for program in PACKAGES:
        assert run(program, "--version").split() == [program, vsidata.__version__]
    run("vsidata", "synth", "scans", "--scenes", "2", "--seed", "3", "--frames", "8")
    run("vsidata", "build", "--scannet-root", "scans", "--out", "qa")
    run("vsidata", "report", "qa")
    run("vsitrain", "tiny", "model")
    for made in ("qa/manifest.json", "qa/README.md", "qa/report/index.html", "model/chat_template.jinja"):
        assert (tmp_path / made).stat().st_size
