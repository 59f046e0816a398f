import GRDB
import StintModel
import StintStorage
import Testing

@testable import StintStorageSQLite

/// A list costs by the page only if SQLite finds its rows in order: no scan of a table, no sort.
@Suite struct QueryPlanTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var agent: Bool
        var statuses: Set<ExecutionStatus>
        var key: ExecutionQuery.Key
        var order: ExecutionQuery.Order

        var testDescription: String {
            "\(agent ? "agent, " : "")\(statuses.count) statuses, \(key), \(order)"
        }

        static let all = [false, true].flatMap { agent in
            [[], [ExecutionStatus.failed], [.failed, .lost]].flatMap { statuses in
                ExecutionQuery.Key.allCases.flatMap { key in
                    ExecutionQuery.Order.allCases.map {
                        Shape(agent: agent, statuses: Set(statuses), key: key, order: $0)
                    }
                }
            }
        }
    }

    @Test(arguments: Shape.all)
    func `the history is read along an index, from where the page begins`(_ shape: Shape) throws {
        var query = ExecutionQuery(workspace: .default)
        query.statuses = shape.statuses
        query.key = shape.key
        query.order = shape.order
        let page = HistoryPage(query: query, settings: SQLiteSettings())
        for list in page.lists(workspace: 1, agent: shape.agent ? 1 : nil) {
            let plan = try Self.plan(of: list.sql)
            #expect(plan.count == 1)
            #expect(plan[0].contains("SEARCH execution USING INDEX execution_by_"), "\(plan)")
            // Begins at the cursor: the order's column is part of what is searched.
            let column = shape.key == .start ? "sort_at" : "stop_at"
            #expect(
                plan[0].contains("\(column)>") || plan[0].contains("\(column),rowid)"), "\(plan)")
        }
    }

    @Test(arguments: [
        SQLiteReader.openOfStatus, SQLiteReader.trailPieces, SQLiteRows.stepsOfExecution,
        SQLiteReader.cellsOfLevel, SQLiteReader.workerHours, SQLiteReader.unsettledBuckets,
        SQLiteReader.reportsSince, SQLiteRows.workerSamples, SQLiteRows.workerHour,
        SQLiteRows.workerBucket, SQLiteRows.tracePieces, SQLiteRows.executionsOfTrace,
        SQLiteRows.tracesOfExecution, SQLiteRows.toldOfExecution, SQLiteRows.undecidedTraces,
        SQLiteReader.undecidedCount, SQLiteRows.client, SQLiteRows.clientPage,
        SQLiteRows.clientCount, SQLiteRows.clientSums, SQLiteRows.forgottenClients,
        "SELECT key FROM execution WHERE workspace = ?1 AND id = ?2",
    ])
    func `nothing else that is asked scans or sorts`(_ sql: String) throws {
        let plan = try Self.plan(of: sql)
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
    }

    @Test(arguments: [
        (SQLiteFigures.cellsText("counters"), "PRIMARY KEY"),
        (SQLiteRows.nextSeries, "PRIMARY KEY"), (SQLiteRows.nextModel, "PRIMARY KEY"),
        (SQLiteFigures.startedIn, "execution_by_start"),
        (SQLiteFigures.stoppedIn, "execution_by_finish"),
        (SQLiteFigures.waitsOfAgent, "COVERING INDEX execution_measures_by_start"),
        (SQLiteFigures.endsOfAgent, "COVERING INDEX execution_measures_by_finish"),
        (SQLiteFigures.statusCount, "COVERING INDEX execution_by_status_start"),
        (SQLiteFigures.agentStatusCount, "COVERING INDEX execution_by_agent_start"),
        (SQLiteFigures.uncountedCount, "execution_uncounted"),
        (SQLiteFigures.queueSum, "COVERING INDEX execution_queue"),
        (SQLiteFigures.queueList, "execution_queue"),
        (SQLiteFigures.newestOfStatus, "execution_by_status_start"),
        (SQLiteFigures.newestOfAgent, "execution_by_agent_start"),
        (SQLiteFigures.newestStopped, "execution_by_status_finish"),
        (SQLiteFigures.stoppedWithStatus, "COVERING INDEX execution_by_status_finish"),
        (SQLiteFigures.stoppedOfAgent, "COVERING INDEX execution_by_agent_finish"),
        (SQLiteFigures.oldestOfAgent, "execution_by_agent_start"),
        (SQLiteFigures.messagesIn, "COVERING INDEX execution_by_message"),
        (SQLiteFigures.orphanedIn, "execution_orphaned"),
        (SQLiteFigures.goalCount, "COVERING INDEX execution_goals"),
        (SQLiteFigures.reportsBack, "PRIMARY KEY"),
    ])
    func `figures are read along an index, which alone is enough where many are counted`(
        _ sql: String, _ index: String
    ) throws {
        let plan = try Self.plan(of: sql)
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
        #expect(plan[0].contains(index), "\(plan)")
    }

    @Test func `words and facets are found in the full-text index, newest first`() throws {
        let plan = try Self.plan(of: HistoryPage.search)
        #expect(plan.count == 1)
        #expect(plan[0].contains("VIRTUAL TABLE INDEX"))
    }

    private static func plan(of sql: String) throws -> [String] {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database)
        return try database.read { db in
            let connection = try #require(db.sqliteConnection)
            let statement = try Statement("EXPLAIN QUERY PLAN " + sql, on: connection)
            defer { statement.finalize() }
            var details: [String] = []
            try statement.each { details.append($0.text(3)) }
            return details
        }
    }
}
