/// Writes figures in the text form that Prometheus reads, or as OpenMetrics.
///
/// One call writes one family; names are given without `_total`, which counters get.
struct MetricsPage {
    enum Form {
        /// Prometheus text format 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.0.
        case openMetrics

        var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    typealias Labels = KeyValuePairs<String, String>

    /// One figure of a family, told apart from the others by its labels.
    struct Sample<Value> {
        let labels: Labels
        let value: Value

        init(_ labels: Labels, _ value: Value) {
            self.labels = labels
            self.value = value
        }
    }

    private let form: Form
    private var text = ""

    init(form: Form) {
        self.form = form
        text.reserveCapacity(16 << 10)
    }

    /// The whole page. Nothing is written after it.
    consuming func finished() -> String {
        if form == .openMetrics { text += "# EOF\n" }
        return text
    }

    // MARK: Families

    mutating func counter(_ name: String, _ help: String, _ value: some Numeric) {
        counter(name, help, [Sample([:], value)])
    }

    mutating func counter(
        _ name: String, _ help: String, _ samples: [Sample<some Numeric>]
    ) {
        begin(form == .openMetrics ? name : name + "_total", "counter", help)
        for sample in samples { line(name + "_total", sample.labels, "\(sample.value)") }
    }

    mutating func gauge(_ name: String, _ help: String, _ value: some Numeric) {
        gauge(name, help, [Sample([:], value)])
    }

    mutating func gauge(
        _ name: String, _ help: String, _ samples: [Sample<some Numeric>]
    ) {
        begin(name, "gauge", help)
        for sample in samples { line(name, sample.labels, "\(sample.value)") }
    }

    mutating func histogram(
        _ name: String, _ help: String, _ samples: [Sample<Distribution>]
    ) {
        begin(name, "histogram", help)
        for sample in samples {
            let (labels, distribution) = (sample.labels, sample.value)
            var count = 0
            for (place, part) in distribution.counts.enumerated() {
                count += part
                let bound =
                    place < distribution.bounds.count ? "\(distribution.bounds[place])" : "+Inf"
                line(name + "_bucket", labels, "\(count)", bound: bound)
            }
            line(name + "_sum", labels, "\(distribution.sum)")
            line(name + "_count", labels, "\(count)")
        }
    }

    // MARK: Lines

    private mutating func begin(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func line(
        _ name: String, _ labels: Labels, _ value: String, bound: String? = nil
    ) {
        text += name
        var separator = "{"
        for (name, value) in labels {
            text += "\(separator)\(name)=\"\(Self.escaped(value))\""
            separator = ","
        }
        if let bound {
            text += "\(separator)le=\"\(bound)\""
            separator = ","
        }
        if separator == "," { text += "}" }
        text += " \(value)\n"
    }

    /// By scalars: in a name that a caller chose, a mark that joins a quote, or a carriage return
    /// before a line feed, would hide it from a search by characters.
    private static func escaped(_ value: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", "\"": escaped.append(contentsOf: ["\\", scalar])
            case "\n": escaped.append(contentsOf: ["\\", "n"])
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
