"""The proof of delivery: evidence gathered, as a document and as a bundle that verifies alone."""
