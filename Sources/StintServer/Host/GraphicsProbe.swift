import Foundation

/// Asks `nvidia-smi` how busy the machine's GPUs are.
struct GraphicsProbe: Sendable {
    let program: String
    let patience: Duration

    /// - Parameters:
    ///   - path: The folders to look in, as in the variable `PATH`.
    ///   - patience: How long the program may take before it is ended.
    /// - Returns: `nil` where there is no such program.
    init?(path: String, patience: Duration = .seconds(5)) {
        let program = path.split(separator: ":").map { "\($0)/nvidia-smi" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let program else { return nil }
        self.program = program
        self.patience = patience
    }

    /// The mean over the GPUs in percent; `nil` where the program fails, takes too long, or says
    /// nothing of use.
    func share() async -> Double? {
        await output().flatMap(Self.share(in:))
    }

    /// A percentage a line; what is none, as `[N/A]`, is left out.
    static func share(in output: String) -> Double? {
        let shares = output.split(whereSeparator: \.isNewline)
            .compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
            .filter { (0...100).contains($0) }
        return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
    }

    private func output() async -> String? {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { ended in
            end.yield(ended.terminationStatus)
            end.finish()
        }
        guard (try? process.run()) != nil else { return nil }
        guard await status(ends) == 0 else {
            // No more than a kilobyte is expected: one that waits for a reader is ended, too.
            kill(process.processIdentifier, SIGKILL)
            return nil
        }
        return (try? pipe.fileHandleForReading.readToEnd())
            .flatMap { String(decoding: $0, as: UTF8.self) }
    }

    /// - Returns: How the program ended; `nil` where it took too long.
    private func status(_ ends: AsyncStream<Int32>) async -> Int32? {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await ends.first { _ in true } }
            group.addTask { [patience] in
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
