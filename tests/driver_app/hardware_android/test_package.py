"""The Android package, held to account up to the line where a compiler for phones would be needed."""

import ast
import configparser
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import pytest

from driver_app.hardware import handoff, scanner_setup
from driver_app.hardware.android.guard import RECEIVER, SERVICE
from driver_app.hardware.permissions import INSTALLED, every_permission
from driver_app.hardware.scanners import PACKAGE
from driver_app.version import VERSION
from driver_app.watch import MARK

ROOT = Path(__file__).resolve().parents[3]
ANDROID = ROOT / "deploy" / "android"
NAMESPACE = "{http://schemas.android.com/apk/res/android}"

PROVIDES = {
    "python3": set(),
    "sqlite3": set(),
    "kivy": {"kivy"},
    "pyjnius": {"jnius"},
    "android": {"android"},
    "msgspec": {"msgspec"},
    "cryptography": {"cryptography"},
    "pillow": {"PIL"},
    "bleak": {"bleak"},
    "httpx": {"httpx"},
    "httpcore": {"httpcore"},
    "h11": {"h11"},
    "certifi": {"certifi"},
    "idna": {"idna"},
    "tzdata": {"tzdata"},
    "qrcode": {"qrcode"},
}
"""What each requirement lets the app import."""
FOR_OTHERS = {"httpcore", "h11", "certifi", "idna", "tzdata", "sqlite3", "python3"}
"""Requirements that nobody here imports by name: httpx's own, the time zones of :mod:`zoneinfo`, and Python's."""


def module(name: str) -> ModuleType:
    """A Python file of deploy/android."""
    spec = importlib.util.spec_from_file_location(f"deploy_android_{name}", ANDROID / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@cache
def spec() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ANDROID / "buildozer.spec", "utf-8")
    return parser["app"]


def listed(key: str) -> list[str]:
    return [item.strip() for item in spec()[key].split(",")]


def requirements() -> list[str]:
    return [item.partition("==")[0] for item in listed("requirements")]


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package") / "app"
    module("stage").stage(folder)
    return folder


# what is staged


def test_the_staged_tree_holds_the_app_its_rules_and_its_catalogues(staged: Path) -> None:
    names = {path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file()}
    assert {"main.py", "driver_app/main.py", "driver_app/background.py", "driver_app/translations/zh.po"} <= names
    rules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "driver_app").rglob("*.kv")}
    assert rules <= names
    assert {name.rpartition(".")[2] for name in names} <= set(listed("source.include_exts"))


def test_nothing_of_desktops_rehearsals_tests_or_the_server_is_staged(staged: Path) -> None:
    for out in module("stage").LEFT_OUT:
        assert (ROOT / out).exists(), f"{out} is left out, and is not there"
        assert not (staged / out).exists()
    assert {path.name for path in staged.iterdir()} == {"main.py", "driver_app", "shared"}


def test_staging_anew_leaves_nothing_of_before(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "old.py").touch()
    module("stage").stage(tmp_path / "app")
    assert not (tmp_path / "app" / "old.py").exists()


# what it imports


def imports(tree: ast.Module, package: str) -> Iterator[tuple[str, bool]]:
    """Every module a file imports, and whether at once (not inside a function, not for type checkers only)."""
    later = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    typing = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node not in later
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{package}: a relative import"
            base = node.module or ""
            yield base, node not in later
            for alias in node.names:
                yield f"{base}.{alias.name}", node not in later


def file_of(staged: Path, name: str) -> Path | None:
    path = staged / name.replace(".", "/")
    if (path / "__init__.py").exists():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").exists() else None


