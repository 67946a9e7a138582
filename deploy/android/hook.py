"""A hook of python-for-android: the one thing its manifest template has no place for, a receiver.

Called between writing the manifest and assembling the package (``after_apk_build``), in the folder of the distribution.
"""

from pathlib import Path
from typing import Any

RECEIVER = """
        <receiver android:name="org.handover.driver.Wake" android:exported="false">
            <intent-filter>
                <action android:name="android.intent.action.BOOT_COMPLETED" />
                <action android:name="android.intent.action.MY_PACKAGE_REPLACED" />
            </intent-filter>
        </receiver>
"""
MANIFEST = Path("src/main/AndroidManifest.xml")
END = "</application>"


def with_receiver(manifest: str) -> str:
    """The manifest with the receiver at the end of its application; unchanged where it is there already.

    Raises:
        ValueError: there is not exactly one application in it.
    """
    if manifest.count(END) != 1:
        raise ValueError(f"{manifest.count(END)} × {END}")
    return manifest if "org.handover.driver.Wake" in manifest else manifest.replace(END, RECEIVER + "    " + END)


def after_apk_build(_toolchain: Any) -> None:
    """Put the receiver into the manifest that was just written."""
    MANIFEST.write_text(with_receiver(MANIFEST.read_text("utf-8")), "utf-8")
