"""Checks one proof of a case without any of our code: check_proof.py PROOF.json CHECKPOINT VERIFIER-KEY

Written from C2SP signed-note and tlog-checkpoint, RFC 8032 and RFC 9162. It needs the package `cryptography` from PyPI,
for Ed25519 and AES-GCM. Prints `ok N events` and ends with 0, or prints what is wrong and ends with 1. What the checkpoint
says that it follows, after a loss, is printed behind it.
"""

import base64
import binascii
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Wrong(Exception):
    pass


def require(condition, reason):
    if not condition:
        raise Wrong(reason)


def unbase64(text, what):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Wrong(f"{what} is not base64")


def read_key(text):
    """name+hex key id+base64(0x01, public key)"""
    name, key_id, encoded = text.strip().split("+", 2)
    content = unbase64(encoded, "the verifier key")
    require(len(content) == 33 and content[0] == 1, "the verifier key is not one of Ed25519")
    expected = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
    require(bytes.fromhex(key_id) == expected, "the verifier key's id is not that of its name and key")
    return name, expected, Ed25519PublicKey.from_public_bytes(content[1:])


def read_note(note, key):
    """The origin, the size and the root of a checkpoint that the key signed, and whom it says that it follows."""
    name, key_id, public = key
    text, separator, signatures = note.rpartition("\n\n")
    require(separator, "the checkpoint has no signatures")
    text += "\n"
    for line in signatures.splitlines():
        require(line.startswith("\u2014 "), "a signature line does not begin with a dash")
        signer, encoded = line[2:].split(" ")
        content = unbase64(encoded, "a signature")
        if signer == name and content[:4] == key_id:
            try:
                public.verify(content[4:], text.encode())
            except InvalidSignature:
                raise Wrong("the signature is not of this checkpoint")
            break
    else:
        raise Wrong("the checkpoint is not signed by this key")
    origin, size, root, *extensions = text.split("\n")[:-1]
    require(origin == name, "the checkpoint is of another origin")
    require(all(extensions), "an extension line of the checkpoint is empty")
    follows = next((line for line in extensions if line.startswith("follows ")), None)
    return origin, int(size), unbase64(root, "the root"), follows


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def is_included(leaf, index, size, path, root):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn % 2 == 1 or fn == sn:
            r = sha256(b"\x01", p, r)
            while fn % 2 == 0 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            r = sha256(b"\x01", r, p)
        fn >>= 1
        sn >>= 1
    return sn == 0 and r == root


def fields(record):
    """The fields of a protobuf message: number to the values in their order."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = record[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(record):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            value = varint()
        else:
            size = varint() if kind == 2 else {1: 8, 5: 4}[kind]
            value = record[at : at + size]
            require(len(value) == size, "a record ends too early")
            at += size
        found.setdefault(tag >> 3, []).append(value)
    return found


def check(proof_file, checkpoint_file, key_text):
    with open(proof_file, encoding="utf-8") as file:
        proof = json.load(file)
    with open(checkpoint_file, encoding="utf-8", newline="") as file:
        published = file.read()
    require(proof["format"] == "motcua proof 1" and proof["kind"] == "case", "this is not a proof of a case")
    key = read_key(key_text)
    origin, size, root, follows = read_note(proof["checkpoint"], key)
    require(read_note(published, key)[:3] == (origin, size, root), "the proof is not against the published checkpoint")

    sealing = unbase64(proof["key"], "the sealing key") if proof.get("key") else None
    stream, last = None, 0
    for version, event in enumerate(proof["events"], 1):
        position = event["position"]
        record = unbase64(event["record"], f"record {position}")
        path = [unbase64(text, f"the path of {position}") for text in event["path"]]
        require(position > last, f"event {position} is not after the one before it")
        last = position
        require(
            is_included(sha256(b"\x00", record), position - 1, size, path, root),
            f"event {position} is not in the tree of the checkpoint",
        )
        # The few fields that record.proto gives these numbers.
        parts = fields(record)
        require(parts[3] == [version], f"event {position} is version {parts[3]}, not {version}")
        stream = stream or parts[2]
        require(parts[2] == stream, f"event {position} is of another case")
        if version == 1:
            received = fields(parts[20][0])
            require(received[1] == [proof["code"].encode()], "the receipt is of another code")
            if sealing:
                require(received[12] == [sha256(b"\x02", sealing)], "the sealing key is not the committed one")
        if sealing and 15 in parts:
            body = next(number for number in parts if 20 <= number <= 28)
            sealed = parts[15][0]
            bound = parts[14][0].to_bytes(8, "big") + body.to_bytes(4, "big")
            try:
                AESGCM(sealing).decrypt(sealed[:12], sealed[12:], bound)
            except InvalidTag:
                raise Wrong(f"event {position} does not open with the sealing key")
    require(last > 0, "the proof has no events")
    print(f"ok {len(proof['events'])} events" + (f", {follows}" if follows else ""))


try:
    check(*sys.argv[1:])
except Wrong as wrong:
    print(wrong)
    sys.exit(1)
except (ValueError, KeyError, IndexError, TypeError, StopIteration) as error:
    print(f"the proof cannot be read: {type(error).__name__} {error}")
    sys.exit(1)
