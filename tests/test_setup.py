"""`scripts/install.py` installs the same packages with uv and with pip, from the sources set for pip."""

import ensurepip
import functools
import http.server
import os
import shutil
import ssl
import subprocess
import sys
import sysconfig
import threading
import zipfile
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "install.py"


def wheel_of_pip():
    """Return the wheel of pip that is part of Python. Debian has it in another folder."""
    folders = [Path(ensurepip.__file__).parent / "_bundled", sysconfig.get_config_var("WHEEL_PKG_DIR")]
    return next(wheel for folder in folders if folder for wheel in Path(folder).glob("pip-*.whl"))


def write_wheel(folder, name, version):
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"version = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module", params=["uv", "pip"])
def environment(request, tmp_path_factory):
    """Make a virtual environment in which uv is installed, or cannot be installed."""
    folder = tmp_path_factory.mktemp(request.param) / ".venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    if request.param == "uv":
        try:
            real = distribution("uv")
        except PackageNotFoundError:
            pytest.skip("uv is not installed")
        packages = next(folder.glob("lib/python*/site-packages"))
        for name in ("uv", real._path.name):
            (packages / name).symlink_to(real.locate_file(name))
        (folder / "bin" / "uv").symlink_to(shutil.which("uv", path=str(Path(sys.executable).parent)))
    folder.joinpath("installer").write_text(request.param)
    return folder


def install(environment, settings, *names):
    """Run the script as if pip had only this configuration."""
    shutil.rmtree(environment / "thing", ignore_errors=True)
    config = environment / "pip.conf"
    config.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PIP_", "UV_", "SSL_", "REQUESTS_", "CURL_"))
    }
    own = {"PIP_CONFIG_FILE": str(config), "HOME": str(environment), "XDG_CONFIG_DIRS": str(environment)}
    command = [environment / "bin" / "python", SCRIPT, *names]
    return subprocess.run(command, env=kept | own, capture_output=True, text=True, check=False)


def installed(environment, name):
    (info,) = environment.glob(f"lib/python*/site-packages/{name}-*.dist-info")
    return info.name.split("-")[1].removesuffix(".dist"), (info / "INSTALLER").read_text().strip()


def test_folders_and_constraints_of_pip_are_used(environment, tmp_path):
    for version in ("1.0", "2.0"):
        write_wheel(tmp_path / "wheels", "thing", version)
    (tmp_path / "constraints.txt").write_text("thing<2\n")
    shutil.copy(wheel_of_pip(), tmp_path / "wheels")
    settings = {
        "no-index": "true",
        "find-links": tmp_path / "wheels",
        "constraint": tmp_path / "constraints.txt",
    }
    ran = install(environment, settings, "thing")
    assert ran.returncode == 0, ran.stderr
    assert installed(environment, "thing") == ("1.0", (environment / "installer").read_text())
    assert ("uv cannot be installed" in ran.stdout) == ((environment / "installer").read_text() == "pip")
    assert "cannot be upgraded" not in ran.stdout


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def index(root, context=None):
    """Serve the wheels of a folder as a package index on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=root))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_address[1]}/simple"
    server.shutdown()
    server.server_close()


def test_all_indexes_of_pip_have_the_same_rank(environment, tmp_path):
    for number, version in enumerate(("1.0", "2.0")):
        write_wheel(tmp_path / str(number) / "simple" / "several", "several", version)
    with index(tmp_path / "0") as first, index(tmp_path / "1") as second:
        settings = {"index-url": first, "extra-index-url": second, "retries": 0, "timeout": 20}
        ran = install(environment, settings, "several")
    assert ran.returncode == 0, ran.stderr
    assert installed(environment, "several") == ("2.0", (environment / "installer").read_text())


def test_the_certificate_of_pip_is_accepted(environment, tmp_path):
    write_wheel(tmp_path / "simple" / "secure", "secure", "1.0")
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    authority = ["-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.pem"]
    server = [
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-subj",
        "/CN=127.0.0.1",
        "-keyout",
        "key.pem",
    ]
    server += ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:false"]
    for names in (authority, [*server, "-out", "cert.pem"]):
        subprocess.run([*new, *names], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with index(tmp_path, context) as place:
        settings = {"index-url": place, "retries": 0, "timeout": 20}
        assert install(environment, settings, "secure").returncode != 0
        ran = install(environment, settings | {"cert": tmp_path / "authority.pem"}, "secure")
    assert ran.returncode == 0, ran.stderr
    assert installed(environment, "secure") == ("1.0", (environment / "installer").read_text())


def test_a_failed_installation_fails_the_set_up(environment):
    ran = install(environment, {"no-index": "true"}, "there-is-no-such-package")
    assert ran.returncode != 0
    assert "there-is-no-such-package" in ran.stderr


def test_pip_installs_if_it_has_a_setting_that_uv_lacks(environment, tmp_path):
    write_wheel(tmp_path, "other", "1.0")
    ran = install(
        environment, {"no-index": "true", "find-links": tmp_path, "use-feature": "fast-deps"}, "other"
    )
    assert ran.returncode == 0, ran.stderr
    assert installed(environment, "other") == ("1.0", "pip")
    assert "use-feature" in ran.stdout
