"""Pictures of the pages over a home that a rehearsal left behind: ``python deploy/pictures.py HOME OUT``.

The pages are looked at in Chromium by a compliance officer who is added for it, in both languages and on a phone's width too.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FLAGS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
PASSWORD = "pictures need a password too"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 420, "height": 860}


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a server over a copy of ``home``, so that looking changes nothing."""
    copy = home.parent / "pictures"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(home, copy)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")}
    environment |= {"HANDOVER_HOME": str(copy), "HANDOVER_BASE_URL": url}
    environment["HANDOVER_ORGANISATION"] = "示例医药有限公司（合成数据）"
    pace = home.parent / "pace.json"
    if pace.exists():
        environment["HANDOVER_CLOCK"] = str(pace)
    add_officer(environment)
    server = subprocess.Popen([sys.executable, "-m", "server.cli", "serve", "--port", str(port)], env=environment)
    try:
        wait_for(port)
        yield url
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(copy)


def add_officer(environment: dict[str, str]) -> None:
    code = (
        "from server.accounts import operations as a; from server.accounts.schemas import Role\n"
        "from server.app import create_app; from server.transaction import transaction; from shared.work import Name\n"
        "app = create_app()\n"
        "with app.app_context(), transaction():\n"
        "    one, _ = a.add_user(name='pictures', role=Role.COMPLIANCE, display=Name('赵质管', 'Zhao'), by='pictures')\n"
        "with app.app_context(), transaction():\n"
        f"    a.set_password(one.id, {PASSWORD!r}, by='pictures')\n"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def look(page: Page, url: str, out: Path, suffix: str) -> None:
    """Sign in, and take the board, the compliance desk, a lot and a proof."""
    page.goto(f"{url}/login")
    page.fill("input[name=name]", "pictures")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    for name, path in (("board", "/board"), ("compliance", "/compliance"), ("lot", "/compliance?lot=JS2609A")):
        page.goto(url + path)
        page.wait_for_timeout(2500)  # the map draws itself
        page.screenshot(path=out / f"{name}-{suffix}.png")
    first = page.locator("a[href*='/proof']").first
    if first.count():
        first.click()
        page.wait_for_timeout(1000)
        page.screenshot(path=out / f"proof-{suffix}.png", full_page=True)


def main(home: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with served(home) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for language, locale in LOCALES.items():
            for size, viewport in (("wide", WIDE), ("narrow", NARROW)):
                context = browser.new_context(locale=locale, viewport=viewport)  # type: ignore[arg-type]
                look(context.new_page(), url, out, f"{language}-{size}")
                context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
