import NIOCore
import NIOWebSocket
import StintFeed
import StintModel

/// The listeners whose connections live on one event loop. Used there alone, so without a lock.
final class FeedLoop {
    /// What several listeners are told alike.
    private struct Question: Hashable {
        let position: FeedPosition?
        let filter: FeedFilter
        let form: FeedForm
        let workspace: Workspace
    }

    private let feed: ExecutionFeed
    private var listeners: [Workspace: [ObjectIdentifier: FeedConnection]] = [:]
    /// What was answered since the feed last changed: those who keep up all ask the same.
    private var answers: [Question: FeedMessages?] = [:]

    init(feed: ExecutionFeed) {
        self.feed = feed
    }

    func add(_ listener: FeedConnection) {
        listeners[listener.workspace, default: [:]][ObjectIdentifier(listener)] = listener
    }

    func remove(_ listener: FeedConnection) {
        listeners[listener.workspace]?[ObjectIdentifier(listener)] = nil
        if listeners[listener.workspace]?.isEmpty == true { listeners[listener.workspace] = nil }
    }

    /// What a listener has to be told now, as bytes; `nil` for nothing.
    func messages(for listener: FeedConnection) -> FeedMessages? {
        let question = Question(
            position: listener.position, filter: listener.filter, form: listener.form,
            workspace: listener.workspace)
        if let answer = answers[question] { return answer }
        let news = feed.news(
            since: listener.position, for: listener.filter, in: listener.workspace)
        let answer = FeedMessages(news, since: listener.position, in: listener.form)
        answers[question] = .some(answer)
        return answer
    }

    // MARK: What the server tells all of them

    /// Something was added to the feed of a workspace.
    func tellNews(of workspace: Workspace) {
        answers = [:]
        for listener in everyone(in: workspace) { listener.catchUp() }
        answers = [:]
    }

    /// - Parameter update: Figures of the moment, of an agent or of all.
    func tell(_ update: FeedUpdate, agent: Spelling?, in workspace: Workspace, newcomersOnly: Bool)
    {
        answers = [:]
        for listener in everyone(in: workspace)
        where listener.filter.agent == agent && (listener.awaitsUpdate || !newcomersOnly) {
            listener.take(update)
        }
        answers = [:]
    }

    /// To be called about once a second.
    func tick(at now: NIODeadline = .now()) {
        for listener in listeners.values.flatMap(\.values) { listener.tick(at: now) }
    }

    /// As whom listeners were let in.
    var identities: Set<Identity> {
        Set(listeners.values.flatMap(\.values).map(\.identity))
    }

    /// Ends the feeds of those who are no longer let in.
    func end(where isRefused: (Identity) -> Bool) {
        for listener in listeners.values.flatMap(\.values) where isRefused(listener.identity) {
            listener.end(.policyViolation)
        }
    }

    private func everyone(in workspace: Workspace) -> [FeedConnection] {
        listeners[workspace].map { Array($0.values) } ?? []
    }
}

/// Messages for a listener, and where it stands once it has them.
struct FeedMessages {
    /// `nil` where what changed does not concern it.
    private(set) var bytes: ByteBuffer?
    let position: FeedPosition
    private(set) var count = 0
    private(set) var isReset = false

    /// - Returns: `nil` for nothing new.
    init?(_ news: FeedNews, since start: FeedPosition?, in form: FeedForm) {
        switch news {
        case .changes(let executions, let position):
            if position == start { return nil }
            self.position = position
            guard let last = executions.indices.last else { return }
            var buffer = ByteBuffer()
            // Who is cut off half-way starts over: only the last message says that all were told.
            let before = (start ?? position).text
            for (index, data) in executions.enumerated() {
                let id = index == last ? position.text : before
                form.write("execution", data, id: id, to: &buffer)
            }
            bytes = buffer
            count = executions.count
        case .reset(let position):
            self.position = position
            var buffer = ByteBuffer()
            form.write("reset", Array("{}".utf8), id: position.text, to: &buffer)
            bytes = buffer
            count = 1
            isReset = true
        }
    }
}

/// The block `realtime` as of one moment, and its messages, which are the same for most who get it.
final class FeedUpdate {
    private struct Question: Hashable {
        let form: FeedForm
        let position: FeedPosition?
    }

    private let data: [UInt8]
    private var messages: [Question: ByteBuffer] = [:]

    init(data: [UInt8]) {
        self.data = data
    }

    /// - Parameter position: Where the listener stands.
    func message(in form: FeedForm, at position: FeedPosition?) -> ByteBuffer {
        let question = Question(form: form, position: position)
        if let message = messages[question] { return message }
        var buffer = ByteBuffer()
        form.write("execution_update", data, id: position?.text ?? "", to: &buffer)
        messages[question] = buffer
        return buffer
    }
}
