import StintModel
import Testing

@Suite struct MessagePatternTests {
    @Test(arguments: [
        (
            "Too many requests: limit 60 per minute reached",
            "Too many requests: limit {n} per minute reached"
        ),
        ("Prompt of 128 000 tokens exceeds 1,024.5", "Prompt of {n} tokens exceeds {n}"),
        ("offset -3.5 of +2", "offset {n} of +{n}"),
        ("worker w-03 is gone", "worker w-{n} is gone"),
        ("after 30s, 250ms and 5%", "after {n}s, {n}ms and {n}%"),
        ("Field 'isin' missing in \"trade 7\"", "Field {text} missing in {text}"),
        ("It doesn't stop, can't it?", "It doesn't stop, can't it?"),
        ("cannot open /var/lib/data/x7.json: denied", "cannot open {path}: denied"),
        ("read a/b or text/html", "read a/b or text/html"),
        ("GET https://api.example.com/v1/x?y=1 failed", "GET {url} failed"),
        ("execution ex_7f3a9c21 of msg-77a0e1 lost", "execution {id} of {id} lost"),
        ("no 550e8400-e29b-41d4-a716-446655440000.", "no {id}."),
        ("no arn:aws:states:eu-1:1:execution:a:b here", "no {url} here"),
        ("model claude-large-2 refused", "model claude-large-{n} refused"),
        ("two\n  lines\tand more ", "two lines and more"),
        ("état 12 — déjà vu", "état {n} — déjà vu"),
        ("", ""),
    ])
    func `what varies is taken out, and the rest stays`(_ message: String, _ pattern: String) {
        #expect(MessagePattern(message).text == pattern)
    }

    @Test func `no number is left, whatever stands around it`() {
        var random = SeededGenerator(seed: 5)
        let parts = [
            "limit", "60", "'x'", "/a/b/c", "ex_7f3a9c21", "-", ":", "'", "\"", "é", " ", "=", "w-",
            ".",
        ]
        for _ in 0..<2_000 {
            let message = (0..<Int.random(in: 0...9, using: &random))
                .map { _ in parts.randomElement(using: &random)! }.joined()
            let numbers = MessagePattern(message).text.filter(\.isNumber)
            #expect(numbers.isEmpty, "\(message)")
        }
    }

    @Test func `long messages are cut, between two characters`() {
        let text = MessagePattern(String(repeating: "déjà", count: 400)).text
        #expect(text.utf8.count <= 256 && text.utf8.count > 250)
        #expect(text.hasPrefix("déjà") && !text.contains("\u{FFFD}"))
    }
}
