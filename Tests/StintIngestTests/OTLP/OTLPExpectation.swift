import Foundation
import StintModel

/// An `expected.json`, compared with what readers see. A key that is absent makes no claim.
struct OTLPExpectation {
    private let document: [String: Any]

    init(json: Data) throws {
        let document = try JSONSerialization.jsonObject(with: json)
        self.document = document as? [String: Any] ?? [:]
    }

    private var executions: [[String: Any]] { document["executions"] as? [[String: Any]] ?? [] }

    /// What differs, a line each; none where all is as expected.
    ///
    /// - Parameter leaving: Claims that are known to be wrong or not to be on the wire.
    func differences(from views: [Execution], leaving: Set<String> = []) -> [String] {
        var found: [String] = []
        for expected in executions {
            guard let id = expected["id"] as? String else { continue }
            guard let view = views.first(where: { $0.id.rawValue == id }) else {
                found.append("\(id) is missing")
                continue
            }
            for (claim, told, shown) in Self.claims(expected, view)
            where !leaving.contains(claim) && told != shown {
                found.append("\(claim) is \(shown), not \(told)")
            }
        }
        let extra = views.map(\.id.rawValue).filter { id in
            !executions.contains { $0["id"] as? String == id }
        }
        found += extra.map { "\($0) is no execution" }
        for name in document["notSteps"] as? [String] ?? [] {
            let isShown = views.contains { $0.steps.contains { $0.name == name } }
            if isShown { found.append("\(name) is no step") }
        }
        return found
    }

    /// The statuses after a request, where any are claimed.
    func statuses(afterRequest number: Int) -> [String]? {
        let partials = document["afterRequest"] as? [[String: Any]] ?? []
        let partial = partials.first { $0["request"] as? Int == number }
        return (partial?["executions"] as? [[String: Any]])?
            .compactMap { ($0["status"] as? String)?.lowercased() }
    }

    // MARK: The claims of one execution

    private typealias Claim = (name: String, told: String, shown: String)

    private static func claims(_ expected: [String: Any], _ view: Execution) -> [Claim] {
        var claims: [Claim] = []
        func claim(_ key: String, _ shown: String?) {
            guard let told = expected[key] else { return }
            claims.append((key, text(told), shown ?? "null"))
        }
        claim("agent", view[.agent]?.string)
        if let status = expected["status"] as? String {
            claims.append(("status", status.lowercased(), view.status.word))
        }
        for (key, time) in [("startUnixNano", view.startedAt), ("endUnixNano", view.finishedAt)] {
            guard let told = (expected[key] as? String).flatMap({ Int64($0) }) else { continue }
            claims.append((key, "\(told / 1_000)", "\(time?.microseconds ?? 0)"))
        }
        claims += tokens("tokens", expected["tokens"], view.tokens)
        for key in [
            "model", "requestModel", "provider", "conversation", "service", "agentId", "workflow",
        ] {
            claim(key, attribute(key, of: view))
        }
        claim("workspace", attribute("namespace", of: view))
        for (key, told) in expected["origin"] as? [String: Any] ?? [:] {
            claims.append((key, text(told), attribute(key, of: view) ?? "null"))
        }
        for (key, told) in expected["attributes"] as? [String: Any] ?? [:] where key != "t.long" {
            claims.append((key, text(told), attribute(key, of: view) ?? "null"))
        }
        return claims + failure(expected["lastError"], view) + steps(expected["steps"], view)
    }

    private static func failure(_ told: Any?, _ view: Execution) -> [Claim] {
        if told == nil { return [] }
        guard let told = told as? [String: Any] else {
            return [("lastError", "null", view.failure == nil ? "null" : "told")]
        }
        var claims: [Claim] = []
        if let type = told["type"] as? String, type != "agent_error" {
            claims.append(
                ("lastError.type", type.lastPart, view.failure?.type?.lastPart ?? "null"))
        }
        if let cause = told["cause"] as? String {
            claims.append(("lastError.cause", cause, view.failure?.message ?? "null"))
        }
        if let at = (told["atUnixNano"] as? String).flatMap({ Int64($0) }) {
            claims.append(
                ("lastError.at", "\(at / 1_000)", "\(view.failure?.at?.microseconds ?? 0)"))
        }
        return claims
    }

    private static func steps(_ told: Any?, _ view: Execution) -> [Claim] {
        guard let told = told as? [[String: Any]] else { return [] }
        var claims: [Claim] = [("steps", "\(told.count)", "\(view.steps.count)")]
        for (number, pair) in zip(told, view.steps).enumerated() {
            let (claimed, step) = pair
            let shown = [step.name, step.kind ?? "", step.status.word]
            let words = ["name", "kind", "status"].map { claimed[$0] as? String ?? "" }
            claims.append(
                (
                    "step \(number)", [words[0], words[1], words[2].lowercased()].description,
                    shown.description
                ))
            claims += tokens("tokens of step \(number)", claimed["tokens"], step.tokens)
        }
        return claims
    }

    /// A bucket that was not told may show as 0, and the other way about.
    private static func tokens(_ name: String, _ told: Any?, _ shown: Tokens?) -> [Claim] {
        if told == nil { return [] }
        let counts = told as? [String: Any] ?? [:]
        let buckets = [
            ("input", shown?.input), ("output", shown?.output), ("cached", shown?.cachedInput),
            ("reasoning", shown?.reasoning),
        ]
        return buckets.map { key, count in
            ("\(name).\(key)", "\(counts[key] as? Int64 ?? 0)", "\(count ?? 0)")
        }
    }

    private static func attribute(_ key: String, of view: Execution) -> String? {
        guard let value = view.attributes.first(where: { $0.key == key })?.value else { return nil }
        if let text = value.string { return text }
        return String(decoding: value.canonicalJSON, as: UTF8.self)
    }

    private static func text(_ value: Any) -> String {
        if value is NSNull { return "null" }
        if let text = value as? String { return text }
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension String {
    fileprivate var lastPart: String { split(separator: ".").last.map(String.init) ?? self }
}
