"""bleak for python-for-android: a release from the package index, and its two Java callbacks.

bleak packages a recipe of its own that builds whatever its development branch is on that day. This one builds the version
that the specification names. bleak chooses its Android backend when ``sys.platform`` says so; what the app needs of the
backend is the client (see ``driver_app/hardware/android/scan.py``) and both Java classes.
"""

import shutil
from pathlib import Path

from pythonforandroid.recipe import PyProjectRecipe


class BleakRecipe(PyProjectRecipe):
    """A pure Python package with Java sources inside."""

    name = "bleak"
    version = "3.1.0"
    url = "https://github.com/hbldh/bleak/archive/refs/tags/v{version}.tar.gz"
    depends = ("python3", "pyjnius", "android")
    site_packages_name = "bleak"

    def postbuild_arch(self, arch):  # type: ignore[no-untyped-def]
        """Copy the Java callbacks to where Gradle compiles them."""
        super().postbuild_arch(arch)
        java = Path(self.get_build_dir(arch.arch)) / "bleak" / "backends" / "p4android" / "java"
        shutil.copytree(java, self.ctx.javaclass_dir, dirs_exist_ok=True)


recipe = BleakRecipe()
