"""What is printed on goods, boxes, handhelds' enrolment sheets and receipts, read into values.

One way in: :func:`shared.codes.parse.parse` takes what a scanner, a camera or a person delivers and gives a value that is
valid because it exists, or raises :class:`shared.errors.Refused` with a numbered problem. One judgement:
:func:`shared.codes.match.judge` holds such a value against a manifest, on the handheld and on the server alike. Where a
text can be read in two ways it is refused as ambiguous; a lot is never guessed.

========================================  ==============================================================================
:mod:`~shared.codes.parse`                the way in: ``parse``, ``describe``, ``refusal``
:mod:`~shared.codes.match`                a scan against a manifest
:mod:`~shared.codes.several`              several codes on one pack
:mod:`~shared.codes.gs1`                  packs, logistic units, places and assets, made from elements
:mod:`~shared.codes.element_string`       GS1 element strings: raw with FNC1, and ``(01)…(10)…``
:mod:`~shared.codes.digital_link`         GS1 Digital Link URIs, read and written
:mod:`~shared.codes.ai`                   application identifiers (rows: ``ai_table``; their form: ``ai_definition``)
:mod:`~shared.codes.content`              what the parts of an element may hold
:mod:`~shared.codes.keys`                 GTIN, GLN, SSCC, GIAI, GRAI
:mod:`~shared.codes.checkdigit`           modulo 10 and modulo 1021
:mod:`~shared.codes.dates`                YYMMDD
:mod:`~shared.codes.symbology`            ``]d2`` and the others
:mod:`~shared.codes.trace`                药品追溯码
:mod:`~shared.codes.own`                  our own enrolment and receipt codes
========================================  ==============================================================================

>>> from shared.codes.parse import parse
>>> pack = parse("]d201069012345678921727123110B240901\\x1d21S7", year=2026)
>>> pack.gtin, pack.lot, pack.expiry.isoformat(), pack.serial
('06901234567892', 'B240901', '2027-12-31', 'S7')
"""
