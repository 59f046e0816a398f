import StintAWS
import Synchronization

/// Gives one answer after the other, and remembers what was asked. The last is given for ever.
final class ScriptedTransport: AWSTransport {
    private struct State {
        var answers: [AWSResponse]
        var requests: [AWSRequest] = []
    }

    private let state: Mutex<State>

    var requests: [AWSRequest] { state.withLock(\.requests) }

    init(_ answers: [AWSResponse]) {
        state = Mutex(State(answers: answers))
    }

    func send(_ request: AWSRequest) async throws(AWSError) -> AWSResponse {
        let answer = state.withLock { state -> AWSResponse? in
            state.requests.append(request)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first
        }
        guard let answer else { throw .unreachable(reason: "Nobody is there.") }
        return answer
    }
}

extension AWSResponse {
    init(_ status: Int, _ body: String) {
        self.init(status: status, body: Array(body.utf8))
    }
}
