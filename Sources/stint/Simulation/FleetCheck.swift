import NIOHTTP1
import StintModel
import StintSimulation
import StintWire

/// Compares everything a server shows of a fleet with what is true of it.
struct FleetCheck: Sendable {
    private static let pageLimit = 500
    private static let requestsAtOnce = 4

    let truth: any KnownTruth
    let client: ServerClient
    let console: Console
    /// How many executions are also looked at in full, spread evenly over the fleet.
    let inFull: Int
    /// See ``SilenceJudgement/grace``.
    let grace: TimeSpan

    struct Report: Sendable {
        var differences = Differences()
        var lists = 0
        var inFull = 0
    }

    /// Whether the server shows anything of the fleet.
    func isKnown() async throws -> Bool {
        var isKnown = false
        try await forEachPage(of: [], as: ExecutionIDsBody.self) { page in
            isKnown = !page.items.isEmpty
            return !isKnown
        }
        return isKnown
    }

    func run() async throws -> Report {
        var report = Report()
        report.differences += try await checkWholeList()
        report.lists += 1
        let outlines = (0..<truth.count).map { FleetList.Outline(truth.execution($0)) }
        let lists = FleetList.all(outlines)
        report.differences += try await atOnce(lists) { try await check($0, outlines) }
        report.lists += lists.count
        let count = min(inFull, truth.count)
        report.differences += try await atOnce(
            (0..<count).map { $0 * truth.count / count }, checkInFull)
        report.inFull = count
        return report
    }

    // MARK: Lists

    /// The list of all, compared item by item.
    private func checkWholeList() async throws -> Differences {
        var differences = Differences()
        var isSeen = [Bool](repeating: false, count: truth.count)
        try await forEachPage(of: [], as: ExecutionPageBody.self) { page in
            for item in page.items {
                guard let number = truth.number(of: item.id) else {
                    differences.add(item.id, "is listed, and is none of this fleet")
                    continue
                }
                if isSeen[number] { differences.add(item.id, "is listed twice") }
                isSeen[number] = true
                differences += try await compared(item, number) { $0.compareLatestSteps() }
            }
            return true
        }
        for number in isSeen.indices where !isSeen[number] {
            differences.add(truth.execution(number).id.rawValue, "is not listed")
        }
        return differences
    }

    private func check(
        _ list: FleetList, _ outlines: [FleetList.Outline]
    ) async throws -> Differences {
        var differences = Differences()
        var isSeen = [Bool](repeating: false, count: outlines.count)
        try await forEachPage(of: list.filter, as: ExecutionIDsBody.self) { page in
            for item in page.items {
                guard let number = truth.number(of: item.id) else {
                    differences.add(item.id, "is in \(list.name), and is none of this fleet")
                    continue
                }
                if isSeen[number] { differences.add(item.id, "is in \(list.name) twice") }
                isSeen[number] = true
                if list.holds(outlines[number]) == false {
                    differences.add(item.id, "is in \(list.name), and does not belong there")
                }
            }
            return true
        }
        for number in isSeen.indices where !isSeen[number] && list.holds(outlines[number]) == true {
            differences.add(truth.execution(number).id.rawValue, "is missing in \(list.name)")
        }
        return differences
    }

    /// Reads the pages of the fleet's executions under a filter.
    ///
    /// - Parameter body: Says whether to go on.
    private func forEachPage<Page: ExecutionPaging>(
        of filter: [QueryItem], as type: Page.Type, _ body: (Page) async throws -> Bool
    ) async throws {
        let tag = QueryItem("attr.\(FleetTag.attribute)", truth.tag)
        var cursor: String?
        repeat {
            let position = cursor.map { [QueryItem("cursor", $0)] } ?? []
            let answer = try await client.patiently(
                path: ["v1", "executions"],
                query: filter + [tag, QueryItem("limit", String(Self.pageLimit))] + position,
                in: console)
            guard answer.status == 200 else { throw answer.failure(at: client.address) }
            let page = try answer.decoded(type, at: client.address)
            guard try await body(page) else { return }
            if page.nextCursor == cursor, cursor != nil {
                throw CommandFailure(
                    what: "the list does not go on", why: "The server repeats its cursor.",
                    requestID: answer.requestID, status: .unreachable)
            }
            cursor = page.nextCursor
        } while cursor != nil
    }

    // MARK: Executions

    private func checkInFull(_ number: Int) async throws -> Differences {
        let id = truth.execution(number).id.rawValue
        let answer = try await client.patiently(path: ["v1", "executions", id], in: console)
        if answer.status == 404 {
            var differences = Differences()
            differences.add(id, "is not there")
            return differences
        }
        guard answer.status == 200 else { throw answer.failure(at: client.address) }
        let shown = try answer.decoded(ExecutionBody.self, at: client.address)
        return try await compared(shown, number) { $0.compareParts() }
    }

    private func compared(
        _ shown: ExecutionBody, _ number: Int, _ more: (inout TruthComparison) -> Void
    ) async throws -> Differences {
        let execution = truth.execution(number)
        var comparison = TruthComparison(execution, shown)
        comparison.compareMembers()
        more(&comparison)
        var differences = Differences()
        for difference in comparison.differences { differences.add(shown.id, difference) }
        if execution.fate == .fallsSilent {
            let judgement = SilenceJudgement(
                truth: execution, shown: shown, now: console.now(), grace: grace)
            let objection = try await judgement.objection {
                try await client.lastReceipt(of: shown.id, in: console)
            }
            if let objection { differences.add(shown.id, objection) }
        }
        return differences
    }

    /// Does the same with each, several at a time.
    private func atOnce<Element: Sendable>(
        _ elements: [Element], _ check: @escaping @Sendable (Element) async throws -> Differences
    ) async throws -> Differences {
        try await withThrowingTaskGroup(of: Differences.self) { group in
            var sum = Differences()
            for (number, element) in elements.enumerated() {
                if number >= Self.requestsAtOnce, let part = try await group.next() { sum += part }
                group.addTask { try await check(element) }
            }
            for try await part in group { sum += part }
            return sum
        }
    }
}

/// A page of the history, read for as much of it as is needed.
protocol ExecutionPaging: Decodable, Sendable {
    var nextCursor: String? { get }
}

extension ExecutionPageBody: ExecutionPaging {}

/// A page of the history of which only the ids matter.
struct ExecutionIDsBody: ExecutionPaging {
    struct Item: Decodable, Sendable { var id: String }

    var items: [Item]
    var nextCursor: String?
}
