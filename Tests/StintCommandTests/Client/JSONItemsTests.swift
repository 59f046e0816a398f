import Foundation
import Testing

@testable import stint

@Suite struct JSONItemsTests {
    private func items(_ document: String) -> [String] {
        JSONItems.elements(of: "items", in: Data(document.utf8))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `each element comes out as it went in`() {
        #expect(
            items(#"{"items":[{"a":1.50,"b":[1,2]} , {"c":"]}\"items\":["} ],"nextCursor":"x"}"#)
                == [#"{"a":1.50,"b":[1,2]}"#, #"{"c":"]}\"items\":["}"#])
    }

    @Test func `only the outermost member of that name counts`() {
        #expect(
            items(#"{"x":{"items":[1]},"y":"items","items":[ 2, "three" ]}"#) == ["2", "\"three\""])
        #expect(items(#"{"items":[]}"#).isEmpty)
        #expect(items(#"{"other":[1]}"#).isEmpty)
    }

    @Test(arguments: ["", "{", "{\"items\":[", "{\"items\":[{\"", "]]]", "\"\\", "{\"items\":[1,"])
    func `what is no document does no harm`(_ document: String) {
        _ = items(document)
    }
}
