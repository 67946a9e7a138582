"""What does the work: carriers, vehicles, drivers, containers, loggers, and their qualifications."""
