# SPDX-License-Identifier: Apache-2.0
"""What LookupEvents shows of a record, derived from the text of docs/formats/lookup-fields.md alone.

Independent of the program on purpose: it shares the document's rules and none of the code.
"""
import pathlib
import re

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/formats/lookup-fields.md"
NAME_BYTES_MAX, DEPTH_MAX = 2048, 16


def resource_rows():
    """(service, parent or None, member, event text, type) of each row of the document's table."""
    rows = []
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if len(cells) == 4 and cells[3].startswith("AWS::"):
            parent, _, member = cells[1].rpartition(".")
            rows.append((cells[0], parent or None, member, cells[2], cells[3]))
    assert len(rows) > 50, f"no table in {DOCUMENT}"
    return rows


def username(record):
    identity = record.get("userIdentity", {})
    kind = identity.get("type")
    if kind == "Root":
        return "root"
    if kind in ("AssumedRole", "FederatedUser"):
        return identity.get("principalId", "").partition(":")[2] or None
    if kind in ("AWSService", "AWSAccount"):
        return None
    return identity.get("userName") or None


def strings(value, member="", parent="", depth=1):
    """Every string below a value, with the member it stands under and that member's parent."""
    if isinstance(value, str):
        yield parent, member, value
    elif depth > DEPTH_MAX:
        return
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, member, parent, depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from strings(item, name, member, depth + 1)


def resources(record, rows):
    """The (type, name) pairs, in the order that LookupEvents lists them."""
    source = record.get("eventSource", "")
    if not source.endswith(".amazonaws.com"):
        return []
    service, event, found = source.removesuffix(".amazonaws.com"), record.get("eventName", ""), []
    for part in ("requestParameters", "responseElements"):
        for parent, member, text in strings(record.get(part)):
            if not text or len(text.encode()) > NAME_BYTES_MAX:
                continue
            for row_service, row_parent, row_member, row_event, kind in rows:
                if (row_service, row_member) == (service, member) and row_parent in (None, parent) and row_event in event:
                    if (kind, text) not in found:
                        found.append((kind, text))
    return found


def attributes(record, rows):
    """Every (attribute, value) that LookupEvents must find this record by."""
    pairs = {("EventId", record["eventID"]), ("EventName", record["eventName"]), ("EventSource", record["eventSource"])}
    if "readOnly" in record:
        pairs.add(("ReadOnly", str(record["readOnly"]).lower()))
    if record.get("userIdentity", {}).get("accessKeyId"):
        pairs.add(("AccessKeyId", record["userIdentity"]["accessKeyId"]))
    if username(record):
        pairs.add(("Username", username(record)))
    for kind, name in resources(record, rows):
        pairs |= {("ResourceType", kind), ("ResourceName", name)}
    return pairs


def weight(value):
    """How long AWS counts a lookup value: blank, comma, underscore and line end count twice."""
    return len(value) + len(re.findall(r"[ ,_\n]", value))
