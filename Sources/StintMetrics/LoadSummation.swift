public import StintModel

/// Sums up the load of some steps from the reports in them, and in the five steps before, as they
/// come by in order.
///
/// Costs by the reports, and by the workers in each step.
public struct LoadSummation {
    private let steps: Range<Int64>
    private var next: Int64
    /// Where each worker stands in `newest`: numbers alone are looked at in every step.
    private var places: [Spelling: Int] = [:]
    private var newest: [(step: Int64, load: LoadMoment)] = []
    private var sums = LoadSums()

    public init(steps: Range<Int64>) {
        self.steps = steps
        next = steps.lowerBound
    }

    /// The steps whose reports have a part in it.
    public static func reportSteps(for steps: Range<Int64>) -> Range<Int64> {
        steps.lowerBound - (LoadGrid.stepsPerReport - 1)..<steps.upperBound
    }

    /// Adds the newest report of a worker in a step; steps never go back.
    public mutating func add(_ report: WorkerReport, in step: Int64) {
        advance(to: step)
        var load = LoadMoment()
        load.add(report)
        let worker = Spelling(report.worker)
        if let place = places[worker] {
            newest[place] = (step, load)
        } else {
            places[worker] = newest.count
            newest.append((step, load))
        }
    }

    /// Sums up the steps that are left.
    public consuming func finish() -> LoadSums {
        advance(to: steps.upperBound)
        return sums
    }

    private mutating func advance(to end: Int64) {
        let end = min(end, steps.upperBound)
        while next < end, !newest.isEmpty {
            var moment = LoadMoment()
            for held in newest where held.step > next - LoadGrid.stepsPerReport {
                moment.add(held.load)
            }
            sums.add(moment)
            next += 1
        }
        next = max(next, end)
    }
}