def closure(staged: Path, *entries: str) -> tuple[set[str], set[str], set[str]]:
    """From the entries on: our modules reached, other modules imported, and our modules imported but not staged (at once:
    an error)."""
    reached: set[str] = set()
    foreign: set[str] = set()
    absent: set[str] = set()
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        path = file_of(staged, name)
        if name in reached or path is None:
            continue
        reached.add(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
        for found, at_once in imports(ast.parse(path.read_text("utf-8")), name):
            top = found.partition(".")[0]
            if top not in ("driver_app", "shared"):
                foreign.add(top)
            elif file_of(staged, found) is not None:
                waiting.append(found)
            elif (ROOT / found.replace(".", "/")).exists() or (ROOT / f"{found.replace('.', '/')}.py").exists():
                assert not at_once, f"{name} imports {found} at once, and it is not in the package"
                absent.add(found)
    return reached, foreign, absent


def dynamic(staged: Path) -> tuple[str, ...]:
    """Modules that are imported by name: the screens (driver_app/screens/registry.py), the kit (driver_app/widgets/rules.py),
    what Kivy rules import, and this platform's hardware."""
    screens = [f"driver_app.screens.{path.stem}" for path in (staged / "driver_app" / "screens").glob("*.py")]
    rules = "\n".join(path.read_text("utf-8") for path in staged.rglob("*.kv"))
    named = re.findall(r"^#:import \S+ (\S+)", rules, re.MULTILINE)
    kit = re.findall(r'"(driver_app\.[\w.]+)"', (staged / "driver_app" / "widgets" / "rules.py").read_text("utf-8"))
    return (*screens, *kit, *named, *(name.rpartition(".")[0] for name in named), "driver_app.hardware.android")


def test_the_app_and_its_background_process_import_only_what_the_requirements_provide(staged: Path) -> None:
    _, foreign, absent = closure(staged, "driver_app.main", "driver_app.background", *dynamic(staged))
    provided = set().union(*(PROVIDES[name] for name in requirements()))
    assert foreign - set(sys.stdlib_module_names) <= provided
    assert absent <= {name.removesuffix(".py").replace("/", ".") for name in module("stage").LEFT_OUT} | {
        found for found in absent if found.startswith(("driver_app.hardware.desktop.", "driver_app.hardware.virtual."))
    }


def test_every_requirement_is_there_for_a_reason(staged: Path) -> None:
    _, foreign, _ = closure(staged, "driver_app.main", "driver_app.background", *dynamic(staged))
    # by name through the seam to Java, so that no checker on a desktop has to know them
    foreign |= {"jnius", "android"}
    for name in requirements():
        assert name in FOR_OTHERS or PROVIDES[name] & foreign, f"{name} is required, and nobody imports it"


def test_the_background_process_draws_nothing(staged: Path) -> None:
    reached, foreign, _ = closure(staged, "driver_app.background", "driver_app.hardware.android")
    assert "kivy" not in foreign
    assert not [name for name in reached if name.startswith(("driver_app.screens", "driver_app.widgets"))]


def test_no_staged_file_is_unreachable(staged: Path) -> None:
    """What is not imported is not needed, and every byte is downloaded over a telephone network."""
    reached, _, _ = closure(staged, "main", "driver_app.main", "driver_app.background", *dynamic(staged))
    files = {file_of(staged, name) for name in reached}
    unreached = set(staged.rglob("*.py")) - files - {staged / "main.py"}
    assert {path.relative_to(staged).as_posix() for path in unreached} <= FOR_THE_SERVER


FOR_THE_SERVER = {path.relative_to(ROOT).as_posix() for path in (ROOT / "shared").rglob("*.py")}
"""``shared`` goes in whole: the server may use more of it than the handheld does."""


# what the specification says


def test_the_recipe_graph_resolves_offline_for_exactly_the_requirements(tmp_path: Path) -> None:
    p4a = pytest.importorskip("pythonforandroid.toolchain")
    from pythonforandroid.bootstrap import Bootstrap
    from pythonforandroid.graph import get_recipe_order_and_bootstrap

    context = p4a.Context()
    context.local_recipes = str(ANDROID / spec()["p4a.local_recipes"])
    bootstrap = Bootstrap.get_bootstrap(spec()["p4a.bootstrap"], context)
    recipes, modules, chosen = get_recipe_order_and_bootstrap(context, requirements(), bootstrap)
    assert chosen.name == "sdl2"
    assert {"python3", "kivy", "pyjnius", "msgspec", "cryptography", "bleak", "httpx", "sqlite3", "sdl2"} <= set(
        recipes
    )
    # what has no recipe is installed as it is: it has to be pure Python
    assert {name for name in requirements() if name not in recipes and name != "pillow"} <= set(modules)
    assert {name for name in modules if name in requirements()} <= {
        "certifi",
        "h11",
        "httpcore",
        "idna",
        "qrcode",
        "tzdata",
    }


def test_the_recipe_of_bleak_builds_the_version_that_is_required() -> None:
    text = (ANDROID / "recipes" / "bleak" / "__init__.py").read_text("utf-8")
    (pinned,) = [item.partition("==")[2] for item in listed("requirements") if item.startswith("bleak")]
    assert f'version = "{pinned}"' in text


def test_the_version_is_the_app_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert spec()["version"] == project["project"]["version"]
    assert spec()["version"] in VERSION


def test_android_8_to_15_on_64_bit_handhelds() -> None:
    assert (spec()["android.minapi"], spec()["android.api"], spec()["android.archs"]) == ("26", "35", "arm64-v8a")
    assert f"{spec()['package.domain']}.{spec()['package.name']}" == PACKAGE


def permissions() -> dict[str, dict[str, str]]:
    """The permissions of the specification, with their attributes, as python-for-android reads them."""
    found: dict[str, dict[str, str]] = {}
    for item in listed("android.permissions"):
        if not item.startswith("("):
            found[item] = {}
            continue
        attributes = dict(pair.split("=", 1) for pair in item.strip("()").split(";"))
        found[attributes.pop("name")] = attributes
    return found


def test_the_permissions_are_exactly_those_the_code_asks_for() -> None:
    assert set(permissions()) == every_permission() | set(INSTALLED)
    assert len(listed("android.permissions")) == len(permissions())


def test_every_permission_of_the_installation_is_needed_by_something_that_is_there(staged: Path) -> None:
    source = "\n".join(path.read_text("utf-8") for path in staged.rglob("*.py"))
    java = "\n".join(path.read_text("utf-8") for path in (ANDROID / "java").rglob("*.java"))
    for name, needed_by in INSTALLED.items():
        assert needed_by in source + java or file_of(staged, needed_by) is not None, f"{name}: {needed_by}"


def test_bluetooth_s_old_permissions_end_where_the_new_ones_begin() -> None:
    asked = permissions()
    assert (
        asked["android.permission.BLUETOOTH"] == asked["android.permission.BLUETOOTH_ADMIN"] == {"maxSdkVersion": "30"}
    )
    assert asked["android.permission.BLUETOOTH_SCAN"] == {"usesPermissionFlags": "neverForLocation"}


def service() -> tuple[str, str, set[str]]:
    (declared,) = listed("services")
    name, entry, *options = declared.split(":")
    return name, entry, set(options)


def test_the_background_process_is_declared_with_its_entry(staged: Path) -> None:
    name, entry, options = service()
    assert f"{PACKAGE}.Service{name.capitalize()}" == SERVICE
    assert (staged / entry).exists()
    assert {"foreground", "sticky", "foregroundServiceType=location|connectedDevice"} == options
    tree = ast.parse((staged / entry).read_text("utf-8"))
    assert '__name__ == "__main__"' in ast.unparse(tree).replace("'", '"')


def test_each_type_of_the_service_has_its_permission() -> None:
    """Since Android 14 a foreground service of a type without its permission does not start."""
    names = {"location": "LOCATION", "connectedDevice": "CONNECTED_DEVICE"}
    types = next(option for option in service()[2] if "=" in option).partition("=")[2].split("|")
    for kind in types:
        assert f"android.permission.FOREGROUND_SERVICE_{names[kind]}" in permissions()


def test_every_file_that_the_specification_names_exists() -> None:
    for key in ("android.add_src", "android.extra_manifest_xml", "p4a.hook", "p4a.local_recipes"):
        assert (ANDROID / spec()[key]).exists(), key
    assert (ANDROID / spec()["source.dir"]).resolve() == module("stage").FOLDER


# the manifest


def manifest() -> ET.Element:
    """The manifest as python-for-android's own template and our hook make it."""
    p4a = pytest.importorskip("pythonforandroid")
    templates = Path(p4a.__file__).parent / "bootstraps" / "_sdl_common" / "build" / "templates"
    name, _, options = service()
    kind = next(option for option in options if "=" in option).partition("=")[2]
    arguments: dict[str, Any] = {
        "package": PACKAGE,
        "min_sdk_version": 26,
        "permissions": [{"name": name, **attributes} for name, attributes in permissions().items()],
        "extra_manifest_xml": (ANDROID / spec()["android.extra_manifest_xml"]).read_text("utf-8"),
        "allow_backup": spec()["android.allow_backup"].lower(),
    }
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(templates), autoescape=False)
    rendered = environment.get_template("AndroidManifest.tmpl.xml").render(
        args=arguments, service_data=[(name, kind)], native_services=[], android_api=35
    )
    return ET.fromstring(module("hook").with_receiver(rendered))


