"""Works at the desk with the Varlink implementation from PyPI, which shares no code with ours."""

import sys
import threading

import varlink

client = varlink.Client.new_with_address("unix:" + sys.argv[1])
names = [str(interface) for interface in client.get_interfaces()]
assert names == ["org.varlink.service", "vn.motcua.Desk", "vn.motcua.Views", "vn.motcua.Admin", "vn.motcua.Ledger"], names
for name in names:
    description = client.get_interface(name).get_description()
    assert description.startswith("#") and "interface " + name in description, name

seen = []
watching = threading.Event()


def watch():
    with client.open("vn.motcua.Views") as views:
        for page in views.Watch(after=0, _more=True):
            for event in page["events"]:
                seen.append((event["position"], event["type"]))
            watching.set()
            if len(seen) >= 3:
                return


watcher = threading.Thread(target=watch, daemon=True)
watcher.start()
assert watching.wait(10), "no event was told"

with client.open("vn.motcua.Desk") as desk:
    receipt = desk.Receive(kind="procedure", procedure="khai-sinh", applicant="Trần Văn Nam")["receipt"]
    assert receipt["status"] == "received" and not receipt["repeated"], receipt
    try:
        desk.Return(code=receipt["code"])
        raise AssertionError("a result was handed over before it was there")
    except varlink.VarlinkError as error:
        assert error.error() == "vn.motcua.Desk.NotResolved", error
    assert desk.Resolve(code=receipt["code"], outcome="granted")["receipt"]["status"] == "ready"

watcher.join(10)
assert seen == [(1, "rulesAdopted"), (2, "received"), (3, "resolved")], seen

with client.open("vn.motcua.Views") as views:
    found = [case for page in views.Search(words="tran nam", _more=True) for case in page["cases"]]
    assert [case["code"] for case in found] == [receipt["code"]], found
print("all went as described")
