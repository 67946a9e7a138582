"""Custody on the server: enrolment, intake, the ledger, blobs and seals."""
