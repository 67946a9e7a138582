"""The seam's other side, on a pyjnius of paper: what the app would hand to the real one.

The paper one does what pyjnius documents (``jnius_proxy.pxi``, ``reflect.py``) and nothing more; a process of its own imports it
under the real name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

JNIUS = """
looked_up = []

class JavaException(Exception):
    pass

class java_method:
    def __init__(self, signature, name=None):
        self.signature, self.name = signature, name
    def __call__(self, act):
        act.__javasignature__, act.__javaname__ = self.signature, self.name
        return act

class PythonJavaClass:
    def __init__(self):
        self.methods = {}
        for x in dir(self):
            act = getattr(self, x)
            if hasattr(act, "__javasignature__"):
                self.methods[act.__javaname__ or x, act.__javasignature__] = act

class _Version:
    SDK_INT = 34

class _Activity:
    mActivity = "the activity"

class _Service:
    mService = "the service"

def autoclass(name):
    looked_up.append(name)
    return {"android.os.Build$VERSION": _Version, "org.kivy.android.PythonActivity": _Activity,
            "org.kivy.android.PythonService": _Service}[name]

def cast(name, value):
    return (name, value)
"""
RUNNABLE = """
class Runnable:
    def __init__(self, act):
        self.act = act
    def __call__(self, *arguments):
        self.act(*arguments)
"""
PROGRAM = """
import json, jnius
from driver_app.hardware.android.java import Jni, Method, octets

java = Jni()
heard = []
proxy = java.proxy("a.b.Listener", [
    Method("onChanged", "(I)V", lambda number: heard.append(["one", number])),
    Method("onChanged", "(Ljava/util/List;)V", lambda all: heard.append(["many", all])),
])
proxy.methods["onChanged", "(I)V"](7)
proxy.methods["onChanged", "(Ljava/util/List;)V"]([1, 2])
java.type("android.os.Build$VERSION")
java.on_ui_thread(lambda: heard.append(["ui"]))
print(json.dumps({
    "api": java.api, "heard": heard, "interfaces": proxy.__javainterfaces__, "context": proxy.__javacontext__,
    "where": [java.context(), java.activity()], "cast": java.cast("a.B", 1), "thrown": java.thrown.__name__,
    "versions": jnius.looked_up.count("android.os.Build$VERSION"), "bytes": list(octets([1, 255])), "null": octets(None),
}))
"""


def run(folder: Path, **environment: str) -> dict[str, object]:
    (folder / "android").mkdir()
    (folder / "jnius.py").write_text(JNIUS, "utf-8")
    (folder / "android" / "__init__.py").touch()
    (folder / "android" / "runnable.py").write_text(RUNNABLE, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout)
    return found


def test_proxies_keep_overloads_apart_and_classes_are_looked_up_once(tmp_path: Path) -> None:
    said = run(tmp_path)
    assert said["heard"] == [["one", 7], ["many", [1, 2]], ["ui"]]
    assert (said["interfaces"], said["context"]) == (["a/b/Listener"], "app")
    assert (said["api"], said["versions"], said["thrown"]) == (34, 1, "JavaException")
    assert (said["cast"], said["bytes"], said["null"]) == (["a.B", 1], [1, 255], None)


@pytest.mark.parametrize(
    ("environment", "where"),
    [({}, ["the activity", "the activity"]), ({"PYTHON_SERVICE_ARGUMENT": ""}, ["the service", None])],
)
def test_the_background_process_has_the_service_and_no_activity(
    tmp_path: Path, environment: dict[str, str], where: list[str | None]
) -> None:
    assert run(tmp_path, **environment)["where"] == where
