"""Planning: from orders, vehicles and drivers to routes a dispatcher can trust.

``problem`` and ``plan`` are the values both ends agree on; no solver is named in them. ``operations.make_plan`` validates,
solves (``engine`` with ``with_pyvrp`` and ``with_ortools``) and has ``checker`` judge the result. The checker imports
nothing of the engine, so that one mistake cannot pass both.
"""
