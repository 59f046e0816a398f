public import StintModel

/// The steps in which load is looked at, and the buckets in which it is summed up, both counted from
/// 1970 in UTC.
///
/// In each step a worker counts with its newest report of that step or of the five before: from its
/// report until 60 s after it, a step at a time.
public enum LoadGrid {
    /// Of one worker and step the newest report counts.
    public static let step = TimeSpan.seconds(10)
    /// In how many steps a report counts, its own the first.
    public static let stepsPerReport: Int64 = 6
    /// Five minutes.
    public static let stepsPerBucket: Int64 = 30
    public static let bucketsPerHour: Int64 = 12

    public static let bucket = TimeSpan(microseconds: step.microseconds * stepsPerBucket)
    /// How long a report counts.
    public static let reportSpan = TimeSpan(microseconds: step.microseconds * stepsPerReport)

    /// The step an instant falls in.
    public static func step(of instant: Instant) -> Int64 {
        floored(instant.microseconds, by: step.microseconds)
    }

    /// The bucket a step falls in.
    public static func bucket(ofStep step: Int64) -> Int64 { floored(step, by: stepsPerBucket) }

    /// The hour a bucket falls in.
    public static func hour(ofBucket bucket: Int64) -> Int64 {
        floored(bucket, by: bucketsPerHour)
    }

    /// Where a bucket stands in its hour.
    public static func place(ofBucket bucket: Int64) -> Int {
        Int(bucket &- hour(ofBucket: bucket) &* bucketsPerHour)
    }

    public static func steps(ofBucket bucket: Int64) -> Range<Int64> {
        bucket * stepsPerBucket..<(bucket + 1) * stepsPerBucket
    }

    public static func start(ofBucket bucket: Int64) -> Instant {
        Instant(microseconds: bucket &* Self.bucket.microseconds)
    }

    /// The steps that begin in a window.
    public static func steps(from: Instant, to: Instant) -> Range<Int64> {
        let first = firstStep(notBefore: from)
        return first..<max(first, firstStep(notBefore: to))
    }

    private static func firstStep(notBefore instant: Instant) -> Int64 {
        let step = step(of: instant)
        return step * Self.step.microseconds < instant.microseconds ? step + 1 : step
    }

    private static func floored(_ value: Int64, by length: Int64) -> Int64 {
        let quotient = value / length
        return value % length < 0 ? quotient - 1 : quotient
    }
}
