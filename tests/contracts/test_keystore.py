"""One suite for every keystore: the one in memory, used in tests, keeps what the one on the disk promises."""

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from driver_app.hardware.desktop.keystore import FileKeystore
from driver_app.hardware.ports import Keystore
from driver_app.hardware.virtual.device import MemoryKeystore
from shared import problems
from shared.errors import Refused
from shared.keys import verify


class KeystoreContract(ABC):
    @pytest.fixture
    @abstractmethod
    def keystore(self, tmp_path: Path) -> Keystore: ...

    def test_the_public_key_is_32_bytes_and_stays_the_same(self, keystore: Keystore) -> None:
        assert len(keystore.public_key()) == 32
        assert keystore.public_key() == keystore.public_key()

    def test_a_signature_holds_for_its_message_alone(self, keystore: Keystore) -> None:
        signature = keystore.sign(b"goods handed over")
        assert verify(keystore.public_key(), b"goods handed over", signature)
        assert not verify(keystore.public_key(), b"goods handed ower", signature)

    def test_signing_the_same_twice_gives_the_same(self, keystore: Keystore) -> None:
        """Ed25519 is deterministic (RFC 8032 5.1.6): a retry sends the same bytes."""
        assert keystore.sign(b"again") == keystore.sign(b"again")

    def test_the_private_key_has_no_door(self, keystore: Keystore) -> None:
        assert {name for name in dir(keystore) if not name.startswith("_")} == {"public_key", "sign"}


class TestMemoryKeystore(KeystoreContract):
    @pytest.fixture
    def keystore(self, tmp_path: Path) -> Keystore:
        return MemoryKeystore(bytes(range(32)))


class TestFileKeystore(KeystoreContract):
    @pytest.fixture
    def keystore(self, tmp_path: Path) -> Keystore:
        return FileKeystore(tmp_path / "device.key")

    def test_the_key_is_made_once(self, tmp_path: Path) -> None:
        path = tmp_path / "device.key"
        assert FileKeystore(path).public_key() == FileKeystore(path).public_key()

    def test_two_devices_have_two_keys(self, tmp_path: Path) -> None:
        assert FileKeystore(tmp_path / "a").public_key() != FileKeystore(tmp_path / "b").public_key()

    def test_the_file_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        FileKeystore(tmp_path / "device.key")
        assert (tmp_path / "device.key").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["device.key"]

    def test_a_file_that_others_can_read_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "device.key"
        FileKeystore(path)
        before = path.read_bytes()
        path.chmod(0o644)
        with pytest.raises(Refused, match="644") as refusal:
            FileKeystore(path)
        assert refusal.value.kind is problems.KEYSTORE
        assert path.read_bytes() == before

    def test_a_file_that_is_no_key_is_refused_and_not_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "device.key"
        path.write_bytes(b"short")
        path.chmod(0o600)
        with pytest.raises(Refused) as refusal:
            FileKeystore(path)
        assert refusal.value.kind is problems.KEYSTORE
        assert path.read_bytes() == b"short"

    def test_a_half_written_key_of_a_crash_is_not_taken_for_one(self, tmp_path: Path) -> None:
        (tmp_path / ".device.key.new").write_bytes(b"half")
        assert len(FileKeystore(tmp_path / "device.key").public_key()) == 32

    def test_a_place_that_cannot_be_written_or_read_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Refused):
            FileKeystore(tmp_path / "absent" / "device.key")
        folder = tmp_path / "folder"
        folder.mkdir(mode=0o700)
        with pytest.raises(Refused):
            FileKeystore(folder)
