import Testing

@testable import stint

@Suite struct ColumnChartTests {
    @Test func `the largest value is a full column, and the smallest leaves a mark`() {
        let chart = ColumnChart([0, 0.01, 50, 100, nil], room: 5)
        #expect(chart.lines(height: 1, unicode: true) == [" ▁▄█ "])
        #expect(chart.lines(height: 2, unicode: true) == ["   █ ", " ▁██ "])
        #expect(chart.lines(height: 2, unicode: false) == ["   # ", " .## "])
        #expect(chart.top == 100)
    }

    @Test func `more values than room share columns, which show their means`() {
        let chart = ColumnChart([1, 3, 4, 4, nil, 6, nil, nil, 2], room: 5)
        #expect(chart.columns == [2, 4, 6, nil, 2])
    }

    @Test func `few values take up to four columns each`() {
        #expect(ColumnChart([1, 2], room: 7).columns == [1, 1, 1, 2, 2, 2])
        #expect(ColumnChart([1], room: 100).columns == [1, 1, 1, 1])
    }

    @Test func `a top that is given is what a full column shows`() {
        let chart = ColumnChart([25, 50, 100, 150], room: 4, top: 100)
        #expect(chart.lines(height: 1, unicode: true) == ["▂▄██"])
    }

    @Test func `of nothing nothing is drawn`() {
        #expect(ColumnChart([], room: 10).lines(height: 2, unicode: true) == ["", ""])
        #expect(ColumnChart([0, 0], room: 2).lines(height: 1, unicode: true) == ["  "])
    }

    @Test(arguments: [
        (0.0, ""), (0.001, "▏"), (0.25, "█"), (0.3, "█▎"), (1, "████"),
    ])
    func `a bar is as long as its share`(_ share: Double, _ bar: String) {
        #expect(Bar.drawn(share, cells: 4, unicode: true) == bar)
    }

    @Test func `without UTF-8 a bar is made of signs`() {
        #expect(Bar.drawn(0.5, cells: 4, unicode: false) == "##")
        #expect(Bar.drawn(0.01, cells: 4, unicode: false) == "#")
    }
}
