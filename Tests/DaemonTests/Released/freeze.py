"""Freezes what a release leaves on the disk: freeze.py BINARIES CONFIGURATION OUT

Runs the `motcuad` and `motcua` in the folder BINARIES with a copy of the folder CONFIGURATION, does a little of everything
that the release can do, and leaves in OUT what `ReleasedLedgerTests` opens for ever: the configuration, the data directory
as an orderly stop left it, what the release answered, and, where the release has them, an export, proofs, checkpoints, the
public key, and backups of ledger and keys. Made once for each release by whoever releases it, and never changed. Run as root, on
Linux, with a clock that is right.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

binaries, configuration, out = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
out.mkdir(parents=True)
shutil.copytree(configuration, out / "config")
home = pathlib.Path(tempfile.mkdtemp(prefix="motcua-freeze-"))
data, socket = home / "data", home / "s.sock"
environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MOTCUA_LANG": "en"}
commands = []  # id and arguments of each command that was recorded


def run(*arguments, check=True):
    """One command of the client; what it printed."""
    done = subprocess.run(
        [binaries / "motcua", *arguments, "--socket", socket], env=environment, capture_output=True, text=True
    )
    if check and done.returncode != 0:
        sys.exit(f"motcua {' '.join(map(str, arguments))}: {done.returncode} {done.stdout}{done.stderr}")
    return done


def knows(verb):
    """Whether the release lists the verb."""
    listed = subprocess.run([binaries / "motcua", "--help"], env=environment, capture_output=True, text=True).stdout
    return any(line.strip().split(",")[0].split(" ")[0] == verb for line in listed.splitlines() if line.startswith("  "))


def record(*arguments):
    """One command that records; its receipt."""
    identifier = f"01990000-0000-7000-8000-{len(commands):012}"
    receipt = json.loads(run(*arguments, "--id", identifier, "--json").stdout)
    commands.append({"id": identifier, "arguments": list(arguments), "code": receipt["code"]})
    return receipt["code"]


def lines(*arguments):
    return [json.loads(line) for line in run(*arguments, "--json").stdout.splitlines()]


def start():
    daemon = subprocess.Popen(
        [binaries / "motcuad", "--config", out / "config", "--data", data, "--socket", socket],
        env=environment, stderr=subprocess.PIPE,
    )
    for _ in range(600):
        if run("status", check=False).returncode == 0:
            return daemon
        if daemon.poll() is not None:
            sys.exit(f"motcuad ended: {daemon.stderr.read().decode()}")
        time.sleep(0.1)
    sys.exit("motcuad does not answer")


def stop(daemon):
    daemon.terminate()
    if daemon.wait() != 0:
        sys.exit(f"motcuad ended with {daemon.returncode}")


proofs = knows("prove")
if proofs:
    key = subprocess.run(
        [binaries / "motcuad", "keygen", "--config", out / "config", "--data", data],
        env=environment, check=True, capture_output=True, text=True,
    ).stdout
    (out / "office.key").write_text(key)
daemon = start()
if knows("import"):
    (out / "old-register.csv").write_text(
        "case,received,due,ended,by,how,step,who,when\n"
        "SO-CU-1,2025-03-03T08:00:00+07:00,2025-03-06T17:00:00+07:00,2025-03-07T09:00:00+07:00,lan,Desk,Nhận,lan,2025-03-03T08:00:00+07:00\n"
        "SO-CU-1,2025-03-03T08:00:00+07:00,2025-03-06T17:00:00+07:00,2025-03-07T09:00:00+07:00,lan,Desk,Thẩm định,minh,2025-03-04T10:00:00+07:00\n"
        "SO-CU-2,2025-04-01T08:00:00+07:00,2025-04-04T17:00:00+07:00,,minh,Internet,Nhận,lan,2025-04-01T08:00:00+07:00\n"
    )
    (out / "old-register.toml").write_text(
        "[columns]\ncase = \"case\"\nreceived_at = \"received\"\ndue = \"due\"\nresolved_at = \"ended\"\nresponsible = \"by\"\n"
        "channel = \"how\"\nactivity = \"step\"\nactor = \"who\"\nat = \"when\"\n\n"
        "[channels]\n\"Internet\" = \"online\"\n\"Desk\" = \"counter\"\n"
    )
    run("import", out / "old-register.csv", "--mapping", out / "old-register.toml")

erased = record("receive", "cai-chinh", "--name", "Đỗ Thị Quên", "--phone", "0987654321", "--place", "thôn Yên Xá")
record("withdraw", erased, "--reason", "chuyển nơi ở", "--by", "Đỗ Thị Quên")
whole = record(
    "receive", "cai-chinh", "--name", "Nguyễn Thị Hoa", "--phone", "0912345678", "--place", "thôn Đông Mỹ",
    "--subject", "Sửa ngày sinh", "--paper", "Tờ khai", "--paper", "Giấy khai sinh", "--responsible", "minh",
    "--urgent", "nhập học", "--handed-in-by", "Nguyễn Văn Bình", "--authority", "giấy ủy quyền",
)
record("consult", whole, "Cần thêm giấy gì?", "--answer", "Bản sao sổ hộ khẩu cũ.", "--minutes", "7")
record("progress", whole, "Tra sổ gốc", "--by", "minh", "--group", "tư pháp")
record("correct", whole, "--place", "thôn Đông Mỹ 2", "--reason", "nghe nhầm")
record("consult", "Mấy giờ mở cửa?", "--answer", "7 giờ 30.", "--name", "Lê Văn Tám")
refused = record("receive", "khai-sinh", "--name", "Phạm Văn Từ")
record("resolve", refused, "--outcome", "refused", "--reason", "thiếu giấy chứng sinh")
record("return", refused, "--to", "Phạm Văn Từ")
voided = record("receive", "--kind", "complaint", "--name", "Trần Văn Nam", "--subject", "Chờ lâu")
record("progress", voided, "Ghi nhầm")
record("correct", voided, "--void", "2", "--reason", "ghi nhầm hồ sơ")
record("receive", "--kind", "assistance", "--name", "Cụ Lê Thị Lành", "--help-given", "điền tờ khai", "--channel", "home")
if knows("import"):
    record("apologise", "=SO-CU-2", "--text", "Xin lỗi vì trễ hẹn.", "--signatory", "Chủ tịch", "--letter", "7/UBND", "--new-due", "+2")
record("resolve", whole, "--document", "12/TLHT", "--signed-by", "Chủ tịch")
record("return", whole, "--to", "Nguyễn Văn Bình", "--authority", "giấy ủy quyền")
if proofs:
    run("checkpoint", "--out", out / "first.checkpoint")
if knows("erase"):
    # Backups of keys that still open what is erased next.
    run("backup", out / "ledger-before-erasure.backup", "--keys", out / "keys-before-erasure.backup")
    record("erase", erased, "--basis", "Luật 91/2025/QH15")
record("receive", "cai-chinh", "--name", "Vũ Thị Mở", "--phone", "0900000001")
if proofs:
    run("checkpoint", "--out", out / "second.checkpoint")
    for name, arguments in {
        "case": [whole], "case-open": [whole, "--open"], "case-erased": [erased], "consistency": ["--from", out / "first.checkpoint"],
    }.items():
        run("prove", *arguments, "--out", out / f"{name}.proof")
if knows("backup"):
    run("backup", out / "ledger.backup", "--keys", out / "keys.backup")
if knows("export"):
    run("export", out / "export.jsonl")
    run("export", out / "readable.jsonl", "--readable")
codes = list(dict.fromkeys(command["code"] for command in commands))
status = lines("status")[0]
as_of = status["now"]
answers = {
    "version": status["version"],
    "root": status["root"],
    "position": status["position"],
    "asOf": as_of,
    "commands": commands,
    "erased": erased if knows("erase") else None,
    "show": {code: lines("show", "=" + code)[0] for code in codes},
    "history": {code: lines("history", "=" + code) for code in codes},
    "search": lines("search", "nguyen thi hoa"),
    "open": lines("list", "--as-of", as_of) if knows("erase") else None,
    "late": lines("list", "--late", "--as-of", as_of) if knows("erase") else None,
    "tally": lines("tally", "--as-of", as_of)[0] if knows("erase") else None,
}
(out / "answers.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n")
stop(daemon)
shutil.copytree(data, out / "data", ignore=shutil.ignore_patterns("lock", "lock.mdb", "spool"))
shutil.rmtree(home)
