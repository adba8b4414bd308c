"""Makes the table and the JSON of a run out of its raw lines.

table.py RAW OUT KEY=VALUE…     writes OUT/table.md and OUT/results.json
table.py --into README TABLE    puts TABLE between the two marks in README
"""
import collections
import datetime
import json
import os
import pathlib
import platform
import statistics
import sys

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

# What a peer does and how durable it is; the table never shows one without it.
COMMAND_PEERS = {
    "motcua": "all of it, by Unix socket; durable before the reply",
    "redis-bare": "one XADD; durable before the reply (appendfsync always)",
    "postgres-bare": "one INSERT; durable before the reply",
    "sqlite-bare": "one INSERT, in process, no socket; durable (WAL, synchronous=FULL)",
    "umadb-bare": "conditional append; durable before the reply; its client is Python, over TCP: a handicap",
    "redis-work": "same work, a Lua script; durable before the reply",
    "postgres-work": "same work, a PL/pgSQL function; durable before the reply",
    "sqlite-work": "same work, in process, no socket; durable",
    "floor": "the same commit in plain C, no socket, nothing decided; a batch of as many; durable",
}
READS = {
    ("motcua", "info"): "motcua: an empty call (GetInfo)",
    ("motcua", "show"): "motcua: Show, a case's state",
    ("motcua", "history"): "motcua: History, a case's ten events, unsealed",
    ("motcua", "late"): "motcua: List, fifty late cases",
    ("motcua", "tally"): "motcua: Tally",
    ("redis", "read"): "Redis: XRANGE of a stream of ten",
    ("postgres", "read"): "PostgreSQL: SELECT of ten rows",
    ("sqlite", "read"): "SQLite: SELECT of ten rows, in process",
    ("umadb", "read"): "UmaDB: read of ten by tag (Python, TCP)",
}
PROCESSES = {
    "motcua": "`motcua show CODE`",
    "redis": "`redis-cli GET`",
    "postgres": "`psql -c SELECT`",
    "nothing": "`true`: what a process costs here",
}
REBUILDS = {
    ("motcua", "process"): "`motcua rebuild`: all views, as a whole process",
    ("motcua", "fold"): "`motcua tally --as-of`: all cases folded in memory, no tables",
    ("floor", "bulk"): "the same views in plain C from the same ledger",
    ("floor", "bulk-plain"): "the same, what is sealed opened before",
    ("sqlite", "replay"): "SQLite: read all, scan three members, hash table (C)",
    ("postgres", "replay"): "PostgreSQL: the same by COPY (C)",
    ("redis", "replay"): "Redis: the same by XRANGE (C)",
    ("umadb", "replay"): "UmaDB: the same, JSON parse and dictionary in Python",
}


class Results:
    def __init__(self, lines):
        self.lines = lines

    def rounds(self, field, **where):
        """The values of a field by round."""
        return {line["round"]: line[field] for line in self.lines
                if field in line and all(line.get(key) == value for key, value in where.items())}

    def values(self, field, **where):
        return [line[field] for line in self.lines
                if field in line and all(line.get(key) == value for key, value in where.items())]


def median(values):
    return statistics.median(values)


