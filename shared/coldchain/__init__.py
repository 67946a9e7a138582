"""The cold chain: readings, product ranges, excursions and gaps, the verdict, the GSP recording rules, and MKT."""
