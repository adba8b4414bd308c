"""Load on UmaDB: its own Python client (a Rust core), a thread and a connection a client, over loopback TCP.

A handicap that the table names: UmaDB speaks gRPC only, so this generator is Python where the others are C.
Modes: bare (a conditional append: refused when the case has an event after the last one known), fill (--cases of ten
events), read (the events of one case by its tag), replay (all events, with a JSON parse into a dictionary).
"""
import argparse
import json
import random
import threading
import time
import uuid

import umadb

SCRIPT = ["received", "consulted", "progressed", "progressed", "apologised",
          "progressed", "progressed", "progressed", "resolved", "returned"]


def uuid7():
    value = int(time.time() * 1000) << 80 | random.getrandbits(80)
    return uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)


def event(number, version):
    """About 300 bytes, as in bench.h."""
    command, now = uuid7(), int(time.time() * 1e6)
    payload = json.dumps({
        "case": number, "version": version, "type": SCRIPT[version - 1], "recordedAt": now, "account": "counter",
        "commandId": str(command), "body": {
            "applicant": "Nguyễn Thị Hoa", "phone": f"09{random.randrange(10**8):08}",
            "text": "Thẩm tra hồ sơ, đối chiếu sổ gốc và xác minh tại tổ dân phố", "due": now + 432000000000}},
        ensure_ascii=False, separators=(",", ":")).encode()
    return umadb.Event(event_type=SCRIPT[version - 1], data=payload, tags=[f"case:{number}"], uuid=command)


def of_case(number):
    return umadb.Query(items=[umadb.QueryItem(tags=[f"case:{number}"])])


def appends(client, index, clients):
    """The life of one case after the other; every tenth stays open."""
    number, cases = (int(time.time()) << 24) + index, 0
    while True:
        last = None
        for version in range(1, 9 if cases % 10 == 9 else 11):
            condition = umadb.AppendCondition(fail_if_events_match=of_case(number), after=last)
            new = event(number, version)
            start = time.monotonic_ns()
            last = client.append([new], condition=condition)
            yield start
        number, cases = number + clients, cases + 1


def reads(client, cases):
    while True:
        query = of_case(random.randrange(cases) + 1)
        start = time.monotonic_ns()
        if len(client.read(query=query).next_batch()) != 10:
            raise SystemExit("load_umadb: not ten events")
        yield start


def measure(options, operations):
    begin = time.monotonic_ns() + int(options.warmup * 1e9)
    end = begin + int(options.seconds * 1e9)
    latencies, failures, done = [[] for _ in range(options.clients)], [], [0] * options.clients

    def run(index):
        try:
            for start in operations(umadb.Client(options.target), index):
                now = time.monotonic_ns()
                done[index] += 1
                if now >= end:
                    return
                if now >= begin:
                    latencies[index].append(now - start)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(options.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"load_umadb: {failures[0]!r}")
    every = sorted(latency for own in latencies for latency in own)
    if not every:
        raise SystemExit("load_umadb: nothing was measured")
    print(json.dumps({
        "mode": options.mode, "clients": options.clients, "operations": len(every), "seconds": options.seconds,
        "rate": round(len(every) / options.seconds, 1), "p50_us": every[len(every) // 2] / 1000,
        "p99_us": every[len(every) * 99 // 100] / 1000, "max_us": every[-1] / 1000, "all": sum(done)}))


def bulk(mode, operations, begin):
    seconds = time.monotonic() - begin
    print(json.dumps({"mode": mode, "operations": operations, "seconds": seconds, "rate": round(operations / seconds, 1)}))


def fill(options):
    client, begin = umadb.Client(options.target), time.monotonic()
    for first in range(1, options.cases + 1, 100):
        numbers = range(first, min(first + 100, options.cases + 1))
        client.append([event(number, version) for number in numbers for version in range(1, 11)])
    bulk("fill", options.cases * 10, begin)


def replay(options):
    client, begin, versions, count = umadb.Client(options.target), time.monotonic(), {}, 0
    events = client.read()
    while batch := events.next_batch():
        for sequenced in batch:
            body = json.loads(sequenced.event.data)
            versions[body["case"]] = body["version"]
        count += len(batch)
    bulk("replay", count, begin)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", required=True, choices=["bare", "read", "fill", "replay"])
    parser.add_argument("--target", required=True)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--warmup", type=float, default=0.5)
    parser.add_argument("--cases", type=int, default=1000)
    options = parser.parse_args()
    if options.mode == "bare":
        measure(options, lambda client, index: appends(client, index, options.clients))
    elif options.mode == "read":
        measure(options, lambda client, index: reads(client, options.cases))
    else:
        {"fill": fill, "replay": replay}[options.mode](options)


main()
