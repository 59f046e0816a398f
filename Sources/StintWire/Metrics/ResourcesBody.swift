/// The block `resources`: what the work took.
public struct ResourcesBody: Decodable, Hashable, Sendable {
    /// Shares in percent, the mean over workers and the server's own host, of every step of the
    /// window; a series is `nil` where nobody reported any of it. Load is known by five minutes: a
    /// shorter step shows that of the five in which it lies.
    public struct Compute: Decodable, Hashable, Sendable {
        public var cpuUsage: [PointBody]?
        public var memoryUsage: [PointBody]?
        public var gpuUsage: [PointBody]?

        public init(
            cpuUsage: [PointBody]?, memoryUsage: [PointBody]?, gpuUsage: [PointBody]?
        ) {
            self.cpuUsage = cpuUsage
            self.memoryUsage = memoryUsage
            self.gpuUsage = gpuUsage
        }
    }

    /// The calls of one model, by the executions that finished in the window.
    public struct ModelUsage: Hashable, Sendable {
        /// Its name in the calls; the key of the other members.
        public var model: String
        public var calls: Int64
        /// Input and output together; `nil` where nobody reported any.
        public var tokens: Int64?
        /// The mean latency of a call, in seconds.
        public var avgLatency: Double?
        /// How many latencies are known.
        public var n: Int64
        /// US dollars, of those costs that are known; `nil` where none is.
        public var cost: Double?
        /// Percent of the calls whose cost is known.
        public var costKnownRate: Double?

        public init(
            model: String, calls: Int64, tokens: Int64?, avgLatency: Double?, n: Int64,
            cost: Double?, costKnownRate: Double?
        ) {
            self.model = model
            self.calls = calls
            self.tokens = tokens
            self.avgLatency = avgLatency
            self.n = n
            self.cost = cost
            self.costKnownRate = costKnownRate
        }
    }

    /// The load of the server's own store over the last minute; `nil` for what it does not tell.
    public struct DatabaseLoad: Decodable, Hashable, Sendable {
        public var connections: Int64?
        /// Queries a second.
        public var queryRate: Double?
        /// The mean time of a query, in seconds; `nil` where there was none.
        public var avgQueryTime: Double?
        /// How many queries there were.
        public var n: Int64?

        public init(connections: Int64?, queryRate: Double?, avgQueryTime: Double?, n: Int64?) {
            self.connections = connections
            self.queryRate = queryRate
            self.avgQueryTime = avgQueryTime
            self.n = n
        }
    }

    public var compute: Compute
    /// By name. Written as an object with a member for each.
    public var modelUsage: [ModelUsage]
    public var databaseLoad: DatabaseLoad

    public init(
        compute: Compute, modelUsage: [ModelUsage], databaseLoad: DatabaseLoad
    ) {
        self.compute = compute
        self.modelUsage = modelUsage
        self.databaseLoad = databaseLoad
    }

    private enum CodingKeys: CodingKey {
        case compute, modelUsage, databaseLoad
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        compute = try container.decode(Compute.self, forKey: .compute)
        databaseLoad = try container.decode(DatabaseLoad.self, forKey: .databaseLoad)
        let models = try container.nestedContainer(keyedBy: ModelName.self, forKey: .modelUsage)
        modelUsage = try models.allKeys.map { name in
            try ModelUsage(name.stringValue, models.superDecoder(forKey: name))
        }.sorted { $0.model < $1.model }
    }

    public func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.key("compute")
            compute.writeJSON(to: &json)
            json.key("modelUsage")
            json.object { json in
                for usage in modelUsage {
                    json.key(usage.model)
                    usage.writeJSON(to: &json)
                }
            }
            json.key("databaseLoad")
            databaseLoad.writeJSON(to: &json)
        }
    }
}

extension ResourcesBody.Compute {
    func writeJSON(to json: inout JSONWriter) {
        func series(_ name: String, _ points: [PointBody]?, _ json: inout JSONWriter) {
            json.key(name)
            if let points {
                json.array(points) { $1.writeJSON(to: &$0) }
            } else {
                json.null()
            }
        }
        json.object { json in
            series("cpuUsage", cpuUsage, &json)
            series("memoryUsage", memoryUsage, &json)
            series("gpuUsage", gpuUsage, &json)
        }
    }
}

/// A key that somebody chose.
private struct ModelName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension ResourcesBody.ModelUsage {
    private enum CodingKeys: CodingKey {
        case calls, tokens, avgLatency, n, cost, costKnownRate
    }

    fileprivate init(_ model: String, _ decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.model = model
        calls = try container.decode(Int64.self, forKey: .calls)
        tokens = try container.decodeIfPresent(Int64.self, forKey: .tokens)
        avgLatency = try container.decodeIfPresent(Double.self, forKey: .avgLatency)
        n = try container.decode(Int64.self, forKey: .n)
        cost = try container.decodeIfPresent(Double.self, forKey: .cost)
        costKnownRate = try container.decodeIfPresent(Double.self, forKey: .costKnownRate)
    }

    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("calls", calls)
            json.member("tokens", tokens)
            json.member("avgLatency", number: avgLatency)
            json.member("n", n)
            json.member("cost", number: cost)
            json.member("costKnownRate", rate: costKnownRate)
        }
    }
}

extension ResourcesBody.DatabaseLoad {
    func writeJSON(to json: inout JSONWriter) {
        json.object { json in
            json.member("connections", connections)
            json.member("queryRate", rate: queryRate)
            json.member("avgQueryTime", number: avgQueryTime)
            json.member("n", n)
        }
    }
}
