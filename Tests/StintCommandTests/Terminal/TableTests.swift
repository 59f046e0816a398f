import Testing

@testable import stint

@Suite struct TableTests {
    private let table = Table(
        columns: [
            .init(title: "NAME", minimum: 4),
            .init(title: "COUNT", alignment: .right, departure: .early(1)),
            .init(title: "SIZE", alignment: .right, departure: .late(1)),
            .init(title: "REMARK", isFlexible: true),
        ],
        rows: [
            ["alpha-centauri", "12", "1 kB", "the nearest star of all there are"],
            ["sol", "1", "200 kB", ""],
        ])

    private func lines(_ width: Int?) -> [String] { table.lines(.terminal(width)) }

    @Test func `with room, columns are as wide as their widest cell`() {
        #expect(
            lines(nil) == [
                "NAME            COUNT    SIZE  REMARK",
                "alpha-centauri     12    1 kB  the nearest star of all there are",
                "sol                 1  200 kB",
            ])
    }

    @Test func `the flexible column is cut first`() {
        #expect(lines(50)[1] == "alpha-centauri     12    1 kB  the nearest star o…")
    }

    @Test func `then columns leave in their order`() {
        #expect(lines(45)[0] == "NAME              SIZE  REMARK")
        #expect(lines(45)[1] == "alpha-centauri    1 kB  the nearest star of…")
    }

    @Test func `then those that may shrink do`() {
        #expect(lines(32)[1] == "alpha-centa…    1 kB  the neare…")
    }

    @Test func `then the last ones leave, and at the end lines are cut`() {
        #expect(lines(18) == ["NAME    REMARK", "alpha…  the neare…", "sol"])
        #expect(lines(3).allSatisfy { $0.columns <= 3 })
    }

    @Test(arguments: 1...80)
    func `no line is wider than the terminal, and none ends in a blank`(_ width: Int) {
        for line in lines(width) {
            #expect(line.columns <= width)
            #expect(!line.hasSuffix(" "))
        }
    }

    @Test func `colour takes no room`() {
        var style = Style.terminal(40)
        style.hasColors = true
        let table = Table(
            columns: [.init(title: "A"), .init(title: "B")],
            rows: [[Cell("x", color: .red), "y"]])
        #expect(table.lines(style)[1] == "\u{1B}[31mx\u{1B}[0m  y")
    }
}
