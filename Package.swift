// swift-tools-version: 6.2
import PackageDescription

/// One list for every target: what the compiler can prove, it proves everywhere.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// The floors of the house, lowest first. `Tests/HouseTests` holds the table of who may import what.
let floors: [Target] = [
  .target(name: "CSystem"),
  .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
  .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(name: "CVTerm", providers: [.apt(["libvterm-dev"])]),
  .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
  .target(name: "SystemIO", dependencies: ["CSystem", "COpenSSL"]),
  .target(name: "UpgradeCore"),
  .target(name: "UpgradeRuntime", dependencies: ["UpgradeCore", "SystemIO", "CYAML", "CVTerm"]),
  .target(name: "WizardUI", dependencies: ["UpgradeCore", "UpgradeRuntime", "SystemIO", "CNcurses", "CSystem"]),
  .target(name: "TrainingLab", dependencies: ["UpgradeCore", "UpgradeRuntime", "SystemIO"]),
  .executableTarget(
    name: "redis-upgrade",
    dependencies: ["UpgradeCore", "UpgradeRuntime", "SystemIO", "WizardUI", "TrainingLab"]),
]

/// What only tests and benchmarks need.
let proving: [Target] = [
  .target(name: "World", dependencies: ["UpgradeCore", "UpgradeRuntime"], path: "Tests/World"),
  .executableTarget(name: "upgrade-world", dependencies: ["World", "UpgradeCore"], path: "Tests/WorldRuns"),
  .systemLibrary(name: "CHiredis", path: "Tests/CHiredis", providers: [.apt(["libhiredis-dev"])]),
  .executableTarget(
    name: "upgrade-benchmarks",
    dependencies: ["UpgradeCore", "UpgradeRuntime", "SystemIO", "TrainingLab", "World", "CHiredis"],
    path: "Tests/Benchmarks"),
  .testTarget(name: "HouseTests"),
  .executableTarget(name: "system-probe", dependencies: ["SystemIO"], path: "Tests/SystemProbe"),
  .testTarget(name: "SystemIOTests", dependencies: ["SystemIO", "system-probe"]),
  .testTarget(name: "UpgradeCoreTests", dependencies: ["UpgradeCore"]),
  .testTarget(name: "UpgradeRuntimeTests", dependencies: ["UpgradeRuntime", "UpgradeCore", "SystemIO"]),
  .executableTarget(name: "terminal-demo", dependencies: ["WizardUI", "SystemIO"], path: "Tests/TerminalDemo"),
  .testTarget(
    name: "WizardUITests",
    dependencies: [
      "WizardUI", "UpgradeCore", "UpgradeRuntime", "SystemIO", "World", "CSystem", "CNcurses", "terminal-demo",
    ]),
  .testTarget(
    name: "TrainingLabTests",
    dependencies: ["TrainingLab", "UpgradeRuntime", "UpgradeCore", "SystemIO", "World", "redis-upgrade"]),
  .testTarget(name: "WorldTests", dependencies: ["World", "UpgradeCore", "UpgradeRuntime"]),
  .testTarget(
    name: "EndToEndTests",
    dependencies: ["TrainingLab", "UpgradeRuntime", "UpgradeCore", "SystemIO", "World", "redis-upgrade"]),
]

let package = Package(
  name: "redis-upgrade",
  products: [.executable(name: "redis-upgrade", targets: ["redis-upgrade"])],
  targets: floors + proving
)

for target in package.targets where target.type != .system && target.name != "CSystem" {
  target.swiftSettings = settings
}
