"""The journal: the handheld's append-only store of signed events, and what belongs to them."""
