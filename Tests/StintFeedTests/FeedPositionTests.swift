import StintModel
import Testing

@testable import StintFeed

@Suite struct FeedPositionTests {
    @Test(arguments: [0, 1, UInt64.max], [0, 35, Int.max])
    func `a position is read back from its text`(life: UInt64, sequence: Int) {
        let position = FeedPosition(life: life, sequence: sequence)
        #expect(FeedPosition(text: position.text) == position)
        #expect(position.text.utf8.count <= 35)
    }

    @Test(arguments: [
        "", "-", "1", "1-", "-1", "1--1", "1-01", "01-1", "A-1", "+1-1", "1-+1", "1-1-1", " 1-1",
        "1-9223372036854775808", "3w5e11264sgsg-0", "é-1",
    ])
    func `what no position ever was is none`(text: String) {
        #expect(FeedPosition(text: text) == nil)
    }
}
