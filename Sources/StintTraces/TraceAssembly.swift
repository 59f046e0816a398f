import StintModel

struct TraceAssembly {
    init(_ trace: Trace) {}
    func executions() -> [TracedExecution] { [] }
}
