import ArgumentParser
import Testing

@testable import stint

@Suite struct OutputOptionsTests {
    private func style(
        _ arguments: [String], columns: Int? = 80, _ environment: [String: String] = [:]
    ) throws -> Style {
        let variables = ["LANG": "en_US.UTF-8", "TZ": "UTC"].merging(environment) { $1 }
        let console = TestConsole(columns: columns, environment: variables).console
        return try OutputOptions.parse(arguments).style(console)
    }

    @Test func `colours and shapes are for terminals`() throws {
        #expect(try style([]).hasColors)
        #expect(try style([]).hasShapes)
        #expect(try !style([], columns: nil).hasColors)
        #expect(try !style([], columns: nil).hasShapes)
        #expect(try style([], columns: nil).width == nil)
    }

    @Test func `colours can be refused and demanded`() throws {
        #expect(try !style(["--color", "never"]).hasColors)
        #expect(try !style([], ["NO_COLOR": "1"]).hasColors)
        #expect(try style([], ["NO_COLOR": ""]).hasColors)
        #expect(try !style([], ["TERM": "dumb"]).hasColors)
        #expect(try style(["--color", "always"], columns: nil, ["NO_COLOR": "1"]).hasColors)
    }

    @Test func `without UTF-8 there are plain words`() throws {
        let style = try style([], ["LANG": "en_US.UTF-8", "LC_ALL": "C"])
        #expect(!style.isUnicode)
        let signs: [StatusSign] = [
            .succeeded, .failed, .running, .queued, .lost, .timedOut, .cancelled,
        ]
        #expect(
            signs.map { style.status($0).text }
                == ["OK", "FAIL", "RUN", "WAIT", "LOST", "TIME", "STOP"])
        #expect(style.missing == "-")
    }

    @Test func `the zone is local, UTC or the one named`() throws {
        #expect(try style([], ["TZ": "Asia/Tokyo"]).time.zoneName == "UTC+9")
        #expect(try style(["--utc"], ["TZ": "Asia/Tokyo"]).time.zoneName == "UTC")
        #expect(try style(["--tz", "Asia/Kolkata"]).time.zoneName == "UTC+5:30")
        #expect(throws: (any Error).self) { try OutputOptions.parse(["--tz", "Mars/Base"]) }
        #expect(throws: (any Error).self) { try OutputOptions.parse(["--utc", "--tz", "GMT"]) }
    }
}
