"""The device's Ed25519 key, in Android's keystore.

Two ways, and the key says which (:func:`kept_in`), because evidence is worth what the weaker of the two gives:

``hardware``
    Made inside the keystore (KeyMint 2, Android 13 and newer) and never outside it. Signing happens there.
``wrapped``
    Made in this process and kept in a file, encrypted with AES-256-GCM under a key that is made inside the keystore and never
    outside it. The Ed25519 key is in this process's memory while the app runs: a copy of the file is worthless elsewhere, a
    rooted handheld is not safe. For Android 8 to 12, and for devices that came with an older keystore than their Android.

What was chosen once stays: a handheld does not change its key because its Android was updated.

Sources: developer.android.com, "Android Keystore system", ``KeyGenParameterSpec``; RFC 8410 (the encoding of Ed25519 public
keys); NIST SP 800-38D (GCM: a nonce of 12 bytes, never used twice with one key: here the keystore draws it).
"""

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from driver_app.hardware.android.java import Java, octets
from driver_app.hardware.ports import Kept
from shared import problems
from shared.errors import Refused
from shared.keys import KeySigner, verify

PROVIDER = "AndroidKeyStore"
SIGNING_ALIAS = "handover-device-ed25519"
WRAPPING_ALIAS = "handover-device-wrap"
PURPOSE_ENCRYPT_OR_DECRYPT, PURPOSE_SIGN = 1 | 2, 4
"""``KeyProperties.PURPOSE_*``."""
ENCRYPT, DECRYPT = 1, 2
"""``Cipher.*_MODE``."""
GCM = "AES/GCM/NoPadding"
TAG_BITS = 128
NONCE = 12
SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 public key in its X.509 form (RFC 8410 section 4)."""
PROOF = b"handover: does this key sign what it says?"


class AndroidKeystore:
    """:class:`driver_app.hardware.ports.Keystore`: the key that is there, or a new one, made the best way this device has.

    Raises:
        Refused: KEYSTORE where the key cannot be used. It is never replaced then: a new key would be a new device.
    """

    def __init__(self, java: Java, path: Path) -> None:
        self._java, self._path = java, path
        try:
            store = java.type("java.security.KeyStore").getInstance(PROVIDER)
            store.load(None)
            self._public, self._wrapped = self._found(store) or self._made(store)
        except java.thrown as error:
            raise Refused(problems.KEYSTORE, value=str(error)) from error
        self._store = store

    def public_key(self) -> bytes:
        return self._public

    def sign(self, message: bytes) -> bytes:
        if self._wrapped is not None:
            return self._wrapped.sign(message)
        try:
            return self._sign_inside(self._store, message)
        except self._java.thrown as error:
            raise Refused(problems.KEYSTORE, value=str(error)) from error

    # what is there

    def _found(self, store: Any) -> tuple[bytes, KeySigner | None] | None:
        if store.containsAlias(SIGNING_ALIAS):
            return self._public_inside(store), None
        if not self._path.exists():
            return None
        sealed = self._path.read_bytes()
        if not store.containsAlias(WRAPPING_ALIAS):
            # the file came from elsewhere, or Android forgot its keys: either way this is not the device it was
            raise Refused(problems.KEYSTORE, value=f"{self._path.name}: {WRAPPING_ALIAS}?")
        signer = KeySigner(self._unwrap(store, sealed))
        return signer.public_key(), signer

    def _made(self, store: Any) -> tuple[bytes, KeySigner | None]:
        if self._java.api >= 33:
            public = self._made_inside(store)
            if public is not None:
                return public, None
        signer = KeySigner(self._made_wrapped(store))
        return signer.public_key(), signer

    # inside the keystore

    def _made_inside(self, store: Any) -> bytes | None:
        """Make the key in the keystore; ``None`` where this device's keystore cannot, which is tried out, not assumed."""
        curve = self._java.type("java.security.spec.ECGenParameterSpec")("ed25519")
        builder = self._java.type("android.security.keystore.KeyGenParameterSpec$Builder")(SIGNING_ALIAS, PURPOSE_SIGN)
        builder.setAlgorithmParameterSpec(curve)
        builder.setDigests("NONE")
        try:
            generator = self._java.type("java.security.KeyPairGenerator").getInstance("EC", PROVIDER)
            generator.initialize(builder.build())
            generator.generateKeyPair()
            public = self._public_inside(store)
            if verify(public, PROOF, self._sign_inside(store, PROOF)):
                return public
        except (self._java.thrown, Refused):
            pass  # an older keystore under a newer Android: what it may have made is removed, and the other way is taken
        if store.containsAlias(SIGNING_ALIAS):
            store.deleteEntry(SIGNING_ALIAS)
        return None

    def _public_inside(self, store: Any) -> bytes:
        encoded = octets(store.getCertificate(SIGNING_ALIAS).getPublicKey().getEncoded()) or b""
        if len(encoded) != len(SPKI) + 32 or not encoded.startswith(SPKI):
            raise Refused(problems.KEYSTORE, value=f"{SIGNING_ALIAS}: {encoded[:16].hex()}")
        return encoded[len(SPKI) :]

    def _sign_inside(self, store: Any, message: bytes) -> bytes:
        signature = self._java.type("java.security.Signature").getInstance("Ed25519")
        signature.initSign(self._java.cast("java.security.PrivateKey", store.getKey(SIGNING_ALIAS, None)))
        signature.update(message)
        return octets(signature.sign()) or b""

    # wrapped

    def _made_wrapped(self, store: Any) -> bytes:
        if not store.containsAlias(WRAPPING_ALIAS):
            spec = self._java.type("android.security.keystore.KeyGenParameterSpec$Builder")
            builder = spec(WRAPPING_ALIAS, PURPOSE_ENCRYPT_OR_DECRYPT)
            builder.setBlockModes("GCM")
            builder.setEncryptionPaddings("NoPadding")
            builder.setKeySize(256)
            generator = self._java.type("javax.crypto.KeyGenerator").getInstance("AES", PROVIDER)
            generator.init(builder.build())
            generator.generateKey()
        private = Ed25519PrivateKey.generate().private_bytes_raw()
        cipher = self._java.type("javax.crypto.Cipher").getInstance(GCM)
        cipher.init(ENCRYPT, self._java.cast("java.security.Key", store.getKey(WRAPPING_ALIAS, None)))
        sealed = octets(cipher.doFinal(private)) or b""
        nonce = octets(cipher.getIV()) or b""
        if len(nonce) != NONCE:
            raise Refused(problems.KEYSTORE, value=f"GCM: {len(nonce)} B ≠ {NONCE} B")
        self._keep(nonce + sealed)
        # what was written is what will be read after the next start
        if self._unwrap(store, self._path.read_bytes()) != private:
            raise Refused(problems.KEYSTORE, value=self._path.name)
        return private

    def _unwrap(self, store: Any, sealed: bytes) -> bytes:
        spec = self._java.type("javax.crypto.spec.GCMParameterSpec")(TAG_BITS, sealed[:NONCE])
        cipher = self._java.type("javax.crypto.Cipher").getInstance(GCM)
        cipher.init(DECRYPT, self._java.cast("java.security.Key", store.getKey(WRAPPING_ALIAS, None)), spec)
        private = octets(cipher.doFinal(sealed[NONCE:])) or b""
        if len(private) != 32:
            raise Refused(problems.KEYSTORE, value=f"{self._path.name}: {len(private)} B ≠ 32 B")
        return private

    def _keep(self, sealed: bytes) -> None:
        """On the disk before it is used: written beside, synced, then moved into place."""
        fresh = self._path.with_name(f".{self._path.name}.new")
        with fresh.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def kept_in(keystore: AndroidKeystore) -> Kept:
    """Where a keystore's private key is: for the enrolment's record and the settings page."""
    return Kept.HARDWARE if keystore._wrapped is None else Kept.WRAPPED
