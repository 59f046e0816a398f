/// Ways in which the same statements may arrive.
enum Delivery {
    /// Every event at least once, each up to `repeats` times more, in any order.
    static func shuffled<Element>(
        _ elements: [Element], repeats: Int = 0, using generator: inout SeededGenerator
    ) -> [Element] {
        var delivered = elements
        if repeats > 0 {
            for element in elements {
                let extra = Int.random(in: 0...repeats, using: &generator)
                delivered.append(contentsOf: repeatElement(element, count: extra))
            }
        }
        delivered.shuffle(using: &generator)
        return delivered
    }

    /// Every order of the elements, n! of them.
    static func permutations<Element>(of elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return [elements] }
        var orders: [[Element]] = []
        for index in elements.indices {
            var rest = elements
            let head = rest.remove(at: index)
            orders += permutations(of: rest).map { [head] + $0 }
        }
        return orders
    }
}
