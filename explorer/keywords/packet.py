"""Keywords in an XMP packet: added to and taken from what other programs have written there.

Source: Adobe's XMP specification, part 1 (the packet) and 2 (dc:subject); lr:hierarchicalSubject
is Lightroom's, with | between the levels.
"""

from dataclasses import dataclass

from lxml import etree

from explorer.errors import BadInput
from ingest.photo import CONTROL

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
LR = "http://ns.adobe.com/lightroom/1.0/"
SUBJECT, HIERARCHY = f"{{{DC}}}subject", f"{{{LR}}}hierarchicalSubject"
LISTS = {f"{{{RDF}}}{kind}" for kind in ("Bag", "Seq", "Alt")}
ITEM = f"{{{RDF}}}li"
EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b'  <rdf:Description rdf:about=""/>\n'
    b" </rdf:RDF>\n</x:xmpmeta>\n"
    b'<?xpacket end="w"?>\n'
)


@dataclass(frozen=True)
class Keyword:
    """A keyword: its word, and its path from the top of a hierarchy."""

    word: str
    path: str

    @classmethod
    def read(cls, text: str, root: str) -> "Keyword":
        """Read `House`, which goes below a root, or a whole path: `Buildings|House`.

        Raises:
            BadInput: nothing is left of it.
        """
        levels = [CONTROL.sub(" ", level).strip() for level in text.split("|")]
        levels = [level for level in levels if level]
        if not levels:
            raise BadInput("The keyword is empty: give a word, or a path such as Buildings|House.")
        return cls(levels[-1], "|".join([root, *levels] if len(levels) == 1 else levels))

    @classmethod
    def of_name(cls, name: str, root: str) -> "Keyword":
        """Make the keyword of a concept, below a root: a | in its name parts no levels."""
        word = CONTROL.sub(" ", name).strip()
        return cls(word, f"{root}|{word.replace('|', '-')}")

    def parts(self) -> tuple[tuple[str, str], ...]:
        """Return what stands in which property."""
        return ((SUBJECT, self.word), (HIERARCHY, self.path))


def add_keyword(packet: bytes, keyword: Keyword) -> tuple[bytes, list[str]]:
    """Return a packet with a keyword, and the properties that did not have it.

    Raises:
        BadInput: it is no XMP.
    """
    tree, about = _parse(packet)
    added = []
    for name, text in keyword.parts():
        items = tree.iterfind(f".//{{{RDF}}}Description/{name}/*/{ITEM}")
        if text not in [item.text for item in items]:
            _list_of(tree, about, name).append(_item(text))
            added.append(name)
    return (_write(tree) if added else packet), added


def remove_keyword(packet: bytes, keyword: Keyword, properties: list[str]) -> bytes:
    """Return a packet without a keyword in some properties; lists that are empty then go, too.

    Raises:
        BadInput: it is no XMP.
    """
    tree, _ = _parse(packet)
    for name, text in keyword.parts():
        if name not in properties:
            continue
        for item in list(tree.iterfind(f".//{{{RDF}}}Description/{name}/*/{ITEM}")):
            if item.text == text:
                held = item.getparent()
                held.remove(item)
                if not len(held):
                    held.getparent().getparent().remove(held.getparent())
    return _write(tree)


def _parse(packet: bytes) -> tuple[etree._ElementTree, etree._Element]:
    """Return a packet's tree, and its first description; nothing in it is ever expanded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(packet, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInput("it is no XML") from error
    tree = root.getroottree()
    rdf = root if root.tag == f"{{{RDF}}}RDF" else root.find(f".//{{{RDF}}}RDF")
    if rdf is None or tree.docinfo.internalDTD is not None:
        raise BadInput("it is no XMP")
    about = rdf.find(f"{{{RDF}}}Description")
    if about is None:
        about = etree.SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    return tree, about


def _list_of(tree: etree._ElementTree, about: etree._Element, name: str) -> etree._Element:
    """Return the list of a property, made where there is none."""
    found = tree.find(f".//{{{RDF}}}Description/{name}")
    if found is None:
        prefix, uri = ("dc", DC) if name == SUBJECT else ("lr", LR)
        found = etree.SubElement(about, name, nsmap={prefix: uri})
    for held in found:
        if held.tag in LISTS:
            return held
    word = (found.text or "").strip()
    found.text = None
    held = etree.SubElement(found, f"{{{RDF}}}Bag")
    if word:  # a single word that somebody wrote without a list
        held.append(_item(word))
    return held


def _item(text: str) -> etree._Element:
    item = etree.Element(ITEM)
    item.text = text
    return item


def _write(tree: etree._ElementTree) -> bytes:
    encoding = tree.docinfo.encoding or "UTF-8"
    declared = encoding.upper() not in {"UTF-8", "ASCII", "US-ASCII"}
    text: bytes = etree.tostring(
        tree, encoding=encoding if declared else "UTF-8", xml_declaration=declared
    )
    return text