def test_the_manifest_is_sound_and_has_service_receiver_and_permissions() -> None:
    root = manifest()
    (declared,) = [one for one in root.iter("service") if one.get(f"{NAMESPACE}name") == SERVICE]
    assert declared.get(f"{NAMESPACE}foregroundServiceType") == "location|connectedDevice"
    (receiver,) = root.iter("receiver")
    assert receiver.get(f"{NAMESPACE}name") == RECEIVER
    assert receiver.get(f"{NAMESPACE}exported") == "false"
    assert [one.get(f"{NAMESPACE}name") for one in receiver.iter("action")] == [
        "android.intent.action.BOOT_COMPLETED",
        "android.intent.action.MY_PACKAGE_REPLACED",
    ]
    assert {one.get(f"{NAMESPACE}name") for one in root.iter("uses-permission")} == set(permissions())


def test_the_manifest_names_every_app_we_send_to() -> None:
    named = {one.get(f"{NAMESPACE}name") for one in manifest().iter("package")}
    assert named == {*scanner_setup.PACKAGES, *handoff.PACKAGES}


def test_a_handheld_without_camera_or_satellites_may_install_it() -> None:
    features = {one.get(f"{NAMESPACE}name"): one.get(f"{NAMESPACE}required") for one in manifest().iter("uses-feature")}
    assert features["android.hardware.camera"] == "false"


