"""Photos taken here, as a strip of thumbnails, and the button that takes one more."""

from io import BytesIO

from kivy.core.image import Image as CoreImage
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget
from PIL import Image, ImageOps

from driver_app.widgets.rules import load_rules

THUMB = 64
"""dp, the side of a thumbnail."""


def thumbnail(data: bytes, side: int) -> bytes:
    """A square PNG cut from the middle of a picture, upright as its EXIF says. Slow: not for the UI thread."""
    with Image.open(BytesIO(data)) as image:
        image.draft(
            "RGB", (2 * side, 2 * side)
        )  # a JPEG can be decoded small: the whole photo is 36 MB at 12 megapixels
        small = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (side, side))
    out = BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


class Thumb(Widget):
    """One thumbnail."""

    texture = ObjectProperty(None, allownone=True)


class PhotoStrip(BoxLayout):
    """Thumbnails, newest last. Dispatches ``on_take`` when another one is wanted."""

    hid = StringProperty("photos")
    text = StringProperty("")
    pictures = ListProperty()
    """PNG bytes of the thumbnails."""
    busy = BooleanProperty(False)
    __events__ = ("on_take",)

    def on_take(self) -> None:
        """The camera button was tapped."""

    def on_pictures(self, *_args) -> None:
        row = self.ids.row
        row.clear_widgets()
        for data in self.pictures:
            texture = CoreImage(BytesIO(data), ext="png").texture
            row.add_widget(Thumb(texture=texture, size_hint=(None, None), size=(dp(THUMB), dp(THUMB))))


load_rules(__file__)
