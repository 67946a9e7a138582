"""One suite for every keystore: the one in memory, used in tests, keeps what the one on the disk promises."""

from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from driver_app.hardware.android.keystore import AndroidKeystore, kept_in
from driver_app.hardware.desktop.keystore import FileKeystore
from driver_app.hardware.ports import Kept, Keystore
from driver_app.hardware.virtual.device import MemoryKeystore
from shared import problems
from shared.errors import Refused
from shared.keys import verify
from tests.driver_app.hardware_android.apis import APIS
from tests.driver_app.hardware_android.fake_java import JavaThrew
from tests.driver_app.hardware_android.keystores import Chip, with_keystore


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


class AndroidContract(KeystoreContract):
    """What both ways of Android keep."""

    API: int
    KEPT: Kept

    @staticmethod
    def chip() -> Chip:
        return Chip()

    @pytest.fixture
    def keystore(self, tmp_path: Path) -> AndroidKeystore:
        return AndroidKeystore(with_keystore(self.API, self.chip()), tmp_path / "device.wrapped")

    def test_it_says_where_the_key_is(self, keystore: AndroidKeystore) -> None:
        assert kept_in(keystore) is self.KEPT

    def test_the_key_outlives_the_process_and_an_update_of_android(self, tmp_path: Path) -> None:
        chip, path = self.chip(), tmp_path / "device.wrapped"
        first = AndroidKeystore(with_keystore(self.API, chip), path)
        for api in (self.API, 35):
            again = AndroidKeystore(with_keystore(api, chip), path)
            assert again.public_key() == first.public_key()
            assert kept_in(again) is self.KEPT
            assert verify(first.public_key(), b"m", again.sign(b"m"))

    def test_two_devices_have_two_keys(self, tmp_path: Path) -> None:
        keys = {
            AndroidKeystore(with_keystore(self.API, self.chip()), tmp_path / name).public_key() for name in ("a", "b")
        }
        assert len(keys) == 2


class TestHardwareKeystore(AndroidContract):
    API, KEPT = 33, Kept.HARDWARE

    def test_nothing_of_the_key_is_on_the_disk(self, tmp_path: Path) -> None:
        AndroidKeystore(with_keystore(33, Chip()), tmp_path / "device.wrapped")
        assert list(tmp_path.iterdir()) == []

    def test_a_keystore_that_stops_answering_is_refused(self, tmp_path: Path) -> None:
        java = with_keystore(33, Chip())
        keystore = AndroidKeystore(java, tmp_path / "device.wrapped")

        def locked(*_: object) -> None:
            raise JavaThrew("KeyStoreException: locked")

        java.on("java.security.Signature.initSign", locked)
        with pytest.raises(Refused, match="locked") as refusal:
            keystore.sign(b"m")
        assert refusal.value.kind is problems.KEYSTORE


class TestWrappedKeystore(AndroidContract):
    API, KEPT = 30, Kept.WRAPPED

    def test_what_is_on_the_disk_is_not_the_key(self, tmp_path: Path) -> None:
        path = tmp_path / "device.wrapped"
        AndroidKeystore(with_keystore(30, Chip()), path)
        assert [file.name for file in tmp_path.iterdir()] == ["device.wrapped"]
        assert path.stat().st_size == 12 + 32 + 16

    def test_a_file_from_another_device_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "device.wrapped"
        AndroidKeystore(with_keystore(30, Chip()), path)
        before = path.read_bytes()
        for chip in (Chip(), Chip(wrapping={"handover-device-wrap": bytes(32)})):
            with pytest.raises(Refused) as refusal:
                AndroidKeystore(with_keystore(30, chip), path)
            assert refusal.value.kind is problems.KEYSTORE
        assert path.read_bytes() == before

    def test_a_file_that_was_changed_is_refused(self, tmp_path: Path) -> None:
        path, chip = tmp_path / "device.wrapped", Chip()
        AndroidKeystore(with_keystore(30, chip), path)
        sealed = bytearray(path.read_bytes())
        sealed[20] ^= 1
        path.write_bytes(sealed)
        with pytest.raises(Refused, match="AEADBadTag"):
            AndroidKeystore(with_keystore(30, chip), path)


@pytest.mark.parametrize("chip", [Chip(curve25519=False), Chip(honest=False)])
def test_an_older_keystore_under_a_newer_android_wraps_and_leaves_nothing_half_made(tmp_path: Path, chip: Chip) -> None:
    keystore = AndroidKeystore(with_keystore(34, chip), tmp_path / "device.wrapped")
    assert kept_in(keystore) is Kept.WRAPPED
    assert chip.signing == {}
    assert verify(keystore.public_key(), b"m", keystore.sign(b"m"))


@pytest.mark.parametrize("api", APIS)
def test_every_android_gets_a_key_that_signs(tmp_path: Path, api: int) -> None:
    keystore = AndroidKeystore(with_keystore(api, Chip()), tmp_path / "device.wrapped")
    assert kept_in(keystore) is (Kept.HARDWARE if api >= 33 else Kept.WRAPPED)
    assert verify(keystore.public_key(), b"m", keystore.sign(b"m"))


def test_a_keystore_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    java = with_keystore(33, Chip())

    def broken(*_: object) -> None:
        raise JavaThrew("KeyStoreException")

    java.on("java.security.KeyStore.getInstance", broken)
    with pytest.raises(Refused) as refusal:
        AndroidKeystore(java, tmp_path / "device.wrapped")
    assert refusal.value.kind is problems.KEYSTORE


def test_a_cipher_that_draws_no_proper_nonce_is_not_trusted_with_a_key(tmp_path: Path) -> None:
    java = with_keystore(30, Chip())
    java.on("javax.crypto.Cipher.getIV", lambda _: b"short")
    with pytest.raises(Refused, match="GCM"):
        AndroidKeystore(java, tmp_path / "device.wrapped")
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_of_another_curve_is_refused(tmp_path: Path) -> None:
    chip = Chip()
    AndroidKeystore(with_keystore(33, chip), tmp_path / "device.wrapped")
    java = with_keystore(33, chip)
    java.on("java.security.Key.getEncoded", lambda _: bytes(91))
    with pytest.raises(Refused) as refusal:
        AndroidKeystore(java, tmp_path / "device.wrapped")
    assert refusal.value.kind is problems.KEYSTORE
