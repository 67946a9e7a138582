"""The traceability record: projections of the ledger, and their export as EPCIS 2.0."""
