"""Elements of XML, with text that XML 1.0 allows."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

# What a feed may hold and no XML 1.0 document may.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def put(parent: Element, name: str, text: object | None = None, **attributes: str) -> Element:
    """A new last child; the names of attributes and the text are cleaned of what XML forbids."""
    allowed = {key: _FORBIDDEN.sub("", value) for key, value in attributes.items()}
    child = SubElement(parent, name, allowed)
    if text is not None:
        child.text = _FORBIDDEN.sub("", str(text))
    return child
