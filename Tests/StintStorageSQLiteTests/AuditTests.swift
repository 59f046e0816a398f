import Foundation
import GRDB
import StintMetrics
import StintModel
import StintStorage
import StintStorageTesting
import Testing

@testable import StintStorageSQLite

/// An audit that found nothing wrong would prove nothing: each kind of fault is made, and found.
@Suite struct AuditTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The laws that it breaks, each of which the audit must name.
        var laws: Set<AuditLaw>
        var make: @Sendable (Database) throws -> Void

        init(
            _ description: String, _ laws: Set<AuditLaw>,
            _ make: @escaping @Sendable (Database) throws -> Void
        ) {
            testDescription = description
            self.laws = laws
            self.make = make
        }

        init(_ description: String, _ laws: Set<AuditLaw>, _ sql: String) {
            self.init(description, laws) { try $0.execute(sql: sql) }
        }
    }

    static let faults = [
        Fault(
            "a status that is not the state's", [.columns, .lists],
            "UPDATE execution SET status = 6 WHERE key = (SELECT max(key) FROM execution WHERE status = 5)"
        ),
        Fault(
            "a start that is not the state's", [.columns],
            "UPDATE execution SET sort_at = sort_at + 1 WHERE key = 3"),
        Fault(
            "a finish that was forgotten", [.columns, .lists],
            "UPDATE execution SET stop_at = NULL WHERE key = (SELECT max(key) FROM execution WHERE status = 5)"
        ),
        Fault(
            "a duration that is not the state's", [.columns],
            "UPDATE execution SET duration = 1 WHERE key = 4"),
        Fault(
            "another agent's row", [.columns],
            "UPDATE execution SET agent = agent % 2 + 1 WHERE key = 5"),
        Fault(
            "silence that nobody looks for", [.columns],
            "UPDATE execution SET due_at = 1 WHERE key = 6"),
        Fault(
            "an execution that vanished", [.search, .minutes, .days, .started],
            "DELETE FROM execution WHERE key = (SELECT min(key) FROM execution WHERE status = 5)"),
        Fault(
            "a state that cannot be read",
            [.columns, .lists, .search, .minutes, .days, .started],
            "UPDATE execution SET state = x'09' WHERE key = 7"),
        Fault("a state that forgot a fact", [.trail]) { db in
            for row in try Row.fetchAll(db, sql: "SELECT key, state FROM execution") {
                let data: Data = row["state"]
                var state = try data.withUnsafeBytes { try ExecutionState(encoded: $0) }
                guard state.fact(.priority) != nil else { continue }
                state.facts = SortedMap(
                    ascending: state.facts.entries.filter { $0.key != .priority })
                try db.execute(
                    sql: "UPDATE execution SET state = ? WHERE key = ?",
                    arguments: [Data(state.encoded(withSteps: true)), row["key"] as Int64])
                return
            }
        },
        Fault("a piece of trail that tells something else", [.trail]) { db in
            // The piece of one execution is put in the place of another's.
            try db.execute(
                sql: """
                    UPDATE trail SET events = (SELECT events FROM trail WHERE key = 10 << 20)
                    WHERE key = 9 << 20
                    """)
        },
        Fault(
            "words of what is not there", [.search],
            "INSERT INTO search (rowid, terms) VALUES (99999, 'abc')"),
        Fault("a minute counted twice", [.minutes, .hours]) { db in
            try change(db, level: .minute) { $0[.started] += 1 }
        },
        Fault("an hour counted twice", [.hours]) { db in
            try change(db, level: .hour) { $0[.succeeded] += 1 }
        },
        Fault("five minutes counted twice", [.hours]) { db in
            try change(db, level: .hour) { cell in
                var slot = SlotCounts()
                slot[.failed] = 1
                cell.add(slot, at: 7)
            }
        },
        Fault("a minute of all agents counted twice", [.minutes, .hours]) { db in
            try change(db, level: .minute, ofAll: true) { $0[.started] += 1 }
        },
        Fault("an hour of all agents counted twice", [.hours]) { db in
            try change(db, level: .hour, ofAll: true) { $0[.started] += 1 }
        },
        Fault("a day of all agents counted twice", [.days]) { db in
            try change(db, level: .day, ofAll: true) { $0[.started] += 1 }
        },
        Fault(
            "a wait that was not", [.columns],
            "UPDATE execution SET queue_wait = 7 WHERE key = 2"),
        Fault(
            "a total forgotten", [.columns],
            "UPDATE execution SET total = NULL WHERE total IS NOT NULL"),
        Fault(
            "a queue that somebody left", [.columns],
            "UPDATE execution SET queued_at = 7 WHERE key = 2"),
        Fault("a day counted twice", [.days, .started]) { db in
            try change(db, level: .day) { $0[.started] += 1 }
        },
        Fault("a duration in another bucket", [.days]) { db in
            try change(db, level: .day) {
                $0[.okDuration].add(1_000_000)
                $0[.okDuration].add(2_000_000_000, count: -1)
            }
        },
        Fault("a negative count", [.parts, .days]) { db in
            try change(db, level: .day) { $0[.conflicts] = -1 }
        },
        Fault("bands that do not make the total", [.parts, .days]) { db in
            try change(db, level: .day) { $0[.ok10To30s] += 1 }
        },
        Fault(
            "a cell that vanished", [.days, .started],
            "DELETE FROM roll_up WHERE level = 2 AND typeof(model) = 'blob'"),
        Fault(
            "a minute that vanished", [.minutes, .hours],
            "DELETE FROM roll_up WHERE level = 0 AND start = (SELECT min(start) FROM roll_up WHERE level = 0)"
        ),
        Fault(
            "a report that vanished", [.load],
            "DELETE FROM worker_sample WHERE slot = (SELECT min(slot) FROM worker_sample)"),
        Fault("load that vanished", [.load], "DELETE FROM worker_load"),
        Fault(
            "a traced state that forgot an event", [.traces],
            "UPDATE told SET state = (SELECT state FROM execution WHERE key = 1)"),
        Fault(
            "spans that vanished", [.traces],
            "DELETE FROM trace_piece WHERE key = (SELECT min(key) FROM trace_piece)"),
        Fault(
            "spans that cannot be read", [.traces],
            """
            UPDATE trace_piece SET spans = x'09' WHERE key >> 20 =
                (SELECT min(trace) FROM trace_execution)
            """),
        Fault(
            "a trace that tells of what is not there", [.traces],
            "INSERT INTO trace_execution (trace, execution) VALUES (1, 99999)"),
        Fault(
            "a trace that waits no more and tells of nobody", [.traces],
            "UPDATE trace SET undecided = NULL"),
        Fault(
            "an event that was received, and neither stored nor rejected", [.clients],
            "UPDATE client SET received = received + 1"),
        Fault(
            "a gap where events came", [.clients], "UPDATE client SET gaps = x'01ff7f'"),
        Fault("an index that lost its entries", [.integrity]) { db in
            // The index is told to leave out what it holds.
            try db.execute(sql: "PRAGMA writable_schema = ON")
            try db.execute(
                sql: """
                    UPDATE sqlite_schema SET sql = sql || ' WHERE received_at < 0'
                    WHERE name = 'trail_by_receipt'
                    """)
            try db.execute(sql: "PRAGMA writable_schema = OFF")
        },
    ]

    /// Changes the first cell of a level, of an agent or of all together.
    static func change(
        _ db: Database, level: RollUpLevel, ofAll: Bool = false,
        _ body: (inout RollUpCell) -> Void
    ) throws {
        let cells = """
            level = \(level.rawValue) AND typeof(model) = 'blob'
                AND typeof(agent) = '\(ofAll ? "blob" : "text")'
            """
        let row = try #require(
            try Row.fetchOne(
                db,
                sql: "SELECT agent, start, slots, counters, sketches FROM roll_up WHERE \(cells)"))
        func part(_ name: String) throws -> RollUpCell {
            let data: Data = row[name]
            return try #require(data.withUnsafeBytes { RollUpCell(encoded: $0) })
        }
        var cell = try part("counters")
        cell.add(try part("sketches"))
        let slots: Data = row["slots"]
        #expect(
            slots.withUnsafeBytes { bytes in StoredSlots.read(bytes) { cell.add($1, at: $0) } })
        body(&cell)
        try db.execute(
            sql: """
                UPDATE roll_up SET slots = ?, counters = ?, sketches = ?
                WHERE \(cells) AND agent = ? AND start = ?
                """,
            arguments: [
                Data(StoredSlots.encoded(cell.slots)), Data(cell.encoded(.counters)),
                Data(cell.encoded(.sketches)), row["agent"] as DatabaseValue,
                row["start"] as Int64,
            ])
    }

    @Test(arguments: faults)
    func `each kind of fault is found, and nothing beside it`(_ fault: Fault) async throws {
        try await withFolder { folder in
            let path = folder + "/stint.sqlite"
            var settings = SQLiteSettings()
            settings.groupsPending = 1
            let store = try SQLiteExecutionStore(path: path, settings: settings)
            var fleet = SampleFleet(seed: 60)
            for _ in 0..<20 { _ = try await store.record(RecordingGroup(fleet.next())) }
            var traces = SampleTraces(seed: 60)
            for number in 0..<6 {
                let sample = traces.next()
                let recording = TraceRecording(
                    workspace: .default, id: sample.id, spans: sample.spans)
                var group = RecordingGroup(traces: [recording])
                if number == 0, let told = recording.told.first {
                    let beat = Event(
                        .executionHeartbeat, execution: told.id, at: SampleFleet.noon)
                    group.recordings = [Recording(workspace: .default, id: told.id, first: beat)]
                }
                _ = try await store.record(group)
            }
            var crew = SampleCrew(seed: 60, in: .default)
            var group = RecordingGroup(crew.reports(count: 20))
            var clients = SampleClients(seed: 60)
            group.batches = clients.batches(count: 5)
            _ = try await store.record(group)
            #expect(
                try await store.sumWorkerLoad(at: SampleFleet.noon + .days(1), limit: 100) > 0)
            try await store.close()
            #expect(try SQLiteAudit.run(path: path).isBalanced)

            let database = try DatabaseQueue(path: path)
            try await database.write { try fault.make($0) }
            try database.close()
            let report = try SQLiteAudit.run(path: path)
            let broken = Set(AuditLaw.allCases.filter { report[$0].violations > 0 })
            #expect(broken == fault.laws, "\(report.differences)")
            #expect(!report.isBalanced)
            #expect(Set(report.differences.map(\.law)) == fault.laws)
        }
    }

    @Test func `a store is audited while another connection writes it`() async throws {
        try await withStore { store in
            var fleet = SampleFleet(seed: 61)
            let histories = (0..<200).map { _ in fleet.next() }
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for events in histories { _ = try await store.record(RecordingGroup(events)) }
                }
                for _ in 0..<5 {
                    let report = try await store.audit(nil)
                    #expect(report.isBalanced, "\(report.differences)")
                }
                try await group.waitForAll()
            }
            #expect(try await store.audit(nil).executions == 200)
        }
    }

    @Test func `what is no store is said to be none`() throws {
        #expect(throws: StoreError.self) { try SQLiteAudit.run(path: "/nonexistent/file") }
    }
}
