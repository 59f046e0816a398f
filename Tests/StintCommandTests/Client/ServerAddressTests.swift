import Testing

@testable import stint

@Suite struct ServerAddressTests {
    @Test func `every segment and value stands for itself`() throws {
        let address = try #require(ServerAddress("https://host/base/"))
        #expect(
            address.url(["v1", "executions", "arn:aws:x/y z?#ü"], [QueryItem("q", "a&b=c+d")])
                == "https://host/base/v1/executions/arn%3Aaws%3Ax%2Fy%20z%3F%23%C3%BC?q=a%26b%3Dc%2Bd"
        )
        #expect(address.url([".."]) == "https://host/base/%2E%2E")
    }

    @Test(arguments: [
        "", "host:8790", "ftp://host", "http://", "http://user:pw@host", "http://host?x=1",
        "http://host/#x", "file:///etc",
    ])
    func `what is no address of a server is refused`(_ text: String) {
        #expect(ServerAddress(text) == nil)
    }
}
