"""One door for every document this room reads: its kind is recognised, and what comes out is a record."""

from __future__ import annotations

from typing import Final

from xbec.errors import DocumentError
from xbec.trademark.records.border import is_xml, read_json, read_xml
from xbec.trademark.records.madrid import is_madrid, madrid_record
from xbec.trademark.records.own_json import prosecution_of
from xbec.trademark.records.record import Entry, Record
from xbec.trademark.records.tsdr import is_tsdr_json, tsdr_record

_NAME: Final = "trademark document"


def read_record(content: str | bytes, *, number: str | None = None) -> Record:
    """The mark in a document: our own JSON, a USPTO record (XML, JSON), or WIPO data that designate the United States.

    ``number`` picks the serial number or international registration where a document holds several. Raises
    :class:`DocumentError` listing every problem; :class:`InputError` where a number has to be picked, or the United
    States are not designated; :class:`MissingExtra` for XML without the extra ``trademark``.

    >>> print(read_record('{"applicants": [{"name": "A"}], "mark": {"text": "MERIDIAN"}, "items": []}'))
    MERIDIAN: US, no number; status not stated
    """
    if is_xml(content):
        root = read_xml(content, name=_NAME)
        if is_madrid(root):
            return madrid_record(root, number=number).extension_to("US")
        return tsdr_record(root, serial_number=number)
    document = read_json(content, name=_NAME)
    if is_tsdr_json(document):
        return tsdr_record(document, serial_number=number)
    prosecution = prosecution_of(document)
    app = prosecution.application
    if number is not None and number != app.serial_number:
        raise DocumentError("another mark", field="$.serial_number", value=app.serial_number, allowed=number)
    return Record(
        application=app,
        history=tuple(
            Entry(day=event.day, text=event.note or event.kind, events=(event.kind,)) for event in prosecution.events
        ),
    )
