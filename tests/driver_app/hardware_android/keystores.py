"""Android's keystore as it behaves: keys under names that outlive the process, made by real algorithms."""

import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.driver_app.hardware_android.fake_java import FakeJava, FakeObject, JavaThrew

SPKI = bytes.fromhex("302a300506032b6570032100")


@dataclass
class Chip:
    """What survives the process: the keys in the keystore. ``curve25519``: whether it can make Ed25519 keys; ``honest``:
    whether what it then signs holds."""

    curve25519: bool = True
    honest: bool = True
    signing: dict[str, Ed25519PrivateKey] = field(default_factory=dict)
    wrapping: dict[str, bytes] = field(default_factory=dict)


def with_keystore(api: int, chip: Chip) -> FakeJava:
    """Java on a device with this chip; a new one is a new process."""
    java = FakeJava(api)
    store, cipher = "java.security.KeyStore", "javax.crypto.Cipher"
    java.on("java.security.KeyStore.getInstance", lambda _, name: java.make(store, provider=name))
    java.on(f"{store}.containsAlias", lambda _, alias: alias in chip.signing or alias in chip.wrapping)
    java.on(f"{store}.deleteEntry", lambda _, alias: chip.signing.pop(alias) and None)
    java.on(f"{store}.getKey", lambda _, alias, __: java.make("java.security.Key", alias=alias))
    java.on(f"{store}.getCertificate", lambda _, alias: java.make("java.security.cert.Certificate", alias=alias))
    java.on(
        "java.security.cert.Certificate.getPublicKey",
        lambda self: java.make("java.security.PublicKey", alias=self.state["alias"]),
    )
    java.on(
        "java.security.Key.getEncoded",
        lambda self: SPKI + chip.signing[self.state["alias"]].public_key().public_bytes_raw(),
    )
    _signing(java, chip)
    _wrapping(java, chip, cipher)
    return java


def _signing(java: FakeJava, chip: Chip) -> None:
    def begin(self: FakeObject, _: Any) -> None:
        self.state["alias"] = java.called("android.security.keystore.KeyGenParameterSpec$Builder.new")[-1][0]

    def generate(self: FakeObject) -> FakeObject:
        if not chip.curve25519:
            raise JavaThrew("InvalidAlgorithmParameterException: unsupported curve")
        chip.signing[self.state["alias"]] = Ed25519PrivateKey.generate()
        return java.make("java.security.KeyPair")

    def sign(self: FakeObject) -> bytes:
        signature = chip.signing[self.state["alias"]].sign(self.state["data"])
        return signature if chip.honest else bytes(64)

    java.on("java.security.KeyPairGenerator.initialize", begin)
    java.on("java.security.KeyPairGenerator.generateKeyPair", generate)
    java.on("java.security.Signature.initSign", lambda self, key: self.state.update(alias=key.state["alias"]))
    java.on("java.security.Signature.update", lambda self, data: self.state.update(data=data))
    java.on("java.security.Signature.sign", sign)


def _wrapping(java: FakeJava, chip: Chip, cipher: str) -> None:
    def generate(self: FakeObject) -> FakeObject:
        alias = java.called("android.security.keystore.KeyGenParameterSpec$Builder.new")[-1][0]
        chip.wrapping[alias] = os.urandom(32)
        return java.make("javax.crypto.SecretKey")

    def begin(self: FakeObject, mode: int, key: FakeObject, spec: FakeObject | None = None) -> None:
        nonce = os.urandom(12) if spec is None else spec.arguments[1]
        self.state.update(mode=mode, key=chip.wrapping[key.state["alias"]], nonce=nonce)

    def finish(self: FakeObject, data: bytes) -> bytes:
        algorithm = AESGCM(self.state["key"])
        if self.state["mode"] == 1:
            return algorithm.encrypt(self.state["nonce"], data, None)
        try:
            return algorithm.decrypt(self.state["nonce"], data, None)
        except InvalidTag as error:
            raise JavaThrew("AEADBadTagException") from error

    java.on("javax.crypto.KeyGenerator.generateKey", generate)
    java.on(f"{cipher}.init", begin)
    java.on(f"{cipher}.doFinal", finish)
    java.on(f"{cipher}.getIV", lambda self: self.state["nonce"])