def test_the_hook_is_harmless_when_called_twice_and_refuses_what_it_does_not_know() -> None:
    hook = module("hook")
    once = hook.with_receiver("<manifest><application></application></manifest>")
    assert hook.with_receiver(once) == once
    with pytest.raises(ValueError, match="0"):
        hook.with_receiver("<manifest/>")


# Java


def test_the_receiver_looks_for_the_mark_that_the_app_makes() -> None:
    text = (ANDROID / "java" / "org" / "handover" / "driver" / "Wake.java").read_text("utf-8")
    assert f'"handover/{MARK}"' in text
    assert f"package {PACKAGE};" in text


def test_the_receiver_compiles_against_the_documented_signatures(tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("there is no Java compiler on this machine")
    for name, text in STUBS.items():
        path = tmp_path / "stubs" / f"{name.replace('.', '/')}.java"
        path.parent.mkdir(parents=True, exist_ok=True)
        package, _, kind = name.rpartition(".")
        path.write_text(f"package {package}; public {text.replace('CLASS', kind)}", "utf-8")
    sources = [str(path) for path in [*(tmp_path / "stubs").rglob("*.java"), *(ANDROID / "java").rglob("*.java")]]
    run = subprocess.run(
        ["javac", "-Xlint:all", "-encoding", "UTF-8", "-d", str(tmp_path / "out"), *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert not re.search(r"Wake\.java:\d+: warning", run.stderr), run.stderr


STUBS = {
    "android.content.Context": (
        "abstract class CLASS { public static final String ALARM_SERVICE = null, NOTIFICATION_SERVICE = null;"
        " public abstract java.io.File getFilesDir(); public abstract String getPackageName();"
        " public abstract Object getSystemService(String name);"
        " public abstract android.content.pm.PackageManager getPackageManager();"
        " public abstract android.content.pm.ApplicationInfo getApplicationInfo();"
        " public abstract android.content.ComponentName startForegroundService(Intent service); }"
    ),
    "android.content.ComponentName": "final class CLASS { }",
    "android.content.pm.PackageManager": (
        "abstract class CLASS { public abstract android.content.Intent getLaunchIntentForPackage(String name); }"
    ),
    "android.content.pm.ApplicationInfo": "class CLASS { public int icon; }",
    "android.content.Intent": (
        "class CLASS { public CLASS() { } public CLASS setClassName(String packageName, String className)"
        " { return this; } }"
    ),
    "android.content.BroadcastReceiver": (
        "abstract class CLASS { public abstract void onReceive(Context context, Intent intent); }"
    ),
    "android.os.SystemClock": "final class CLASS { public static long elapsedRealtime() { return 0; } }",
    "android.app.AlarmManager": (
        "class CLASS { public static final int ELAPSED_REALTIME_WAKEUP = 2;"
        " public void setAndAllowWhileIdle(int type, long at, PendingIntent operation) { } }"
    ),
    "android.app.PendingIntent": (
        "final class CLASS { public static final int FLAG_UPDATE_CURRENT = 0x8000000, FLAG_IMMUTABLE = 0x4000000;"
        " public static CLASS getBroadcast(android.content.Context c, int code, android.content.Intent i, int flags)"
        " { return null; }"
        " public static CLASS getActivity(android.content.Context c, int code, android.content.Intent i, int flags)"
        " { return null; } }"
    ),
    "android.app.NotificationChannel": "final class CLASS { public CLASS(String id, CharSequence name, int importance) { } }",
    "android.app.NotificationManager": (
        "class CLASS { public static final int IMPORTANCE_HIGH = 4;"
        " public void createNotificationChannel(NotificationChannel channel) { }"
        " public void notify(int id, Notification notification) { } }"
    ),
    "android.app.Notification": (
        "class CLASS { public static class Builder { public Builder(android.content.Context c, String channel) { }"
        " public Builder setSmallIcon(int icon) { return this; }"
        " public Builder setContentTitle(CharSequence title) { return this; }"
        " public Builder setContentText(CharSequence text) { return this; }"
        " public Builder setContentIntent(PendingIntent intent) { return this; }"
        " public Builder setOngoing(boolean ongoing) { return this; }"
        " public CLASS build() { return null; } } }"
    ),
    "org.handover.driver.ServiceShift": (
        "class CLASS { public static android.content.Intent getDefaultIntent(android.content.Context c, String icon,"
        " String title, String text, String argument) { return null; } }"
    ),
}
"""The members that ``Wake.java`` uses, as developer.android.com and python-for-android's ``Service.tmpl.java`` have them."""


def test_java_is_known_in_one_folder_only_and_called_through_one_seam() -> None:
    knows = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "driver_app").rglob("*.py")
        if re.search(r"\bjnius\b|android\.runnable|android\.broadcast", path.read_text("utf-8"))
    }
    assert knows == {"driver_app/hardware/android/java.py", "driver_app/hardware/android/scanner.py"}
    scanner = (ROOT / "driver_app" / "hardware" / "android" / "scanner.py").read_text("utf-8")
    assert "import_module" not in scanner, "it only says why android.broadcast will not do"
