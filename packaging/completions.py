"""Reads the completion script that the argument parser makes for a shell, and writes it with what the parser leaves out: the
verbs' other names, and Vietnamese for its own words.

PROGRAM --generate-completion-script SHELL | completions.py DUMP SHELL
"""

import json, sys

with open(sys.argv[1], encoding="utf-8") as dump:
    root = json.load(dump)["command"]
shell, script = sys.argv[2], sys.stdin.read()
aliases = [(alias, verb["commandName"]) for verb in root["subcommands"] for alias in verb.get("aliases", [])]

for english, vietnamese in [
    ("Show help information.", "xem hướng dẫn này"), ("Show the version.", "xem phiên bản"),
    ("Show subcommand help information.", "xem hướng dẫn của một lệnh"),
]:
    script = script.replace(english, vietnamese)


def put(old, new):
    """Replaces the first place only: the program's own, before those of its verbs."""
    global script
    if old not in script:
        sys.exit("completions.py: the parser writes %s otherwise now: %r is not there" % (shell, old))
    script = script.replace(old, new, 1)


if shell == "bash":
    # A file that is read, not run.
    script = script.removeprefix("#!/bin/bash\n")
    if aliases:
        cases = "".join("    %s) subcommand=%s ;;\n" % each for each in aliases)
        put('    local -r subcommand="${unparsed_words[0]}"\n',
            '    local subcommand="${unparsed_words[0]}"\n    case "${subcommand}" in\n' + cases + "    esac\n")
        put(" help' -- ", " %s help' -- " % " ".join(alias for alias, _ in aliases))
elif shell == "zsh" and aliases:
    cases = "".join("        %s) words[1]=%s ;;\n" % each for each in aliases)
    put('        case "${words[1]}" in\n',
        '        case "${words[1]}" in\n' + cases + '        esac\n        case "${words[1]}" in\n')
    for alias, verb in aliases:
        start = script.index("'%s:" % verb)
        line = script[start:script.index("\n", start)]
        put(line, line + "\n            " + line.replace("'" + verb, "'" + alias, 1))
elif shell == "fish" and aliases:
    parsed = "__motcua_parse_subcommand 0 'version' 'h/help'\n"
    cases = "".join("        case '%s'\n            set unparsed_tokens[1] %s\n" % each for each in aliases)
    put(parsed, parsed + "        switch \"$unparsed_tokens[1]\"\n" + cases + "        end\n")
    for alias, verb in aliases:
        start = script.index("-fa '%s' " % verb)
        start = script.rindex("\n", 0, start) + 1
        line = script[start:script.index("\n", start)]
        put(line, line + "\n" + line.replace("-fa '%s'" % verb, "-fa '%s'" % alias))
sys.stdout.write(script)
