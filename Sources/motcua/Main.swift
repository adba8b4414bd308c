import ArgumentParser
import Glibc
import ParserWords

@main
enum Main {
  static func main() {
    // A reader that goes away is told by the write, and ended quietly.
    signal(SIGPIPE, SIG_IGN)
    exit(run(.current))
  }

  /// - Returns: the exit code.
  static func run(_ invocation: Invocation) -> Int32 {
    do {
      var command: any ParsableCommand =
        try PlainLine.read(invocation.arguments) ?? Motcua.parseAsRoot(invocation.arguments)
      try command.run()
      return Exit.done
    } catch is BrokenPipe {
      return Exit.done
    } catch let failure as OutputFailure {
      let reason = invocation.language.system(failure.code)
      Notice.line(
        failure.path.map { path in
          failure.isRead
            ? invocation.language.say("Không đọc được \(path): \(reason).", "\(path) could not be read: \(reason).")
            : invocation.language.say("Không ghi được \(path): \(reason).", "\(path) could not be written: \(reason).")
        }
          ?? invocation.language.say(
            "Không ghi được kết quả ra: \(reason).", "The output could not be written: \(reason)."))
      return Exit.output
    } catch let failure as Failure {
      let verdict = failure.verdict(invocation)
      verdict.print(asJSON: invocation.wantsJSON)
      return verdict.code
    } catch {
      return parserSays(error, invocation)
    }
  }

  private static func parserSays(_ error: any Error, _ invocation: Invocation) -> Int32 {
    let words = ParserWords(isVietnamese: invocation.language == .vi)
    if Motcua.exitCode(for: error).isSuccess {
      let text = words.help(Motcua.fullMessage(for: error))
      return Output.write(Array((text + "\n").utf8), to: STDOUT_FILENO) || errno == EPIPE ? Exit.done : Exit.output
    }
    let first = invocation.arguments.first ?? ""
    let sentence =
      first.hasPrefix("-") || first == "help" || VerbNames.isVerb(first)
      ? words.mistake(Motcua.message(for: error))
      : invocation.language.say("Không có lệnh “\(first)”.", "There is no command “\(first)”.")
    let verdict = Failure.usage(sentence).verdict(invocation)
    verdict.print(asJSON: invocation.wantsJSON)
    return verdict.code
  }
}
