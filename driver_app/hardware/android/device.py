"""The small parts of a handheld: its disk, its motor and tone, and a screen that stays on."""

from pathlib import Path
from typing import Any

from driver_app.hardware.android.java import Java
from driver_app.hardware.ports import Signal

STREAM_ALARM = 4
"""``AudioManager.STREAM_ALARM``: heard also where notifications are muted."""
STREAM_NOTIFICATION = 5
LOUD = 100
"""``ToneGenerator.MAX_VOLUME``, of the stream's own volume."""
TONES: dict[Signal, tuple[int, int, int]] = {
    Signal.OK: (STREAM_NOTIFICATION, 24, 80),
    Signal.AGAIN: (STREAM_NOTIFICATION, 28, 250),
    Signal.WRONG: (STREAM_NOTIFICATION, 94, 400),
    Signal.NEWS: (STREAM_NOTIFICATION, 27, 300),
    Signal.ALARM: (STREAM_ALARM, 93, 2_000),
}
"""Stream, tone and its length in ms. Tones of ``ToneGenerator``: TONE_PROP_BEEP, TONE_PROP_BEEP2 (two of
them), TONE_CDMA_SOFT_ERROR_LITE, TONE_PROP_PROMPT, TONE_CDMA_ALERT_CALL_GUARD. They differ in kind and not only in length: a
gloved driver tells them apart without looking."""
VIBRATIONS: dict[Signal, tuple[int, ...]] = {
    Signal.OK: (0, 60),
    Signal.AGAIN: (0, 60, 90, 60),
    Signal.WRONG: (0, 250, 120, 250),
    Signal.NEWS: (0, 120, 90, 120, 90, 120),
    Signal.ALARM: (0, 600, 200, 600, 200, 600),
}
"""ms of silence and vibration by turns, as ``VibrationEffect.createWaveform`` takes them."""
ONCE = -1
"""``createWaveform``'s index for a pattern that does not repeat."""
FLAG_KEEP_SCREEN_ON = 0x80
"""``WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON``."""


class AndroidStorage:
    """:class:`driver_app.hardware.ports.Storage`: what is left where the app's own files are."""

    def __init__(self, java: Java, folder: Path) -> None:
        self._java, self._folder = java, folder

    def free(self) -> int:
        return int(self._java.type("android.os.StatFs")(str(self._folder)).getAvailableBytes())


class AndroidFeedback:
    """:class:`driver_app.hardware.ports.Feedback`: a tone and a vibration, each of its own kind.

    A handheld without a vibrator, or whose audio is taken, gives the other one.
    """

    def __init__(self, java: Java) -> None:
        self._java = java
        self._generators: dict[int, Any] = {}

    def give(self, signal: Signal) -> None:
        vibrator = self._vibrator()
        if vibrator.hasVibrator():
            effect = self._java.type("android.os.VibrationEffect")
            vibrator.vibrate(effect.createWaveform(list(VIBRATIONS[signal]), ONCE))
        stream, tone, length = TONES[signal]
        generator = self._generator(stream)
        if generator is not None:
            generator.startTone(tone, length)

    def _generator(self, stream: int) -> Any | None:
        """The tone generator of a stream, kept: each new one takes another audio track. It is tried again where there was
        none to be had."""
        if stream not in self._generators:
            try:
                self._generators[stream] = self._java.type("android.media.ToneGenerator")(stream, LOUD)
            except self._java.thrown:  # documented: RuntimeException where the native resources are taken
                return None
        return self._generators[stream]

    def _vibrator(self) -> Any:
        context = self._java.context()
        if self._java.api >= 31:
            manager = context.getSystemService("vibrator_manager")
            return self._java.cast("android.os.VibratorManager", manager).getDefaultVibrator()
        return self._java.cast("android.os.Vibrator", context.getSystemService("vibrator"))


class AndroidScreen:
    """:class:`driver_app.hardware.ports.Screen`: the window's flag, so that no wake lock can be forgotten."""

    def __init__(self, java: Java) -> None:
        self._java = java
        self._on = False

    def keep_on(self, on: bool) -> None:
        activity = self._java.activity()
        if activity is None or on == self._on:
            return
        self._on = on

        def change() -> None:
            window = activity.getWindow()
            if on:
                window.addFlags(FLAG_KEEP_SCREEN_ON)
            else:
                window.clearFlags(FLAG_KEEP_SCREEN_ON)

        self._java.on_ui_thread(change)
