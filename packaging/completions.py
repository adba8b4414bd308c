"""Reads the completion scripts that the argument parser makes for a shell in both languages, and writes one of them, with what the
parser leaves out: the verbs' other names, and Vietnamese for its own words. It describes in the language that the client speaks then.

completions.py SHELL VI-DUMP VI-SCRIPT EN-DUMP EN-SCRIPT
  DUMP    what `PROGRAM --experimental-dump-help` printed
  SCRIPT  what `PROGRAM --generate-completion-script SHELL` printed
"""

import json, sys

PARSER_WORDS = [
    ("Show help information.", "xem hướng dẫn này"), ("Show the version.", "xem phiên bản"),
    ("Show subcommand help information.", "xem hướng dẫn của một lệnh"),
]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def completed(shell, dump, script):
    aliases = [(alias, verb["commandName"])
               for verb in json.loads(dump)["command"]["subcommands"] for alias in verb.get("aliases", [])]

    def put(old, new):
        """Replaces the first place only: the program's own, before those of its verbs."""
        nonlocal script
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
    return script


shell = sys.argv[1]
vietnamese, english = (completed(shell, *map(read, paths)) for paths in (sys.argv[2:4], sys.argv[4:6]))
for word, translation in PARSER_WORDS:
    vietnamese = vietnamese.replace(word, translation)
# The client's own rule: MOTCUA_LANG, then the locale, of which C or none means Vietnamese.
if shell == "bash":
    # It describes nothing.
    sys.stdout.write(vietnamese)
elif shell == "zsh":
    directive, _, vietnamese = vietnamese.partition("\n")
    english = english.partition("\n")[2]
    print('%s\ncase "${MOTCUA_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-C}}}}" in\n(vi*|C|C.*|POSIX)\n%s;;\n(*)\n%s;;\nesac'
          % (directive, vietnamese, english))
else:
    print("if string match --quiet --regex '^(vi.*|C|C\\..*|POSIX)$' -- "
          "(string match --invert '' -- $MOTCUA_LANG $LC_ALL $LC_MESSAGES $LANG C)[1]\n%s\nelse\n%s\nend"
          % (vietnamese, english))
