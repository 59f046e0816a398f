public import StintModel

/// Sums up the load of some steps from the reports in them, and in the five steps before, as they
/// come by in order.
///
/// Costs by the reports, and by the workers in each step.
public struct LoadSummation {
    private let steps: Range<Int64>
    private var next: Int64
    private var newest: [Spelling: (step: Int64, report: WorkerReport)] = [:]
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
        newest[Spelling(report.worker)] = (step, report)
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
            var areSilent = false
            for held in newest.values {
                if held.step > next - LoadGrid.stepsPerReport {
                    moment.add(held.report)
                } else {
                    areSilent = true
                }
            }
            sums.add(moment)
            if areSilent {
                newest = newest.filter { $0.value.step > next - LoadGrid.stepsPerReport }
            }
            next += 1
        }
        next = max(next, end)
    }
}
