# SPDX-License-Identifier: Apache-2.0
"""Search every file of a data folder for a word, in clear, base64 and hex, also inside gzip and zstd.

Blocks of the history are zstd frames, some with a dictionary of a file beside them (docs/formats/history.md).
"""
import base64
import pathlib
import re
import subprocess
import tempfile
import zlib

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_HEADER = 16


def forms(word):
    """The word's bytes as they look in clear, in hex of either case, and inside a longer base64 text."""
    raw = word.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        begin, end = (shift * 8 + 5) // 6, (shift + len(raw)) * 8 // 6  # letters that hold nothing but the word's bits
        found |= {text[begin:end], text[begin:end].replace(b"+", b"-").replace(b"/", b"_")}
    return sorted(found)


def inflate_frames(data, dictionaries):
    """What the zstd frames anywhere in these bytes hold."""
    places = [match.start() for match in re.finditer(re.escape(ZSTD_MAGIC), data)]
    for begin, end in zip(places, [*places[1:], len(data)]):
        for dictionary in (None, *dictionaries):
            command = ["zstd", "--decompress", "--stdout", "--quiet", *(["-D", dictionary] if dictionary else [])]
            # What follows the frame makes zstd complain at the end; what it wrote before is right all the same.
            content = subprocess.run(command, input=data[begin:end], capture_output=True, check=False).stdout
            if content:
                yield content
                break


def contents(folder):
    """Each file below the folder as it is, and again as it is when inflated: (name, bytes)."""
    with tempfile.TemporaryDirectory() as place:
        dictionaries = []
        for path in sorted(pathlib.Path(folder).rglob("*.dictionary")):
            copy = pathlib.Path(place) / path.name
            copy.write_bytes(path.read_bytes()[DICTIONARY_HEADER:])
            dictionaries.append(copy)
        for path in sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file()):
            data, name = path.read_bytes(), str(path.relative_to(folder))
            yield name, data
            if data[:2] == b"\x1f\x8b":
                yield name + " (gzip)", zlib.decompressobj(wbits=31).decompress(data)  # metadata of the object follows it
            for content in inflate_frames(data, dictionaries):
                yield name + " (zstd)", content


def search(folder, word, more=()):
    """Where the word is: {file name: what stands around it}. `more`: further (name, bytes) to look into."""
    pattern = re.compile(b"|".join(re.escape(form) for form in forms(word)))
    places = {}
    for name, data in (*contents(folder), *more):
        match = pattern.search(data)
        if match:
            places[name] = data[max(0, match.start() - 150):match.end() + 60].decode(errors="replace")
    return places
