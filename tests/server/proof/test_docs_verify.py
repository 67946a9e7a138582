"""The commands people are given, in docs/verify.md and in every bundle's README.txt, run as they stand."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.proof import manifest as form
from tests.server.proof.conftest import Bundles, files_of

DOCS = Path(__file__).resolve().parents[3] / "docs" / "verify.md"
TOOLS = ("openssl", "sha256sum", "sed", "awk", "paste", "sh")

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason=f"needs {', '.join(TOOLS)} on this machine"
)


def unpack(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In a shell that stops at the first command that fails; its scratch files stay in the test's own folder."""
    scratch = folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    script = script.replace("/tmp/", f"{scratch}/")
    return subprocess.run(["sh", "-eu"], input=script, cwd=folder, capture_output=True, text=True, check=False)


def holds(done: subprocess.CompletedProcess[str], size: int = 63) -> bool:
    """Whether every step of the page said that it holds."""
    signs = ("every listed file is unchanged", "and there is no other", f"is in the ledger of {size} entries")
    signed = done.stdout.count("Signature Verified Successfully") == 3
    return done.returncode == 0 and signed and all(sign in done.stdout for sign in signs)


def from_docs() -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL))


def from_readme(files: dict[str, bytes]) -> str:
    text = files[form.README].decode()
    return "\n".join(line[4:] for line in text[text.index("    # 1\n") :].splitlines())


@pytest.mark.parametrize("name", ["accepted", "refused", "failed"])
def test_the_page_on_verifying_holds_command_by_command(bundles: Bundles, name: str, tmp_path: Path) -> None:
    done = run(from_docs(), unpack(files_of(bundles.raw[name]), tmp_path / "proof"))
    assert holds(done), done.stdout + done.stderr
    proof = bundles.day.proofs[name]
    assert done.stdout.count(f"{proof}\n") == 2, "the event's hash and the manifest's proof id are the same"


@pytest.mark.parametrize("name", ["accepted", "failed"])
def test_the_commands_in_a_bundles_readme_hold(bundles: Bundles, name: str, tmp_path: Path) -> None:
    files = files_of(bundles.raw[name])
    done = run(from_readme(files), unpack(files, tmp_path / "proof"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 2
    assert done.stdout.count("OK\n") == 2
    assert bundles.day.proofs[name] in done.stdout


@pytest.mark.parametrize(
    "pattern", [r"manifest\.json", r"entries/\d+\.dsse\.json", r"blobs/.*", "checkpoint", r"entries/\d+\.tlog-proof"]
)
def test_the_commands_on_the_page_notice_a_changed_byte(bundles: Bundles, pattern: str, tmp_path: Path) -> None:
    files = files_of(bundles.raw["refused"])
    name = next(name for name in sorted(files) if re.fullmatch(pattern, name))
    data = bytearray(files[name])
    data[len(data) // 2] ^= 1
    folder = unpack({**files, name: bytes(data)}, tmp_path / "proof")
    assert not holds(run(from_docs(), folder))


def test_the_readme_speaks_both_languages(bundles: Bundles) -> None:
    text = files_of(bundles.raw["accepted"])[form.README].decode()
    assert "本证据包可独立核验" in text
    assert "can be checked alone" in text
    assert form.fingerprint(bundles.day.ledger.signer.public_key()) in text
