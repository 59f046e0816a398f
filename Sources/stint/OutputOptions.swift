import ArgumentParser
import Foundation

/// In what form results are written.
struct OutputOptions: ParsableArguments {
    enum Form: String, ExpressibleByArgument, CaseIterable, Sendable {
        case table, json, jsonl, csv
    }

    enum Coloring: String, ExpressibleByArgument, CaseIterable, Sendable {
        case auto, always, never
    }

    @Option(
        name: .shortAndLong,
        help: """
            table for people; json, the server's document as it is; jsonl, one object a line; csv.
            """)
    var output = Form.table

    @Option(help: "Whether to use colour.")
    var color = Coloring.auto

    @Flag(help: "Show times in UTC.")
    var utc = false

    @Option(help: ArgumentHelp("Show times in this zone, as Europe/Berlin.", valueName: "zone"))
    var tz: String?

    @Flag(help: "Cut nothing, wide as the lines may get.")
    var wide = false

    func validate() throws {
        if utc, tz != nil { throw ValidationError("Give --utc or --tz, not both.") }
        if let tz, TimeZone(identifier: tz) == nil {
            throw ValidationError("No time zone is called '\(tz)'; Europe/Berlin is one.")
        }
    }

    func style(_ console: Console) -> Style {
        let environment = console.environment
        let isPlain =
            environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        let hasColors =
            switch color {
            case .always: true
            case .never: false
            case .auto: console.isTerminal && !isPlain
            }
        let zone = utc ? TimeZone.gmt : tz.flatMap(TimeZone.init(identifier:))
        return Style(
            isUnicode: console.isUnicode,
            hasShapes: console.isTerminal || color == .always,
            hasColors: hasColors,
            width: wide ? nil : console.terminalColumns,
            shortensIDs: console.isTerminal && !wide,
            time: TimeFormat(zone: zone ?? console.localZone, now: console.now()))
    }
}
