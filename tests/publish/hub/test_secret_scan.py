"""The search for secrets in the files that are about to be published."""

import pytest

from vsidata.errors import VsiError
from vsidata.files.hub import secret_scan
from vsidata.files.hub.secret_scan import refuse_secrets, without_secrets

TOKEN = "hf_token_of_the_test"  # noqa: S105 - a made-up secret
OLDER = "hf_" + "aB3" * 12


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)


@pytest.mark.parametrize("secret", [TOKEN, OLDER, "one of the recipe"])
@pytest.mark.parametrize("before", [0, 1, 90, 99, 100, 195, 1000])
def test_a_secret_is_found_anywhere_in_a_file(tmp_path, monkeypatch, secret, before):
    monkeypatch.setattr(secret_scan, "_CHUNK", 100)
    content = b"\0" * before + secret.encode() + b"\xff" * 150
    (tmp_path / "a.bin").write_bytes(content)
    for given in (content, tmp_path / "a.bin"):
        with pytest.raises(VsiError, match=r"a\.bin: contains a secret of yours") as caught:
            refuse_secrets({"a.bin": given}, "one of the recipe")
        assert secret not in str(caught.value)


def test_a_secret_of_a_store_is_found_and_a_placeholder_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    with pytest.raises(VsiError):
        refuse_secrets({"a": b"...wJalrXUtnFEMI..."})
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    refuse_secrets({"a": b"a test of hf_short and of hf_ nothing", "b": b""})


def test_answers_of_a_server_are_shown_without_secrets():
    assert without_secrets(f"no {TOKEN}, no 12345678", "12345678") == "no …, no …"
