// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "stint",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "stint", targets: ["stint"]),
        .library(name: "StintClient", targets: ["StintClient"]),
        .library(name: "StintTracing", targets: ["StintTracing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["CommandLineArguments", "YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        // Without its own configuration support: ours reads flags, environment and file in one.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CKernel"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "StintModel"),
        // The program carries the pages, as it is to run from one file.
        .executableTarget(name: "embed-pages"),
        .plugin(name: "EmbedPages", capability: .buildTool(), dependencies: ["embed-pages"]),
        .target(name: "StintDashboard", exclude: ["Pages"], plugins: ["EmbedPages"]),
        .target(name: "StintFeed", dependencies: ["StintModel"]),
        .target(name: "StintMetrics", dependencies: ["StintModel"]),
        .target(
            name: "StintStorage",
            dependencies: [
                "StintMetrics", "StintModel", "StintTraces",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "StintStorageSQLite",
            dependencies: [
                "StintMetrics", "StintModel", "StintStorage", "StintTraces",
                .product(name: "GRDB", package: "GRDB.swift"),
                // The C interface, for the statements of the hot path.
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(
            name: "StintStorageTesting",
            dependencies: ["StintMetrics", "StintModel", "StintStorage", "StintTraces"]),
        // What OTLP exporters send, generated from `otlp.proto` by `make protobuf`.
        .target(
            name: "OTLPMessages",
            dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["otlp.proto"]),
        .target(name: "StintTraces", dependencies: ["StintModel"]),
        .target(
            name: "StintIngest",
            dependencies: [
                "OTLPMessages", "StintModel", "StintTraces",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
        .target(name: "StintSimulation", dependencies: ["StintModel"]),
        .target(name: "StintWire", dependencies: ["StintModel"]),
        // What a program links to be tracked.
        .target(
            name: "StintClient",
            dependencies: [
                "StintModel", "StintWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Instrumentation", package: "swift-distributed-tracing"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // Apart, since who does not trace should not have a tracer in reach.
        .target(
            name: "StintTracing",
            dependencies: [
                "StintClient", "StintModel",
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        .target(
            name: "StintAWS",
            dependencies: [
                "StintModel", "StintWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .target(
            name: "StintServer",
            dependencies: [
                "CZlib", "OTLPMessages", "StintAWS", "StintDashboard", "StintFeed", "StintIngest",
                "StintMetrics", "StintModel", "StintStorage", "StintTraces", "StintWire",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "stint",
            dependencies: [
                "CKernel", "StintAWS", "StintClient", "StintIngest", "StintModel", "StintServer",
                "StintSimulation", "StintStorage", "StintStorageSQLite", "StintWire",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        // Fills stores for `make bench`: a part of it, here because it is made of the same modules.
        .executableTarget(
            name: "stint-fill",
            dependencies: [
                "StintModel", "StintSimulation", "StintStorage", "StintStorageSQLite",
            ], path: "Benchmarks/Sources/stint-fill"),
        // Tells what its measures are of, for the same reason.
        .executableTarget(
            name: "stint-tell", dependencies: ["StintClient"],
            path: "Benchmarks/Sources/stint-tell"),
        // Here, and not a package of its own, so that what it needs is resolved and built once.
        .executableTarget(
            name: "swift-service",
            dependencies: [
                "StintClient", "StintTracing",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], path: "Examples/swift-service", exclude: ["README.md"]),
        .testTarget(name: "EmbedPagesTests", dependencies: ["embed-pages"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "OTLPMessages", "StintModel",
                // To be built; they are not linked, but run.
                "stint", "swift-service",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], exclude: ["Amazon", "Browser", "Emitters"]),
        // What strangers send; `Fuzzing/` runs the same targets under a fuzzer.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "OTLPMessages", "StintIngest", "StintMetrics", "StintModel", "StintServer",
                "StintStorage", "StintTraces", "StintWire",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
        .testTarget(
            name: "StintAWSTests",
            dependencies: ["StintAWS", "StintIngest", "StintModel"]),
        .testTarget(
            name: "StintClientTests",
            dependencies: [
                "StintClient", "StintModel", "StintTracing",
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        .testTarget(name: "StintFeedTests", dependencies: ["StintFeed", "StintModel"]),
        .testTarget(
            name: "StintIngestTests",
            dependencies: [
                "OTLPMessages", "StintIngest", "StintModel", "StintTraces",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ]),
        .testTarget(name: "StintTracesTests", dependencies: ["StintModel", "StintTraces"]),
        .testTarget(
            name: "StintCommandTests",
            dependencies: [
                "StintClient", "StintModel", "StintSimulation", "StintWire", "stint",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "StintModelTests", dependencies: ["StintModel"]),
        .testTarget(
            name: "StintSimulationTests", dependencies: ["StintModel", "StintSimulation"]),
        .testTarget(name: "StintMetricsTests", dependencies: ["StintMetrics", "StintModel"]),
        // A disk that fails when told to; a part of the tests alone.
        .target(name: "CFaultVFS", path: "Tests/CFaultVFS"),
        .testTarget(
            name: "StintServerTests",
            dependencies: [
                "CZlib", "StintDashboard", "StintMetrics", "StintModel", "StintServer",
                "StintSimulation",
                "StintStorage", "StintStorageSQLite", "StintStorageTesting", "StintWire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "StintStorageSQLiteTests",
            dependencies: [
                "CFaultVFS", "StintMetrics", "StintModel", "StintStorage", "StintStorageSQLite",
                "StintStorageTesting", "StintTraces",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .testTarget(name: "StintWireTests", dependencies: ["StintModel", "StintWire"]),
    ],
    swiftLanguageModes: [.v6]
)

// One set of language features for every target; `Features.swift` in StintModel checks their spelling.
for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
}
