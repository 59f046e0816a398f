// swift-tools-version: 6.2
import PackageDescription

// No dependency but the system's: it drives the built program from outside, over sockets.
let package = Package(
    name: "stint-benchmarks",
    targets: [
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .executableTarget(name: "stint-bench", dependencies: ["CSQLite"]),
    ],
    swiftLanguageModes: [.v6]
)
