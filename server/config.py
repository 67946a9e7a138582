"""Configuration: everything a deployment may decide, from the environment, checked once at start.

Every value has a default that works on one machine with nothing set up: SQLite and files under ``$HANDOVER_HOME``.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.planning.road.settings import RoadSettings

DEFAULT_ORIGIN = "handover.local/ledger"


@dataclass(frozen=True)
class Config:
    """What a deployment decides.

    Attributes:
        home: folder of the server's own files: database (if SQLite), blobs, keys. Kept private (0700).
        database_url: SQLAlchemy URL.
        organisation: shown on pages and documents.
        origin: the ledger's name, as its checkpoints are signed; never changes once there are any.
        base_url: where handhelds and people reach the server.
        tiles_url: a raster tile template for the board's map, or empty for plain ground.
        tiles_attribution: shown with the tiles; demanded if there are any.
        tiles_datum: ``wgs84``, or ``gcj02`` for the tiles of Chinese providers.
        secure_cookies: off only for plain http on loopback.
        rehearsal: the file with the pace of a rehearsal's clock (``$HANDOVER_CLOCK``, a JSON
            :class:`shared.clock.Pace`); every document made then says that it is one.
        secret_key: signs web sessions.
        server_key: the Ed25519 private key (32 bytes) of receipts, work and checkpoints.
        roads: what plans are measured on.
    """

    home: Path
    database_url: str
    organisation: str
    origin: str
    base_url: str
    tiles_url: str
    tiles_attribution: str
    tiles_datum: str
    secure_cookies: bool
    rehearsal: Path | None
    secret_key: bytes
    server_key: bytes
    roads: RoadSettings = field(default_factory=RoadSettings)

    @property
    def blobs(self) -> Path:
        """Where blobs are kept."""
        return self.home / "blobs"


def load(environment: Mapping[str, str] | None = None) -> Config:
    """The configuration from ``environment`` (default: the process's). Makes the home folder and its keys on first use.

    Raises:
        ValueError: tiles without attribution, an unknown datum, or another origin than the home was begun with.
        Refused: ROADS_SETTING.
    """
    env = os.environ if environment is None else environment
    home = Path(env.get("HANDOVER_HOME", "var")).resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    base_url = env.get("HANDOVER_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    tiles = env.get("HANDOVER_TILES_URL", "")
    attribution = env.get("HANDOVER_TILES_ATTRIBUTION", "")
    if tiles and not attribution:
        raise ValueError("HANDOVER_TILES_URL is set: say whose map it is in HANDOVER_TILES_ATTRIBUTION")
    datum = env.get("HANDOVER_TILES_DATUM", "wgs84")
    if datum not in ("wgs84", "gcj02"):
        raise ValueError(f"HANDOVER_TILES_DATUM is wgs84 or gcj02, not {datum!r}")
    clock = env.get("HANDOVER_CLOCK", "")
    return Config(
        home=home,
        database_url=env.get("HANDOVER_DATABASE_URL", f"sqlite:///{home / 'handover.sqlite'}"),
        organisation=env.get("HANDOVER_ORGANISATION", "Handover"),
        origin=_origin(home / "origin", env.get("HANDOVER_ORIGIN", "")),
        base_url=base_url,
        tiles_url=tiles,
        tiles_attribution=attribution,
        tiles_datum=datum,
        secure_cookies=base_url.startswith("https://"),
        rehearsal=Path(clock) if clock else None,
        secret_key=_key(home / "secret.key"),
        server_key=_key(home / "server.key"),
        roads=RoadSettings.load(env),
    )


def _origin(path: Path, named: str) -> str:
    """The ledger's name, kept beside its keys from the first use on: every checkpoint is signed under it.

    Raises:
        ValueError: another name is given than the one it has.
    """
    if not path.exists():
        path.write_text((named or DEFAULT_ORIGIN) + "\n", encoding="utf-8")
    kept = path.read_text(encoding="utf-8").strip()
    if named and named != kept:
        raise ValueError(f"HANDOVER_ORIGIN is {named!r}, but this ledger is {kept!r} ({path.name} in $HANDOVER_HOME)")
    return kept


def _key(path: Path) -> bytes:
    """Thirty-two private bytes, made on first use and readable by the owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
