import StintMetrics
import StintModel
import StintStorage
import StintWire

/// The figures of a range, read from one moment of the store: what several blocks share is read
/// once.
struct WindowFigures {
    let query: MetricsQuery
    let snapshot: any FiguresSnapshot
    /// What the range comes to.
    let sum: RollUpSum
    /// What percentiles are taken from where there are few; `nil` where they come from sketches.
    let measures: Measures?
    /// Each step of the range.
    let steps: [SlotCounts]
    /// Each five minutes of the range and of the time before it; `nil` unless they are to be judged.
    let arrivals: SlotSeries?

    /// Up to so many finished executions, and so many that started, every single value is looked at.
    static let mostForExact: Int64 = 10_000

    /// - Parameter judging: Whether what was usual and what was not is asked for, and not what finished
    ///   alone.
    init(
        _ query: MetricsQuery, _ blocks: Set<MetricsBody.Block>, judging: Bool = true,
        in snapshot: any FiguresSnapshot
    ) throws(StoreError) {
        self.query = query
        self.snapshot = snapshot
        var distributions: Set<RollUpCell.Distribution> = []
        if blocks.contains(.performance) { distributions = [.okDuration, .notOKDuration] }
        if blocks.contains(.latency) {
            distributions.formUnion([
                .queueWait, .okDuration, .notOKDuration, .okTotal, .notOKTotal,
            ])
        }
        // First: what it reads holds what the steps and the hours of day need.
        arrivals =
            judging && blocks.contains(.patterns) ? try Self.arrivals(query, in: snapshot) : nil
        let needsSum = !blocks.isDisjoint(with: [.throughput, .latency, .performance])
        sum =
            needsSum
            ? try snapshot.sum(
                of: RollUpSeries(agent: query.agent), from: query.from, to: query.to,
                distributions: distributions) : RollUpSum()
        let needsMeasures = !distributions.isEmpty
        let areFew = sum.finished <= Self.mostForExact && sum[.started] <= Self.mostForExact
        var measures: Measures?
        if needsMeasures, areFew {
            let found = try snapshot.measures(of: query.agent, in: query.from..<query.to)
            let waits = Int64(found.queueWaits.count)
            let haveWaits = !blocks.contains(.latency) || waits == sum[.queueWait].count
            if found.areAll(of: sum), haveWaits { measures = found }
        }
        self.measures = measures
        let needsSteps = !blocks.isDisjoint(with: [.throughput, .patterns])
        steps =
            needsSteps
            ? try snapshot.series(of: query.agent, bounds: query.bounds) : []
    }

    /// The blocks that are asked for, but `realtime`, and without what workers tell.
    func body(_ blocks: Set<MetricsBody.Block>) throws(StoreError) -> MetricsBody {
        var body = MetricsBody(
            workspace: query.workspace.rawValue, timeframe: query.timeframe?.rawValue,
            from: query.from, to: query.to, tz: query.zone.identifier, agent: query.agent,
            stepSeconds: query.grid.step.span.seconds)
        if blocks.contains(.throughput) { body.throughput = throughput() }
        if blocks.contains(.latency) { body.latency = try latency() }
        if blocks.contains(.performance) { body.performance = try performance() }
        if blocks.contains(.patterns) { body.patterns = try patterns() }
        if blocks.contains(.resources) { body.resources = try resources() }
        return body
    }

    /// What a range is compared with: of the blocks that are asked for those of a range, without what
    /// workers tell.
    static func previous(
        _ query: MetricsQuery, _ blocks: Set<MetricsBody.Block>, in snapshot: any FiguresSnapshot
    ) throws(StoreError) -> PreviousPeriodBody {
        let figures = try WindowFigures(query, blocks, judging: false, in: snapshot)
        return PreviousPeriodBody(
            from: query.from, to: query.to, stepSeconds: query.grid.step.span.seconds,
            throughput: blocks.contains(.throughput) ? figures.throughput() : nil,
            latency: blocks.contains(.latency) ? try figures.latency() : nil,
            performance: blocks.contains(.performance) ? try figures.performance() : nil,
            patterns: blocks.contains(.patterns) ? .init(timeline: figures.timeline()) : nil)
    }

    var method: PercentileMethod { measures == nil ? .sketch : .exact }
}

extension Measures {
    /// Whether these are all that a sum counts: of executions that have expired the cells alone are
    /// kept.
    func areAll(of sum: RollUpSum) -> Bool {
        Int64(durations.count) == sum.bands.reduce(0, &+)
    }
}

/// The percentiles of many values, from every single one or from a sketch.
enum Percentiles {
    /// - Parameters:
    ///   - shares: Each from 0 through 1.
    ///   - values: In any order, in microseconds.
    /// - Returns: In seconds, by nearest rank; all `nil` where there are no values.
    static func of(_ shares: [Double], in values: [Int64]) -> [Double?] {
        if values.isEmpty { return shares.map { _ in nil } }
        let values = values.sorted()
        return shares.map { share in
            let rank = Int(Sketch.rank(share, of: Int64(values.count)))
            return TimeSpan(microseconds: values[rank - 1]).seconds
        }
    }

    static func of(_ shares: [Double], in sketch: SketchSum) -> [Double?] {
        sketch.quantiles(shares).map { $0.map { TimeSpan(microseconds: $0).seconds } }
    }
}

/// A part of a whole in percent; `nil` of nothing.
func percentage(_ part: Int64, of whole: Int64) -> Double? {
    whole > 0 ? Double(part) / Double(whole) * 100 : nil
}

/// The mean of spans whose sum is in microseconds, in seconds; `nil` of none.
func meanSeconds(_ sum: Int64, _ count: Int64) -> Double? {
    count > 0 ? Double(sum) / Double(count) / 1_000_000 : nil
}
