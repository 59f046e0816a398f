import Foundation
import StintWire

/// Documents as a server sends them.
enum Samples {
    static func execution(_ json: String) throws -> ExecutionBody {
        try JSONDecoder().decode(ExecutionBody.self, from: Data(json.utf8))
    }

    static let succeeded = """
        {"id":"ex_7f3a9c21","agent":"portfolio-planner","workspace":"default","attempt":1,
        "status":"succeeded","goalMet":true,"queuedAt":"2025-11-28T14:00:00.000000Z",
        "startedAt":"2025-11-28T14:00:02.000000Z","finishedAt":"2025-11-28T14:01:15.300000Z",
        "lastEventAt":"2025-11-28T14:01:15.300000Z","queueWaitSeconds":2,"durationSeconds":73.3,
        "totalSeconds":75.3,"correlation":"corr_abc123","tokens":{"input":10000,"output":4210},
        "costUsd":0.1276,"attributes":{"model":"large-2","worker":"w-02"},"environment":"production",
        "error":null,"conflict":false,"skew":false,"futureMember":{"x":[1]},
        "attempts":[{"attempt":1,"status":"succeeded","queuedAt":"2025-11-28T14:00:00.000000Z",
        "startedAt":"2025-11-28T14:00:02.000000Z","finishedAt":"2025-11-28T14:01:15.300000Z"}],
        "steps":[
        {"key":"reporter","name":"reporter","order":0,"attempt":1,"try":1,"status":"succeeded",
        "activity":"Portfolio analysis generated","startedAt":"2025-11-28T14:00:03.000000Z",
        "finishedAt":"2025-11-28T14:00:31.500000Z","durationSeconds":28.5,
        "tokens":{"input":5000,"output":1200},"costUsd":0.0557},
        {"key":"charter","name":"charter","order":1,"attempt":1,"try":1,"status":"succeeded",
        "activity":"Visualisations created","startedAt":"2025-11-28T14:00:33.000000Z",
        "finishedAt":"2025-11-28T14:00:48.330000Z","durationSeconds":15.33,
        "tokens":{"input":3000,"output":100},"costUsd":0.0278},
        {"key":"retirement","name":"retirement","order":2,"attempt":1,"try":1,
        "status":"succeeded","activity":"Retirement projections complete",
        "startedAt":"2025-11-28T14:00:50.000000Z","finishedAt":"2025-11-28T14:01:12.100000Z",
        "durationSeconds":22.1,"tokens":{"input":4000,"output":900},"costUsd":0.0441}]}
        """

    static let failed = """
        {"id":"ex_b81e04d7","agent":"trade-matching","attempt":1,"status":"failed","goalMet":null,
        "queuedAt":"2025-11-28T14:18:06.000000Z","startedAt":"2025-11-28T14:18:08.600000Z",
        "finishedAt":"2025-11-28T14:18:53.500000Z","queueWaitSeconds":2.6,"durationSeconds":44.9,
        "totalSeconds":47.5,"tokens":{"input":3390,"output":1070},"costUsd":0.010704,
        "error":{"type":"RateLimitError","message":"Too many requests: limit 60 per minute reached"},
        "attributes":{"customer":"fabrikam","worker":"w-04"},
        "steps":[
        {"key":"pdf-adapter","name":"pdf-adapter","order":0,"attempt":1,"try":1,
        "status":"succeeded","activity":"Text extraction complete",
        "startedAt":"2025-11-28T14:18:08.600000Z","finishedAt":"2025-11-28T14:18:13.720000Z",
        "durationSeconds":5.12,"tokens":{"input":1600,"output":400},"costUsd":0.0048},
        {"key":"trade-extraction","name":"trade-extraction","order":1,"attempt":1,"try":1,
        "status":"failed","startedAt":"2025-11-28T14:18:14.360000Z",
        "finishedAt":"2025-11-28T14:18:19.570000Z","durationSeconds":5.21,
        "error":{"type":"RateLimitError","message":"Too many requests"}},
        {"key":"trade-extraction","name":"trade-extraction","order":1,"attempt":1,"try":2,
        "status":"failed","startedAt":"2025-11-28T14:18:23.560000Z",
        "finishedAt":"2025-11-28T14:18:29.700000Z","durationSeconds":6.14,
        "error":{"type":"RateLimitError","message":"Too many requests"}},
        {"key":"trade-extraction","name":"trade-extraction","order":1,"attempt":1,"try":3,
        "status":"failed","activity":"Gave up after 3 attempts",
        "startedAt":"2025-11-28T14:18:45.700000Z","finishedAt":"2025-11-28T14:18:53.500000Z",
        "durationSeconds":7.8,"tokens":{"input":1790,"output":670},"costUsd":0.0059,
        "error":{"type":"RateLimitError","message":"Too many requests"}},
        {"key":"trade-matching","name":"trade-matching","order":2,"attempt":1,"try":1,
        "status":"skipped","activity":"Needs trade-extraction"},
        {"key":"exception-management","name":"exception-management","order":3,"attempt":1,"try":1,
        "status":"skipped","activity":"Needs trade-extraction"}]}
        """

