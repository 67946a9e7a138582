"""A ledger in memory: what proofs need of one, with real signatures, a real tree and real checkpoints."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from server.custody.ledger import Stored, route_of
from shared.checkpoint import Checkpoint, TlogProof, make_proof, sign_checkpoint
from shared.custody.chain import ChainState, read_record, write_record
from shared.custody.envelope import Envelope
from shared.custody.events import AnyEvent, event_name
from shared.keys import KeySigner, Signer
from shared.merkle import Tree, leaf_hash

ORIGIN = "handover.test/ledger"


class Chain:
    """Somebody who writes events: a handheld, or the server itself."""

    def __init__(self, device: str, signer: Signer) -> None:
        self.signer = signer
        self.state = ChainState(device)

    def write(self, event: AnyEvent, at: datetime, actor: str) -> Envelope:
        envelope, self.state = write_record(
            self.state, event, self.signer, at=at, mono=self.state.seq * 1000, offset=1200, app="test 1", actor=actor
        )
        return envelope


class MemoryLedger:
    """Entries in order, blobs by hash."""

    origin = ORIGIN

    def __init__(self, server_key: bytes = b"k" * 32) -> None:
        self.signer = KeySigner(server_key)
        self.server = Chain("server", self.signer)
        self.entries: list[Stored] = []
        self.blobs: dict[str, bytes] = {}

    def append(self, chain: Chain, event: AnyEvent, at: datetime, actor: str = "u-driver") -> str:
        """Write, sign and append an event; returns the hash of its record."""
        return self.add(chain.write(event, at, actor), chain.signer.public_key())

    def add(self, envelope: Envelope, public: bytes) -> str:
        """Append an envelope as it is."""
        record = read_record(envelope, public)
        stored = Stored(len(self.entries), envelope, record, record.decoded(), envelope.sha256, record.at)
        self.entries.append(stored)
        return envelope.sha256

    def keep(self, data: bytes) -> str:
        """Keep a blob; returns its hash."""
        digest = sha256(data).hexdigest()
        self.blobs[digest] = data
        return digest

    def find(self, digest: str) -> Stored | None:
        return next((entry for entry in self.entries if entry.sha256 == digest), None)

    def of_route(self, route_id: str) -> Iterable[Stored]:
        return [entry for entry in self.entries if route_of(entry.event) == route_id]

    def of_types(self, types: Sequence[str]) -> Iterable[Stored]:
        return [entry for entry in self.entries if event_name(entry.event) in types]

    def blob(self, digest: str) -> bytes | None:
        return self.blobs.get(digest)

    def tree(self) -> Tree:
        return Tree([leaf_hash(entry.envelope.encode()) for entry in self.entries])

    def checkpoint(self) -> str:
        """A signed checkpoint over everything."""
        tree = self.tree()
        return sign_checkpoint(Checkpoint(ORIGIN, len(tree), tree.root()), self.signer)

    def proofs(self, indexes: Iterable[int]) -> dict[int, TlogProof]:
        """Inclusion proofs under that checkpoint."""
        tree, note = self.tree(), self.checkpoint()
        return {index: make_proof(index, tree.inclusion_proof(index), note) for index in indexes}
