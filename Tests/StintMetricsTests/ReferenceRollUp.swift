import StintMetrics
import StintModel

/// The roll-up computed from scratch, of what readers see of each execution and by rules written
/// down a second time.
enum ReferenceRollUp {
    static func cells(
        of states: some Sequence<(key: ExecutionID, value: ExecutionState)>, in workspace: Workspace
    ) -> [RollUpKey: RollUpCell] {
        var cells: [RollUpKey: RollUpCell] = [:]
        for (id, state) in states {
            let shown = Execution(
                id: id, workspace: workspace, state: state, retention: .days(90))
            if ["test", "mock"].contains(shown[.environment]?.string) { continue }
            func count(_ at: Instant, model: String? = nil, _ change: (inout RollUpCell) -> Void) {
                let lengths: [(RollUpLevel, Int64)] = [
                    (.minute, 60), (.hour, 3_600), (.day, 86_400),
                ]
                var part = RollUpCell()
                change(&part)
                for (level, seconds) in lengths {
                    var start = at.microseconds / (seconds * 1_000_000)
                    if at.microseconds < start * seconds * 1_000_000 { start -= 1 }
                    for agent in [shown[.agent]?.string ?? "", nil] {
                        let key = RollUpKey(
                            workspace: workspace, level: level,
                            start: Instant(microseconds: start * seconds * 1_000_000),
                            agent: agent, model: model)
                        change(&cells[key, default: RollUpCell()])
                        guard level == .hour, model == nil else { continue }
                        var slot = SlotCounts()
                        slot[.started] = part[.started]
                        slot[.succeeded] = part[.succeeded]
                        slot[.failed] = part[.failed]
                        slot[.timedOut] = part[.timedOut]
                        slot[.aborted] = part[.aborted]
                        slot[.durationSum] = part[.okDurationSum] + part[.notOKDurationSum]
                        slot[.lost] = part[.lost]
                        slot[.durations] = part[.okDuration].count + part[.notOKDuration].count
                        cells[key]?.add(
                            slot, at: Int((at.microseconds - key.start.microseconds) / 300_000_000))
                    }
                }
            }
            if let started = shown.startedAt {
                count(started) { cell in
                    cell[.started] += 1
                    if let wait = shown.queueWait?.microseconds {
                        cell[.queueWaitSum] += wait
                        cell[.queueWait].add(wait)
                    }
                }
            }
            if shown.status == .lost, let lost = shown.lost {
                count(state.current.run.seen ?? lost.seen) { $0[.lost] += 1 }
            }
            guard let finished = shown.finishedAt else { continue }
            count(finished) { cell in
                self.count(shown, in: &cell)
                cell[.calls] += Int64(shown.modelCalls.count)
                cell[.pricedCalls] += Int64(shown.modelCalls.filter { $0.costNanos != nil }.count)
            }
            for call in shown.modelCalls {
                count(finished, model: call.model ?? "") { cell in
                    cell[.modelCalls] += 1
                    if let latency = call.latency?.microseconds {
                        cell[.modelLatencySum] += latency
                        cell[.modelLatency].add(latency)
                    }
                    self.count(call.tokens, call.costNanos, in: &cell)
                }
            }
        }
        return cells
    }

    private static func count(_ shown: Execution, in cell: inout RollUpCell) {
        switch shown.status {
        case .succeeded: cell[.succeeded] += 1
        case .failed: cell[.failed] += 1
        case .timedOut: cell[.timedOut] += 1
        case .aborted: cell[.aborted] += 1
        default: break
        }
        if shown.attempt > 1 { cell[.redriven] += 1 }
        if shown.hasConflict { cell[.conflicts] += 1 }
        switch shown[.goalMet]?.boolean {
        case true: cell[.goalMet] += 1
        case false: cell[.goalMissed] += 1
        default: break
        }
        let isOK = shown.status == .succeeded
        if let duration = shown.duration?.microseconds {
            cell[isOK ? .okDurationSum : .notOKDurationSum] += duration
            cell[isOK ? .okDuration : .notOKDuration].add(duration)
            let band = [60, 30, 10, 5, 1, 0].firstIndex { duration >= $0 * 1_000_000 } ?? 5
            cell[(isOK ? RollUpCell.okBands : RollUpCell.notOKBands)[5 - band]] += 1
        }
        if let total = shown.total?.microseconds {
            cell[isOK ? .okTotalSum : .notOKTotalSum] += total
            cell[isOK ? .okTotal : .notOKTotal].add(total)
        }
        count(shown.tokens, shown.costNanos, in: &cell)
    }

    private static func count(_ tokens: Tokens?, _ cost: Int64?, in cell: inout RollUpCell) {
        if let tokens {
            cell[.tokenReports] += 1
            let buckets: [(Int64?, RollUpCell.Counter, RollUpCell.Counter)] = [
                (tokens.input, .inputTokens, .inputTokenReports),
                (tokens.output, .outputTokens, .outputTokenReports),
                (tokens.cachedInput, .cachedInputTokens, .cachedInputTokenReports),
                (tokens.reasoning, .reasoningTokens, .reasoningTokenReports),
            ]
            for (number, sum, reports) in buckets {
                guard let number else { continue }
                cell[sum] += number
                cell[reports] += 1
            }
        }
        if let cost {
            cell[.costNanos] += cost
            cell[.costReports] += 1
        }
    }
}
