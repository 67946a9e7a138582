"""The table of measured roads."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base


class RoadRow(Base):
    """What was measured from one place (see :class:`server.planning.road.store.Row`). The arrays are packed little-endian:
    targets in 8 bytes each, distances and durations in 4."""

    __tablename__ = "road_row"

    edition: Mapped[str] = mapped_column(String(60), primary_key=True)
    profile: Mapped[str] = mapped_column(String(80), primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    away: Mapped[float | None]
    targets: Mapped[bytes] = mapped_column(LargeBinary)
    distances: Mapped[bytes] = mapped_column(LargeBinary)
    durations: Mapped[bytes] = mapped_column(LargeBinary)
