// Facts about the machine: the kernel's texts as they are printed, and this machine's own.

import Glibc
import Testing

@testable import SystemIO

@Suite struct HostTests {
  @Test func memoryAsTheKernelPrintsIt() {
    let facts = MemoryFacts(
      meminfo: """
        MemTotal:       24684084 kB
        MemFree:        22036488 kB
        MemAvailable:   24171140 kB
        HugePages_Total:       0
        """)
    #expect(facts.total == Int64(24_684_084 << 10))
    #expect(facts.available == Int64(24_171_140 << 10))
    #expect(MemoryFacts(meminfo: "garbage\nMemTotal: x kB\n") == MemoryFacts(meminfo: ""))
  }

  @Test(arguments: [
    (
      "0::/user.slice/redis.service\n",
      [
        "/sys/fs/cgroup/user.slice/redis.service", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup",
      ]
    ),
    ("0::/\n", ["/sys/fs/cgroup"]),
    (
      "9:name=systemd:/x\n4:cpu,memory:/docker/abc\n",
      [
        "/sys/fs/cgroup/memory/docker/abc", "/sys/fs/cgroup/memory/docker", "/sys/fs/cgroup/memory",
      ]
    ),
    ("1:cpu:/a:b\n", []), ("nonsense", []),
  ])
  func theDirectoriesThatLimitMemory(text: String, expected: [String]) {
    #expect(ControlGroup.directories(cgroup: text) == expected)
  }

  @Test func thisMachine() throws {
    let memory = try Host.memory()
    let total = try #require(memory.total)
    #expect(try #require(memory.available) <= total)
    #expect(total > 1 << 26)
    #expect(memory.overcommit != nil)
    #expect(!Host.name.isEmpty)
    #expect(!Host.userName.isEmpty)
    #expect(Host.effectiveUserID == geteuid())
    #expect(Host.environment["PATH"] != nil)
    #expect(Host.executable.map(Files.exists) == true)
    #expect(randomBytes(32).count == 32)
    #expect(randomBytes(32) != randomBytes(32))
    #expect(randomBytes(-1) == [])
    // 2020-01-01 in milliseconds.
    #expect(WallClock.milliseconds > 1_577_836_800_000)
  }

  @Test func aWakeUpIsSeenOnceAndHangUpsAreTold() throws {
    let wake = try WakeUp()
    #expect(try waitReadable([wake.descriptor], within: .zero) == [[]])
    wake.signal()
    wake.signal()
    #expect(try waitReadable([wake.descriptor]) == [.readable])
    #expect(wake.drain())
    #expect(!wake.drain())
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    close(ends[1])
    #expect(try waitReadable([wake.descriptor, ends[0]], within: patience) == [[], .hangUp])
    close(ends[0])
    #expect(try waitReadable([ends[0]], within: patience) == [.failed])
  }

  @Test func whatIsNoTerminal() async throws {
    let null = Descriptor(unsafe open("/dev/null", O_RDWR | O_CLOEXEC))
    #expect(!Terminal.isTerminal(null.number))
    #expect(Terminal.size(of: null.number) == nil)
    #expect(
      await failure { _ = try TerminalModes(saving: null.number) }?.description
        == "cannot read the modes of the terminal: inappropriate ioctl for device (ENOTTY)")
  }

  @Test(arguments: [("a", 1), ("日", 2), ("\u{301}", 0), ("▁", 1)] as [(Unicode.Scalar, Int)])
  func cellsOfAScalar(scalar: Unicode.Scalar, expected: Int) {
    #expect(Terminal.useLocale() == "UTF-8")
    #expect(Terminal.cells(of: scalar) == expected)
    #expect(Terminal.cells(of: "\u{7}") == nil)
  }
}
