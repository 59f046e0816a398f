import StintModel
import Testing

@Suite struct LawVectorTests {
    @Test func `there are two hundred vectors`() {
        #expect(LawVector.all.count == 200)
    }

    @Test(arguments: LawVector.all)
    func `every delivery of a history shows what the reference model computed`(_ vector: LawVector)
    {
        let law = Law.record
        var generator = SeededGenerator(seed: 7)
        var states = [law.fold(vector.events), law.fold(vector.events.reversed())]
        for _ in 0..<6 {
            let delivery = Delivery.shuffled(vector.events, repeats: 2, using: &generator)
            states.append(law.fold(delivery))
            states.append(law.mergeTree(delivery, using: &generator))
        }
        for state in states { #expect(state == states[0]) }
        #expect(vector.expect.differences(from: shown(states[0], of: vector)) == [])
    }

    private func shown(_ state: ExecutionState, of vector: LawVector) -> Execution {
        let id = ExecutionID(rawValue: vector.expect.id)!
        return Execution(id: id, workspace: .default, state: state, retention: .days(90))
    }
}
