import StintMetrics
import StintModel
import StintStorage
import StintWire

extension WindowFigures {
    /// - Parameters:
    ///   - load: Of workers and hosts, by five minutes.
    ///   - database: Of the store itself.
    func resources(
        load: [LoadBucket], database: ResourcesBody.DatabaseLoad
    ) throws(StoreError) -> ResourcesBody {
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
            return zip(query.grid.starts, sums).map {
                PointBody(timestamp: $0, value: share($1).mean)
            }
        }
        return ResourcesBody(
            compute: ResourcesBody.Compute(
                cpuUsage: usage(\.cpu), memoryUsage: usage(\.memory), gpuUsage: usage(\.gpu)),
            modelUsage: try models(), databaseLoad: database)
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
