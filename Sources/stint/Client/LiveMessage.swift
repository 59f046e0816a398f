import Foundation
import StintWire

/// What `GET /v1/live` tells.
enum LiveMessage: Sendable {
    /// An execution changed.
    ///
    /// - Parameter document: Its summary as it was sent.
    case execution(ExecutionBody, document: String)
    /// An execution is gone for good.
    case erased(id: String)
    /// How things stand now.
    case realtime(RealtimeBody)
    /// Something was missed: all there is has to be loaded anew.
    case reset

    private struct Erasure: Decodable {
        var id: String
        var erased: Bool?
    }

    /// - Returns: `nil` for an event that this version does not know.
    /// - Throws: `DecodingError` where its data is not what the interface promises.
    init?(_ message: EventStreamParser.Message) throws {
        let data = Data(message.data.utf8)
        let decoder = JSONDecoder()
        switch message.event {
        case "execution":
            let execution = try decoder.decode(ExecutionBody.self, from: data)
            if execution.status == nil, try decoder.decode(Erasure.self, from: data).erased == true
            {
                self = .erased(id: execution.id)
            } else {
                self = .execution(execution, document: message.data)
            }
        case "execution_update":
            self = .realtime(try decoder.decode(RealtimeBody.self, from: data))
        case "reset":
            self = .reset
        default:
            return nil
        }
    }
}
