"""A real server process and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.app import create_app
from server.config import load
from server.db import db
from server.transaction import transaction
from shared.work import Name
from tests.server.proof.memory_ledger import ORIGIN

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Site:
    """A running server, and the same application in this process to put events into its ledger."""

    url: str
    app: Flask


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def settings() -> dict[str, str]:
    """What a test wants otherwise of the server's environment."""
    return {}


@pytest.fixture
def site(tmp_path: Path, settings: dict[str, str]) -> Iterator[Site]:
    port = _free_port()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "server.key").write_bytes(b"k" * 32)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")},
        "HANDOVER_HOME": str(home),
        "HANDOVER_ORIGIN": ORIGIN,
        "HANDOVER_BASE_URL": f"http://127.0.0.1:{port}",
        "HANDOVER_ORGANISATION": "示例医药（合成）",
        **settings,
    }
    subprocess.run([sys.executable, "-m", "server.cli", "database", "upgrade"], env=environment, check=True)
    application = create_app(load(environment))
    with application.app_context(), transaction():
        account, _ = accounts.add_user(name="quality", role=Role.COMPLIANCE, display=Name("赵质管", "Zhao"), by="test")
    with application.app_context(), transaction():
        accounts.set_password(account.id, PASSWORD, by="test")
    log = (tmp_path / "server.log").open("wb")
    command = [sys.executable, "-m", "server.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, process)
        yield Site(f"http://127.0.0.1:{port}", application)
    finally:
        process.terminate()
        process.wait(20)
        log.close()
        with application.app_context():
            db.session.remove()
            db.engine.dispose()


def _wait_for(port: int, process: subprocess.Popen[bytes], patience: int = 300) -> None:
    for _ in range(patience):
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not come up")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in Chinese that fails the test on an error of a script."""
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1400, "height": 900}, accept_downloads=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