def number(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(values):
    return f"{number(min(values))}–{number(max(values))}" if len(values) > 1 else "–"


def ratio(over, under):
    """Median over the rounds in which both were measured: the disk of one round is the same for both."""
    shared = [over[key] / under[key] for key in over if key in under and under[key]]
    return f"{median(shared):.2f}" if shared else "–"


def processor_us(results, **where):
    """Microseconds of processor for a command, of the server or, where there is none, of the program itself."""
    used = [line.get("server_cpu_s", line.get("own_cpu_s")) / line["all"] * 1e6 for line in results.lines
            if line.get("all") and all(line.get(key) == value for key, value in where.items())]
    return number(median(used)) if used else "–"


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join("---" if i == 0 else "---:" for i in range(len(heads))) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def commands(results):
    rows = []
    for clients in (1, 8, 64):
        ours = results.rounds("rate", part="commands", peer="motcua", clients=clients)
        for peer, says in COMMAND_PEERS.items():
            where = {"part": "commands", "peer": peer, "clients": clients}
            rates = results.rounds("rate", **where)
            if not rates:
                continue
            values = list(rates.values())
            rows.append([
                f"{peer}: {says}", str(clients), number(median(values)), spread(values),
                number(median(results.values("p50_us", **where))), number(median(results.values("p99_us", **where))),
                processor_us(results, **where), ratio(ours, rates)])
    return rows and "### Durable commands\n\n" + table(
        ["who, what, how durable", "clients", "commands/s", "min–max", "p50 µs", "p99 µs", "processor µs each", "motcua ÷ it"], rows)


def reads(results):
    rows = []
    empty = results.rounds("p50_us", part="reads", peer="motcua", mode="info")
    for (peer, mode), says in READS.items():
        where = {"part": "reads", "peer": peer, "mode": mode}
        p50 = results.rounds("p50_us", **where)
        if p50:
            values = list(p50.values())
            rows.append([says, number(median(values)), spread(values),
                         number(median(results.values("p99_us", **where))), ratio(p50, empty)])
    return rows and "### Questions, one client\n\n" + table(["what", "p50 µs", "min–max", "p99 µs", "p50 ÷ empty call"], rows)


def processes(results):
    rows = []
    peer_cli = results.rounds("p50_us", part="processes", peer="redis")
    for peer, says in PROCESSES.items():
        where = {"part": "processes", "peer": peer}
        p50 = results.rounds("p50_us", **where)
        if p50:
            values = [value / 1000 for value in p50.values()]
            rows.append([says, number(median(values)), spread(values),
                         number(median(results.values("p99_us", **where)) / 1000), ratio(p50, peer_cli)])
    return rows and "### A whole process\n\n" + table(["what", "p50 ms", "min–max", "p99 ms", "p50 ÷ redis-cli"], rows)


def rebuilds(results):
    # A whole process of its own knows no events: its rate is that of the ledger that it went through.
    for line in results.lines:
        if line["part"] in ("rebuild", "fold") and line["peer"] == "motcua":
            line["rate"] = line["events"] / line["seconds"]
        if line["part"] == "fold":
            line["part"], line["mode"] = "rebuild", "fold"
    rows = []
    ours = results.rounds("rate", part="rebuild", peer="motcua", mode="process")
    for (peer, mode), says in REBUILDS.items():
        rates = results.rounds("rate", part="rebuild", peer=peer, mode=mode)
        if rates:
            values = list(rates.values())
            seconds = results.values("seconds", part="rebuild", peer=peer, mode=mode)
            rows.append([says, number(median(values)), spread(values), number(median(seconds)), ratio(ours, rates)])
    equal = results.values("equal_rows", part="rebuild")
    after = f"\n\nThe views of plain C and of `motcua rebuild` are equal in all {equal[-1]:,} rows." if equal else ""
    return rows and "### Rebuild, and what the peers need to read everything\n\n" + table(
        ["what", "events/s", "min–max", "seconds", "motcua ÷ it"], rows) + after


def growth(results):
    rows = []
    peers = sorted({line["peer"] for line in results.lines if line["part"] == "growth"}, key=lambda p: int(p.split("-")[1]))
    for clients in (1, 8):
        small = results.rounds("p50_us", part="growth", peer="events-10000", clients=clients)
        for peer in peers:
            where = {"part": "growth", "peer": peer, "clients": clients}
            p50 = results.rounds("p50_us", **where)
            rates = results.values("rate", **where)
            if p50:
                rows.append([f"{int(peer.split('-')[1]):,} events", str(clients), number(median(rates)), spread(rates),
                             number(median(p50.values())), number(median(results.values("p99_us", **where))),
                             processor_us(results, **where), ratio(p50, small)])
    return rows and "### Cost of a command as the ledger grows\n\n" + table(
        ["ledger", "clients", "commands/s", "min–max", "p50 µs", "p99 µs", "processor µs each", "p50 ÷ that at 10,000"], rows)


def starts(results):
    rows = []
    peers = sorted({line["peer"] for line in results.lines if line["part"] == "start"}, key=lambda p: int(p.split("-")[1]))
    for peer in peers:
        ready, answer = (results.values(field, part="start", peer=peer) for field in ("ready_ms", "answer_ms"))
        rows.append([f"{int(peer.split('-')[1]):,} events", number(median(ready)), spread(ready), number(median(answer))])
    return rows and "### Start after a clean stop\n\n" + table(["ledger", "ms to READY", "min–max", "ms to the first answer"], rows)


def memories(results):
    rows, groups = [], collections.defaultdict(list)
    for line in results.lines:
        if line["part"] == "memory":
            groups[line["peer"], line["mode"]].append(line)
    for (peer, mode), lines in groups.items():
        rows.append([f"{peer}, after {mode}"] + [
            number(median([line[field] for line in lines]) / 1024) for field in ("RssAnon_kib", "RssFile_kib", "VmHWM_kib")])
    return rows and "### Memory of the daemon\n\n" + table(
        ["daemon, when", "RssAnon MiB", "RssFile MiB (the mapped ledger and views)", "peak of both MiB"], rows)


def disks(results):
    rows = []
    for line in results.lines:
        if line["part"] == "disk":
            events = line["events"]
            rows.append([f"{line['peer']}, {line['mode']}: {events:,} events"] + [
                number(line[field] / events) for field in ("ledger", "views", "keys")])
    return rows and "### Bytes an event on the disk\n\n" + table(["ledger, when", "ledger", "views", "keys"], rows)


def backups(results):
    lines = [line for line in results.lines if line["part"] == "backup"]
    if not lines:
        return ""
    seconds = [line["seconds"] for line in lines]
    rates = [line["bytes"] / line["seconds"] / 1e6 for line in lines]
    return "### Backup, verified, with keys\n\n" + table(
        ["what", "MB", "seconds", "min–max", "MB/s"],
        [["`motcua backup`, as a whole process", number(lines[0]["bytes"] / 1e6), number(median(seconds)), spread(seconds),
          number(median(rates))]])


def counts(results):
    rows, calls = [], []
    for line in results.lines:
        if line["part"] == "counts":
            seen = [f"{line[unit]:.2f}" if unit in line else "–" for unit in ("system calls", "switches")]
            rows.append([line["what"], number(line["instructions"]), number(line["allocations"]), *seen])
            if "of them" in line:
                most = sorted(line["of them"].items(), key=lambda each: -each[1])
                calls.append([line["what"], ", ".join(f"{call} {count:g}" for call, count in most)])
    return rows and "\n\n".join(["### What one costs the daemon, counted", table(
        ["a command, a question, a process", "instructions", "allocations", "system calls", "changes of context"], rows), table(
            ["a command", "its system calls"], calls)])


def machine(facts):
    cpu = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gib": round(memory), "kernel": platform.release().split("-")[0],
            "filesystem": facts["filesystem"]}


