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
BEGIN = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
END = b'\n<?xpacket end="w"?>\n'
EMPTY = (
    BEGIN + b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b'  <rdf:Description rdf:about=""/>\n'
    b" </rdf:RDF>\n</x:xmpmeta>" + END
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
    tree, about = parse_packet(packet)
    added = []
    for name, text in keyword.parts():
        if text not in _list_items(tree, name):
            list_of(tree, about, name).append(make_item(text))
            added.append(name)
    return (write_packet(tree) if added else packet), added


def has_keywords(packet: bytes) -> bool:
    """Tell whether a packet holds any keyword.

    Raises:
        BadInput: it is no XMP.
    """
    tree, _ = parse_packet(packet)
    return any(_list_items(tree, name) for name in (SUBJECT, HIERARCHY))


def copy_keywords(packet: bytes, source: bytes) -> bytes:
    """Return a packet without keywords with those of another one.

    Raises:
        BadInput: one of them is no XMP.
    """
    (tree, about), (other, _) = parse_packet(packet), parse_packet(source)
    for name in (SUBJECT, HIERARCHY):
        if texts := _list_items(other, name):
            list_of(tree, about, name).extend(map(make_item, texts))
    return write_packet(tree)


def remove_keyword(packet: bytes, keyword: Keyword, properties: list[str]) -> bytes:
    """Return a packet without a keyword in some properties; lists that are empty then go, too.

    Raises:
        BadInput: it is no XMP.
    """
    tree, _ = parse_packet(packet)
    for name, text in keyword.parts():
        if name not in properties:
            continue
        for item in list(tree.iterfind(f".//{{{RDF}}}Description/{name}/*/{ITEM}")):
            if item.text == text:
                held = item.getparent()
                held.remove(item)
                if not len(held):
                    held.getparent().getparent().remove(held.getparent())
    return write_packet(tree)


def _list_items(tree: etree._ElementTree, name: str) -> list[str]:
    items = tree.iterfind(f".//{{{RDF}}}Description/{name}/*/{ITEM}")
    return [item.text or "" for item in items]


def parse_packet(packet: bytes) -> tuple[etree._ElementTree, etree._Element]:
    """Return a packet's tree, and its first description; nothing in it is ever expanded.

    Raises:
        BadInput: it is no XMP.
    """
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


def list_of(tree: etree._ElementTree, about: etree._Element, name: str) -> etree._Element:
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
        held.append(make_item(word))
    return held


def make_item(text: str) -> etree._Element:
    """Return an entry of a list."""
    item = etree.Element(ITEM)
    item.text = text
    return item


def write_packet(tree: etree._ElementTree) -> bytes:
    """Return a packet's bytes, in the encoding that it came in."""
    encoding = tree.docinfo.encoding or "UTF-8"
    declared = encoding.upper() not in {"UTF-8", "ASCII", "US-ASCII"}
    text: bytes = etree.tostring(
        tree, encoding=encoding if declared else "UTF-8", xml_declaration=declared
    )
    return text
