// swift-tools-version: 6.2
import PackageDescription

// What reads a stranger's bytes, built once more with the instruments of libFuzzer and of the address
// sanitizer. The sources are links to those of the product; only what they need is built beside them.
let instruments: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // The oracles look behind the public interface, as tests do.
    .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]),
]

let package = Package(
    name: "stint-fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        .target(name: "StintModel", swiftSettings: instruments),
        .target(name: "StintMetrics", dependencies: ["StintModel"], swiftSettings: instruments),
        .target(
            name: "StintStorage",
            dependencies: [
                "StintMetrics", "StintModel", "StintTraces",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: instruments),
        .target(
            name: "OTLPMessages",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["otlp.proto"], swiftSettings: instruments),
        .target(name: "StintTraces", dependencies: ["StintModel"], swiftSettings: instruments),
        .target(
            name: "StintIngest",
            dependencies: [
                "OTLPMessages", "StintModel", "StintTraces",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], swiftSettings: instruments),
        .target(name: "StintWire", dependencies: ["StintModel"], swiftSettings: instruments),
        // Of the server only what reads texts of a request's head, and needs none of its libraries.
        .target(name: "StintServer", swiftSettings: instruments),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "OTLPMessages", "StintIngest", "StintMetrics", "StintModel", "StintServer",
                "StintStorage", "StintTraces", "StintWire",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["CorpusTests.swift", "FindTests.swift"], swiftSettings: instruments),
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "stint-fuzz", dependencies: ["CFuzzer", "FuzzTargets"],
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]),
    ],
    swiftLanguageModes: [.v6]
)
