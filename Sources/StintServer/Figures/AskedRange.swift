import StintModel
import StintWire

/// A range of time as a request names it: by its length up to now, or by its ends.
struct AskedRange: Sendable {
    /// `nil` where the range was given by its ends.
    let timeframe: Timeframe?
    let from: Instant
    let to: Instant

    /// The most days of a range: by days, a series then has no more points than it may, whatever
    /// part of a day the range begins and ends with.
    static let mostDays: Int64 = 398

    /// - Parameter timeframe: The one where the request names none.
    init(
        otherwise timeframe: Timeframe, now: Instant, _ parameters: inout QueryParameters
    ) throws(Problem) {
        let named = try parameters.word("timeframe", of: Timeframe.self)
        let from = try parameters.instant("from")
        let to = try parameters.instant("to")
        switch (named, from, to) {
        case (_, nil, nil):
            let timeframe = named ?? timeframe
            self.timeframe = timeframe
            self.from = now - timeframe.span
            self.to = now
        case (nil, let from?, let to?):
            self.timeframe = nil
            guard from < to else {
                throw .parameter("to", "it does not lie after `from`.")
            }
            guard to.since(from) <= .days(Self.mostDays) else {
                throw .parameter("to", "a range of \(Self.mostDays) days at the most is due.")
            }
            self.from = from
            self.to = to
        case (nil, _, _):
            throw .parameter(from == nil ? "from" : "to", "`from` and `to` stand together.")
        default:
            throw .parameter("timeframe", "it does not stand beside `from` and `to`.")
        }
    }
}
