import StintMetrics
import StintModel
import StintStorage
import StintWire

extension WindowFigures {
    /// Without what workers, hosts and the store itself tell.
    func resources() throws(StoreError) -> ResourcesBody {
        ResourcesBody(
            compute: ResourcesBody.Compute(cpuUsage: nil, memoryUsage: nil, gpuUsage: nil),
            modelUsage: try models(), databaseLoad: ResourcesBody.DatabaseLoad(nil))
    }

    private func models() throws(StoreError) -> [ResourcesBody.ModelUsage] {
        var models: [ResourcesBody.ModelUsage] = []
        for model in try snapshot.models(of: query.agent) {
            let sum = try snapshot.sum(
                of: RollUpSeries(agent: query.agent, model: model), from: query.from, to: query.to,
                distributions: [.modelLatency])
            guard sum[.modelCalls] > 0 else { continue }
            models.append(
                ResourcesBody.ModelUsage(
                    model: model, calls: sum[.modelCalls], tokens: sum.tokens,
                    avgLatency: meanSeconds(sum[.modelLatencySum], sum[.modelLatency].count),
                    n: sum[.modelLatency].count, cost: sum.costUsd,
                    costKnownRate: percentage(sum[.costReports], of: sum[.modelCalls])))
        }
        return models
    }
}

extension MetricsBody {
    /// Adds what workers and hosts told in the range.
    ///
    /// - Parameter load: By the steps of the query, or by five minutes where these are longer.
    mutating func add(_ load: [LoadBucket], _ query: MetricsQuery) {
        throughput?.add(load)
        if resources != nil { resources?.compute = ResourcesBody.Compute(load, query) }
    }
}

extension ThroughputBody {
    mutating func add(_ load: [LoadBucket]) {
        let sum = load.sum
        capacityUtilization = sum.utilization.mean
        maxCapacity = sum.largestTotal
    }
}

extension ResourcesBody.Compute {
    fileprivate init(_ load: [LoadBucket], _ query: MetricsQuery) {
        var sums = [LoadSums](repeating: LoadSums(), count: query.grid.count)
        let starts = query.grid.starts
        for bucket in load {
            // One that the range begins in belongs to the first step; one that is longer than a
            // step to each that began in it.
            let start = max(bucket.start, query.grid.range.lowerBound)
            guard var step = query.grid.index(of: start) else { continue }
            let end = min(bucket.start + LoadGrid.bucket, query.now)
            repeat {
                sums[step].add(bucket.sums)
                step += 1
            } while step < query.grid.count && starts[step] < end
        }
        func usage(_ share: (LoadSums) -> ShareSum) -> [PointBody]? {
            guard sums.contains(where: { share($0).count > 0 }) else { return nil }
            return zip(starts, sums).map { PointBody(timestamp: $0, value: share($1).mean) }
        }
        self.init(
            cpuUsage: usage(\.cpu), memoryUsage: usage(\.memory), gpuUsage: usage(\.gpu))
    }
}
