import Foundation
import Testing

/// Drives the built program from outside: processes, files and HTTP, nothing of its insides.
///
/// One after the other, so that what is measured is the program and not the crowd.
@Suite(.serialized) enum EndToEnd {
    /// What was captured of the real world, and histories with their truth.
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")
}
