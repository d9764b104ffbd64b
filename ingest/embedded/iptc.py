"""IPTC's older records, which newsrooms and photo managers write."""

from ingest.embedded.words import Fields, join_words, read_moment

MARK = 0x1C
MOST = 10_000  # records
ENVELOPE, APPLICATION = 1, 2
CODING = 90
UTF8 = b"\x1b%G"
TEXTS = {5: "title", 80: "photographer", 90: "city", 92: "place", 95: "state", 101: "country"}
TEXTS |= {105: "headline", 120: "description"}
KEYWORD, DAY, TIME = 25, 55, 60


def read_iptc(block: bytes) -> Fields:
    """Read the records that have a column, or a name of their own, here; broken ones end it."""
    found = _read_texts(block)
    fields: Fields = {name: join_words(found.get(number, ())) for number, name in TEXTS.items()}
    fields["description"] = "\n".join(found.get(120, ())).strip()
    fields["keywords"] = join_words(found.get(KEYWORD, ()))
    fields = {name: value for name, value in fields.items() if value}
    day, time = (next(iter(found.get(number, ())), "") for number in (DAY, TIME))
    if len(day) == 8 and day.isdigit():
        clock = f" {time[:2]}:{time[2:4]}:{time[4:6]}{time[6:]}" if len(time) >= 6 else ""
        date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
        moment = read_moment(date + clock) or read_moment(date)
        if moment:
            fields["taken"] = moment
    return fields


def list_iptc_keywords(block: bytes) -> list[str]:
    """Return the keywords one by one: they may hold commas."""
    return [word for word in _read_texts(block).get(KEYWORD, []) if word]


def _read_texts(block: bytes) -> dict[int, list[str]]:
    stored, is_utf8 = _records(block)
    return {
        number: [_decode(value, is_utf8) for value in values] for number, values in stored.items()
    }


def _records(block: bytes) -> tuple[dict[int, list[bytes]], bool]:
    """Return the application's values by number, and whether they are said to be UTF-8."""
    values: dict[int, list[bytes]] = {}
    is_utf8, at = False, 0
    for _ in range(MOST):
        if at + 5 > len(block) or block[at] != MARK:
            break
        record, number = block[at + 1], block[at + 2]
        size = int.from_bytes(block[at + 3 : at + 5], "big")
        value = block[at + 5 : at + 5 + size]
        if size & 0x8000 or len(value) < size:
            break  # longer than any text that is meant for people
        if (record, number) == (ENVELOPE, CODING):
            is_utf8 = value == UTF8
        elif record == APPLICATION:
            values.setdefault(number, []).append(value)
        at += 5 + size
    return values, is_utf8


def _decode(value: bytes, is_utf8: bool) -> str:
    if is_utf8:
        return value.decode("utf-8", "replace").strip("\0 ")
    try:
        return value.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace").strip("\0 ")
