"""Reads an export line by line with the CloudEvents package from PyPI, which shares no code with ours."""

import base64
import collections
import hashlib
import json
import sys

from cloudevents.core.formats.json import JSONFormat

counts = collections.Counter()
expected = 0
for text in open(sys.argv[1], encoding="utf-8"):
    event = JSONFormat().read(None, text)
    assert event.get_specversion() == "1.0", text
    counts[event.get_type()] += 1
    if event.get_id().isdigit():
        expected += 1
        assert int(event.get_id()) == expected, (event.get_id(), expected)
        assert event.get_time().utcoffset().total_seconds() == 0
        data = event.get_data()
        if isinstance(data, bytes):
            leaf = base64.b64encode(hashlib.sha256(b"\0" + data).digest()).decode()
            assert event.get_extension("leafhash") == leaf, expected
        else:
            assert data["position"] == expected, data

assert counts["vn.motcua.export.begin"] == 1 and counts["vn.motcua.export.end"] == 1, counts
print(json.dumps(counts, sort_keys=True))