    static let running = """
        {"id":"ex_c40d9e5a","agent":"portfolio-planner","attempt":1,"status":"running",
        "queuedAt":"2025-11-28T14:23:39.000000Z","startedAt":"2025-11-28T14:23:41.100000Z",
        "lastEventAt":"2025-11-28T14:24:29.000000Z","queueWaitSeconds":2.1,
        "tokens":{"input":7000,"output":2100},"costUsd":0.0821,"steps":[
        {"key":"reporter","order":0,"attempt":1,"try":1,"status":"succeeded",
        "activity":"Portfolio analysis generated","startedAt":"2025-11-28T14:23:42.000000Z",
        "finishedAt":"2025-11-28T14:24:10.500000Z","durationSeconds":28.5},
        {"key":"charter","order":1,"attempt":1,"try":1,"status":"running",
        "activity":"Rendering chart 3 of 5","startedAt":"2025-11-28T14:24:11.000000Z"},
        {"key":"retirement","order":2,"attempt":1,"try":1,"status":"pending"}]}
        """

    static let waiting = """
        {"id":"ex_wait00001","agent":"approvals","attempt":1,"status":"waiting",
        "startedAt":"2025-11-28T14:20:00.000000Z","lastEventAt":"2025-11-28T14:20:05.000000Z",
        "waitingFor":"a person in finance","heartbeatSeconds":60,"steps":[]}
        """

    static let queued = """
        {"id":"ex_d900cec1","agent":"trade-matching","attempt":1,"status":"queued","queue":"bulk",
        "priority":5,"queuedAt":"2025-11-28T14:23:53.000000Z",
        "lastEventAt":"2025-11-28T14:23:53.000000Z","steps":[
        {"key":"a","order":0,"attempt":1,"try":1,"status":"pending"},
        {"key":"b","order":1,"attempt":1,"try":1,"status":"pending"}]}
        """

    static let lost = """
        {"id":"ex_19aa6f02","agent":"maze-experiment","attempt":1,"status":"lost",
        "queuedAt":"2025-11-28T13:22:40.000000Z","startedAt":"2025-11-28T13:22:41.300000Z",
        "lastEventAt":"2025-11-28T13:31:07.000000Z","queueWaitSeconds":1.3,
        "lostBecause":{"rule":"heartbeat","limitSeconds":30},
        "tokens":{"input":40000,"output":1900},"costUsd":0,"steps":[
        {"key":"plan","order":0,"attempt":1,"try":1,"status":"succeeded","durationSeconds":4},
        {"key":"invoke-agent","order":1,"attempt":1,"try":1,"status":"lost","activity":"Move 64",
        "startedAt":"2025-11-28T13:23:07.000000Z"},
        {"key":"report","order":2,"attempt":1,"try":1,"status":"pending"}]}
        """

    static let timedOut = """
        {"id":"ex_9920c4d1","agent":"maze-experiment","attempt":1,"status":"timed_out",
        "queuedAt":"2025-11-27T22:10:00.000000Z","startedAt":"2025-11-27T22:10:01.900000Z",
        "finishedAt":"2025-11-27T22:25:01.900000Z","queueWaitSeconds":1.9,"durationSeconds":900,
        "totalSeconds":901.9,"timeoutSeconds":900,"steps":[]}
        """

    static let redriven = """
        {"id":"arn:aws:states:us-east-1:123456789012:execution:Trades:night-0001",
        "agent":"trades","attempt":2,"status":"succeeded","conflict":true,"skew":true,
        "missingEvents":1200,"goalMet":false,
        "queuedAt":"2025-11-28T10:00:00.000000Z","startedAt":"2025-11-28T10:00:01.000000Z",
        "finishedAt":"2025-11-28T10:10:10.000000Z","queueWaitSeconds":2,"durationSeconds":8,
        "totalSeconds":610,"attempts":[
        {"attempt":1,"status":"failed","queuedAt":"2025-11-28T10:00:00.000000Z",
        "startedAt":"2025-11-28T10:00:01.000000Z","finishedAt":"2025-11-28T10:00:31.000000Z",
        "error":{"type":"States.Timeout","message":"slow\\u001b[2J"}},
        {"attempt":2,"status":"succeeded","queuedAt":"2025-11-28T10:10:00.000000Z",
        "startedAt":"2025-11-28T10:10:02.000000Z","finishedAt":"2025-11-28T10:10:10.000000Z"}],
        "steps":[{"key":"match","order":0,"attempt":1,"try":1,"status":"failed",
        "durationSeconds":30},
        {"key":"match","order":0,"attempt":2,"try":1,"status":"failed",
        "startedAt":"2025-11-28T10:10:02.000000Z","finishedAt":"2025-11-28T10:10:04.000000Z",
        "durationSeconds":2},
        {"key":"match","order":0,"attempt":2,"try":2,"status":"succeeded",
        "startedAt":"2025-11-28T10:10:05.000000Z","finishedAt":"2025-11-28T10:10:09.000000Z",
        "durationSeconds":4}],
        "links":[{"title":"console","href":"https://aws.example/x"}],
        "commands":[{"title":"redrive","command":"aws stepfunctions redrive-execution"}]}
        """

    static let nothingKnown = #"{"id":"ex_bare"}"#
}
