import StintMetrics
import StintModel
import StintStorage
import StintWire

@testable import StintIngest

extension ExecutionState {
    /// What holds of every state that can be read, whoever wrote it.
    func keepsPromises(as id: ExecutionID) throws(BrokenPromise) {
        let stored = encoded()
        let read = stored.withUnsafeBytes { try? ExecutionState(encoded: $0) }
        try promise(read == self, "What is stored is read back.")
        try promise(read?.encoded() == stored, "Equal states have equal bytes.")

        var merged = self
        try promise(
            !merged.merge(self) && merged.encoded() == stored, "To be told again changes nothing.")

        let view = Execution(id: id, workspace: .default, state: self, retention: .days(90))
        let forms: [(inout JSONWriter) -> Void] = [
            { view.writeJSON(to: &$0) }, { view.writeSummaryJSON(to: &$0) },
            { view.writeStatusJSON(to: &$0) },
        ]
        for write in forms {
            var json = JSONWriter()
            write(&json)
            guard (try? JSONTree.skip(json.bytes)) != nil else {
                throw BrokenPromise(
                    description:
                        "What is shown is JSON: \(String(decoding: json.bytes, as: UTF8.self))")
            }
        }

        var delta = RollUpDelta()
        delta.replace(nil, with: self, in: .default)
        delta.replace(self, with: nil, in: .default)
        try promise(delta.isEmpty, "What counted is taken back whole.")

        _ = silence(receivedAt: first)
        _ = SearchText.facets(of: self).map(\.digest)
        let words = SearchText.words(of: id, self)
        try promise(
            words.allSatisfy { $0.unicodeScalars.count <= SearchText.longestWord },
            "No word is longer than what is searched.")
    }
}
