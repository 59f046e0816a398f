/// How the body of `POST /v1/cloudevents` carries its events (CloudEvents 1.0 over HTTP).
public enum CloudEventsMode: Sendable {
    /// `application/cloudevents-batch+json`: an array of events.
    case batched
    /// `application/cloudevents+json`: one event.
    case structured
    /// `application/json` without `ce-` headers: one event, or an array of them. The binding knows
    /// no such thing, but senders do it, and nothing else can be meant.
    case unmarked
    /// Anything else with `ce-` headers: they are the event, and the body is its data.
    ///
    /// - Parameters:
    ///   - headers: Names in lower case without `ce-`, and values as they were sent, in order.
    ///   - dataType: The Content-Type; `nil` where none was sent, which says as much as JSON.
    case binary(headers: [(name: String, value: String)], dataType: String?)

    /// Finds the mode as the HTTP binding has it (3): by the Content-Type, of which that of batches
    /// begins like that of events; else by the headers.
    ///
    /// - Parameter headers: All headers of the request, in order. Case does not count in names.
    /// - Returns: `nil` for a format that is not known.
    public init?(contentType: String?, headers: [(name: String, value: String)]) {
        let type = (contentType ?? "").lowercased().prefix { $0 != ";" }.filter { $0 != " " }
        let own = headers.compactMap { header -> (name: String, value: String)? in
            let name = header.name.lowercased()
            return name.hasPrefix("ce-") ? (String(name.dropFirst(3)), header.value) : nil
        }
        switch type {
        case "application/cloudevents-batch", "application/cloudevents-batch+json":
            self = .batched
        case "application/cloudevents", "application/cloudevents+json":
            self = .structured
        case _ where type.hasPrefix("application/cloudevents"):
            return nil
        case _ where own.contains { $0.name == "specversion" }:
            self = .binary(headers: own, dataType: contentType)
        // Also what `curl -d` sends when told nothing.
        case "", "application/json", "application/x-www-form-urlencoded":
            self = .unmarked
        default:
            return nil
        }
    }
}
