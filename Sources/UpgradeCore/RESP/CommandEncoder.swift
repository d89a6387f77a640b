/// Writes commands in the one form that every server reads: an array of bulk strings.
package struct CommandEncoder {
  private init() {}

  /// The bytes of all commands, one after the other, in one buffer of the right size.
  package static func encode(_ commands: [Command]) -> [UInt8] {
    var size = 0
    for command in commands {
      size += headerLength(command.arguments.count)
      for argument in command.arguments { size += headerLength(argument.count) + argument.count + 2 }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for command in commands {
      append(UInt8(ascii: "*"), command.arguments.count, to: &bytes)
      for argument in command.arguments {
        append(UInt8(ascii: "$"), argument.count, to: &bytes)
        bytes.append(contentsOf: argument)
        bytes.append(13)
        bytes.append(10)
      }
    }
    return bytes
  }

  package static func encode(_ command: Command) -> [UInt8] {
    encode([command])
  }

  /// Type byte, digits, CR, LF.
  private static func headerLength(_ count: Int) -> Int {
    var digits = 1
    var rest = count / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    return digits + 3
  }

  private static func append(_ type: UInt8, _ count: Int, to bytes: inout [UInt8]) {
    bytes.append(type)
    var divisor = 1
    while count / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(count / divisor % 10))
      divisor /= 10
    }
    bytes.append(13)
    bytes.append(10)
  }
}
