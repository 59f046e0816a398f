/// Why reading stopped, as long as it has not been told to the sender.
enum IngestFault: Error {
    /// The bytes are not JSON, so that nothing behind them can be read.
    case malformed(detail: String, offset: Int)
    /// They are JSON, but not what this place of the event asks for. The next event can be read.
    case unfit(pointer: String, detail: String)
    /// The body holds more events than one request may.
    case tooManyEvents(limit: Int)
}
