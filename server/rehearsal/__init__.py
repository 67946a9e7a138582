"""The rehearsal: a whole delivery day in Beijing on the real parts, for `make demo` and for whoever wants to see it run.

The hospitals are real places (names and rounded WGS-84 positions). Everything else, from suppliers and medicines to people
and plates, is synthetic and says so.
"""
