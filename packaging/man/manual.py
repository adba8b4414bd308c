"""Writes a manual page (man(7), UTF-8) from what the argument parser says of a program and what people wrote beside it.

manual.py DUMP ADDITIONS --lang en|vi --version V --program PROGRAM
  DUMP       what `PROGRAM --experimental-dump-help` printed, in the page's language
  PROGRAM    is asked how each verb is called
  ADDITIONS  the page's section and title in one line, then its further sections in man(7)
"""

import argparse, json, os, re, subprocess, time

WORDS = {
    "en": dict(name="NAME", synopsis="SYNOPSIS", description="DESCRIPTION", verbs="COMMANDS",
               common="OPTIONS OF EVERY COMMAND", default="default", values="values",
               options="options", command="command", version="print the version", help="say how it is used",
               exits="EXIT STATUS", codes="Exit codes: "),
    "vi": dict(name="TÊN", synopsis="CÚ PHÁP", description="MÔ TẢ", verbs="CÁC LỆNH",
               common="TÙY CHỌN CỦA MỌI LỆNH", default="mặc định", values="giá trị",
               options="tùy chọn", command="lệnh", version="in phiên bản", help="xem cách dùng",
               exits="MÃ THOÁT", codes="Mã thoát: "),
}


def text(string):
    """As roff prints it, unchanged."""
    string = string.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + string if string[:1] in (".", "'") else string


def flag(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def names(argument):
    value = "" if argument["kind"] == "flag" else " \\fI" + text(argument["valueName"]) + "\\fR"
    if argument["kind"] == "positional":
        return "\\fI" + text(argument["valueName"]) + "\\fR"
    return ", ".join("\\fB" + text(flag(name)) + "\\fR" for name in argument["names"]) + value


def shown(command):
    return [each for each in command.get("arguments", []) if each["shouldDisplay"]]


def paragraph(argument, words):
    said = text(argument.get("abstract", ""))
    notes = []
    if argument.get("allValues"):
        notes.append(words["values"] + ": " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue") and argument["kind"] != "flag":
        notes.append(words["default"] + ": " + argument["defaultValue"])
    return ".TP\n%s\n%s" % (names(argument), said + (" (%s)" % text("; ".join(notes)) if notes else ""))


def usage(program, verb, lang):
    """How the program says that a verb is called, a line each; nothing where it lists every option."""
    said = subprocess.run([program, verb, "--help"], env={"MOTCUA_LANG": lang}, capture_output=True, check=True, encoding="utf-8")
    lines = re.search(r"^(?:USAGE|CÁCH DÙNG): (.*?)\n\n", said.stdout, re.M | re.S).group(1).split("\n")
    return [line.strip() for line in lines] if all(re.search(r"\[<\w[\w ]*>\]$", line) for line in lines) else []


def called(line):
    """Such a line as a manual has it: what is typed as it stands is bold, what stands for something else italic."""
    name, rest = re.match(r"(\S+ \S+)(.*)", line).groups()
    rest = re.sub(r"\[<([\w ]+)>\]$", r"[\1]", rest)
    said = re.sub(r"<([^<>]+)>", lambda found: "\\fI%s\\fR" % text(found[1]), rest)
    return "\\fB%s\\fR" % text(name) + re.sub(
        r"(?<![\w\\-])(--[a-z-]+)", lambda found: "\\fB%s\\fR" % text(found[1]), said)


def synopsis(program, command, words):
    parts = ["\\fB%s %s\\fR" % (text(program), text(command["commandName"])), "[" + words["options"] + "]"]
    for argument in shown(command):
        if argument["kind"] == "positional":
            name = names(argument) + ("..." if argument["isRepeating"] else "")
            parts.append("[" + name + "]" if argument["isOptional"] else name)
    return " ".join(parts)


def page(root, additions, words, version):
    program = root["commandName"]
    header, _, rest = additions.partition("\n")
    section, title = header.split(" ", 1)
    said = root["discussion"].split("\n")
    codes = [line for line in said if line.startswith(words["codes"])]
    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
    verbs = [each for each in root["subcommands"] if each["shouldDisplay"] and each["commandName"] != "help"]
    # An option that every verb takes is told once.
    sets = [{json.dumps(each, sort_keys=True) for each in shown(verb) if each["kind"] != "positional"} for verb in verbs]
    everywhere = set.intersection(*sets)
    own = {"version", "help"}

    yield '.\\" Made from the argument parser by packaging/man/manual.py.'
    yield '.TH %s %s "%s" "motcua %s" "%s"' % (program.upper(), section, date, version, title)
    yield ".SH %s\n%s \\- %s" % (words["name"], program, text(root["abstract"].rstrip(".")))
    yield ".SH %s\n\\fB%s\\fR \\fI%s\\fR [%s]" % (words["synopsis"], program, words["command"], words["options"])
    yield ".SH %s" % words["description"]
    yield "\n.PP\n".join(text(line) for line in said if line not in codes)
    yield ".SH %s" % words["verbs"]
    for verb in verbs:
        yield ".SS %s" % text(", ".join([verb["commandName"]] + verb.get("aliases", [])))
        ways = usage(chosen.program, verb["commandName"], chosen.lang)
        yield "\n.br\n".join(called(way) for way in ways) or synopsis(program, verb, words)
        yield ".PP\n" + text(verb["abstract"])
        for argument in shown(verb):
            told = json.dumps(argument, sort_keys=True) in everywhere
            if not told and not (argument.get("preferredName") or {}).get("name") in own:
                yield paragraph(argument, words)
    yield ".SH %s" % words["common"]
    for argument in shown(verbs[0]):
        name = (argument.get("preferredName") or {}).get("name")
        if json.dumps(argument, sort_keys=True) in everywhere:
            yield paragraph(dict(argument, abstract=words[name]) if name in own else argument, words)
    yield ".SH %s" % words["exits"]
    for code, meaning in re.findall(r"(\d+) (.+?)(?:, (?=\d)|\.$)", codes[0]):
        yield ".TP\n%s\n%s" % (code, text(meaning))
    yield rest.rstrip("\n")


arguments = argparse.ArgumentParser()
arguments.add_argument("dump")
arguments.add_argument("additions")
arguments.add_argument("--lang", choices=WORDS, required=True)
arguments.add_argument("--version", required=True)
arguments.add_argument("--program", required=True)
chosen = arguments.parse_args()
with open(chosen.dump, encoding="utf-8") as dump, open(chosen.additions, encoding="utf-8") as additions:
    lines = page(json.load(dump)["command"], additions.read(), WORDS[chosen.lang], chosen.version)
    print("\n".join(lines))
