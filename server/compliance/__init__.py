"""The compliance desk: find, open, download and verify any delivery."""
