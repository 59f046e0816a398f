public import StintModel

// How a network would bring the events: mostly in order, some twice, some shuffled, some late.

extension Fleet {
    /// How many executions may come between an event and its late or second arrival.
    private static let latest = 64

    /// How many places ``delivery(at:)`` has: one an execution, and those after the last where only
    /// late events come.
    public var places: Int { settings.executions + Self.latest }

    /// The events that arrive in a place, in order of arrival. Over all places every event of every
    /// execution arrives at least once.
    public func delivery(at place: Int) -> [Event] {
        var arriving: [Event] = []
        for number in max(0, place - Self.latest)..<max(0, min(place, settings.executions)) {
            guard let delay = delay(of: number), number + delay == place else { continue }
            arriving += parted(execution(number)).late
        }
        guard place < settings.executions else { return arriving }
        let prompt = parted(execution(place)).prompt
        return arriving.isEmpty ? prompt : arriving + prompt
    }

    /// After how many executions the late part of one comes; `nil` where nothing of it is late.
    private func delay(of number: Int) -> Int? {
        var random = RandomSource(seed: settings.seed, .delivery, part: number)
        return random.chance(0.02) ? 1 + random.below(Self.latest) : nil
    }

    private func parted(_ execution: SimulatedExecution) -> (prompt: [Event], late: [Event]) {
        var prompt = execution.events
        var late: [Event] = []
        var random = RandomSource(seed: settings.seed, .delivery, part: execution.number)
        if random.chance(0.02) {
            _ = random.below(Self.latest)
            // Any event may be late, the first and the last included; some come twice instead.
            let isRepeated = random.chance(0.5)
            for _ in 0...random.below(3) where !prompt.isEmpty {
                let index = random.below(prompt.count)
                late.append(prompt[index])
                if !isRepeated { prompt.remove(at: index) }
            }
        }
        if random.chance(0.02), !prompt.isEmpty {
            prompt.append(prompt[random.below(prompt.count)])
        }
        if random.chance(0.05) {
            for index in prompt.indices.reversed() where index > 0 {
                prompt.swapAt(index, random.below(index + 1))
            }
        }
        return (prompt, late)
    }
}
