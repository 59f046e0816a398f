/// The rules of Prometheus' text format 0.0.4, and what `promtool check metrics` asks beyond them.
struct PrometheusText {
    /// The value of each sample, by its name and labels as they were written.
    private(set) var samples: [String: Double] = [:]
    /// What is wrong with the page.
    private(set) var faults: [String] = []

    private var types: [Substring: Substring] = [:]
    private var family: Substring = ""
    /// Of the histogram being read, by the labels beside `le`.
    private var buckets: [Substring: [(bound: Double, count: Double)]] = [:]

    init(_ page: String) {
        if !page.hasSuffix("\n") { faults.append("no line feed at the end") }
        for line in page.unicodeScalars.split(separator: "\n") { read(Substring(line)) }
        endFamily()
    }

    private mutating func read(_ line: Substring) {
        if let help = line.wholeMatch(of: /# HELP ([a-z_]+) (.+)/) {
            endFamily()
            family = help.output.1
            if types[family] != nil { faults.append("\(family) stands twice") }
        } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) (counter|gauge|histogram)/) {
            if type.output.1 != family { faults.append("\(line) without help") }
            types[family] = type.output.2
            if type.output.2 == "counter", !family.hasSuffix("_total") {
                faults.append("\(family) does not end in _total")
            }
        } else if let sample = line.wholeMatch(of: Self.sample) {
            read(name: sample.output.1, labels: sample.output.2 ?? "", value: sample.output.3)
        } else {
            faults.append("not understood: \(line)")
        }
    }

    /// Label values escape `\`, `"` and line feeds, and nothing else.
    private static var sample: Regex<(Substring, Substring, Substring?, Substring)> {
        /([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)/
            .matchingSemantics(.unicodeScalar)
    }

    private mutating func read(name: Substring, labels: Substring, value: Substring) {
        guard let number = Double(value), number >= 0 else {
            faults.append("\(name) is \(value)")
            return
        }
        if samples.updateValue(number, forKey: "\(name)\(labels)") != nil {
            faults.append("\(name)\(labels) stands twice")
        }
        guard types[family] == "histogram" else {
            if name != family { faults.append("\(name) stands in \(family)") }
            return
        }
        guard name == "\(family)_bucket" else {
            if name == "\(family)_count", buckets[labels]?.last?.count != number {
                faults.append("\(name)\(labels) is not its last bucket")
            }
            return
        }
        guard let bound = labels.firstMatch(of: /,?le="([^"]+)"/),
            let limit = Double(bound.output.1)
        else {
            faults.append("\(name)\(labels) has no bound")
            return
        }
        var rest = labels
        rest.removeSubrange(bound.range)
        let key = rest == "{}" ? "" : rest
        if let last = buckets[key]?.last, last.bound >= limit || last.count > number {
            faults.append("\(name)\(labels) does not ascend")
        }
        buckets[key, default: []].append((limit, number))
    }

    private mutating func endFamily() {
        for (labels, buckets) in buckets where buckets.last?.bound != .infinity {
            faults.append("\(family)\(labels) has no last bucket")
        }
        buckets = [:]
    }
}
