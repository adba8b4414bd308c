import CLibFuzzer

/// Hands inputs to the body until the time is over or a promise is broken, with the options of the command line.
public func fuzz(_ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt) -> CInt {
  var count = CommandLine.argc
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
  return LLVMFuzzerRunDriver(&count, &arguments, body)
}

/// Ends the process when a promise is broken; libFuzzer keeps the input.
public func require(_ condition: Bool, _ promise: @autoclosure () -> String) {
  if !condition { fail(promise()) }
}

public func fail(_ promise: String) -> Never { fatalError("broken: \(promise)") }