def head(results, facts, host):
    probes = {field: results.values(field, part="probe") for field in ("p50_us", "p99_us")}
    lines = [
        f"{datetime.date.today()} · motcua {facts['motcua']} ({facts['commit']}) · {host['cores']} cores, {host['cpu']}, "
        f"{host['memory_gib']} GiB, Linux {host['kernel']}, {host['filesystem']} · {facts['rounds']} rounds of "
        f"{facts['seconds']} s · `{facts['command']}`",
        f"Redis {facts['redis']}, PostgreSQL {facts['postgres']}, SQLite {facts['sqlite']}, UmaDB {facts['umadb']}, LMDB "
        f"{facts['lmdb']}, OpenSSL {facts['openssl']}, glibc {facts['glibc']}."]
    if probes["p50_us"]:
        lines.append(
            f"fdatasync of 4 KiB over the run: p50 {number(median(probes['p50_us']))} µs ({spread(probes['p50_us'])}), "
            f"p99 {number(median(probes['p99_us']))} µs ({spread(probes['p99_us'])}).")
    if facts["quick"]:
        lines.append("**A smoke run of one short round: its figures say that everything runs, and no more.**")
    return "\n\n".join(lines)


def insert(readme, made):
    path = pathlib.Path(readme)
    text = path.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise SystemExit(f"{readme}: the two marks of the table are not there")
    before, after = text[:text.index(BEGIN) + len(BEGIN)], text[text.index(END):]
    path.write_text(f"{before}\n\n{pathlib.Path(made).read_text().strip()}\n\n{after}")


def main():
    if sys.argv[1] == "--into":
        return insert(sys.argv[2], sys.argv[3])
    raw, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    facts = dict(argument.split("=", 1) for argument in sys.argv[3:])
    results = Results([json.loads(line) for line in raw.read_text().splitlines()])
    host = machine(facts)
    parts = [part(results) for part in (commands, reads, processes, counts, rebuilds, growth, starts, memories, disks, backups)]
    (out / "table.md").write_text("\n\n".join([head(results, facts, host)] + [part for part in parts if part]) + "\n")
    (out / "results.json").write_text(json.dumps(
        {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "machine": host, "facts": facts,
         "measurements": results.lines}, indent=1) + "\n")
    return None


main()
