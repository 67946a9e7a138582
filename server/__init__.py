"""The server: intake, ledger, projections, and the pages people see.

Areas (``server/<area>/``) share four file names: models, operations, schemas, routes. Routes call operations, operations
use models; an area talks to another through its operations.
"""
