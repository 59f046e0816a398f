import StintStorage
import StintStorageSQLite

extension StoreLocation {
    /// Opens the store there, or makes it.
    ///
    /// - Throws: ``CommandFailure`` where that is not possible, as where a server has it open.
    func open(
        settings: SQLiteSettings = SQLiteSettings()
    ) throws(CommandFailure) -> SQLiteExecutionStore {
        switch self {
        case .sqlite(let path):
            do throws(StoreError) {
                return try SQLiteExecutionStore(path: path, settings: settings)
            } catch {
                let why =
                    if case .unavailable(let reason) = error { reason } else { "\(error)" }
                throw CommandFailure(
                    what: "the store cannot be opened", why: why,
                    next: "Name another with --store sqlite:/path/file.", status: .unreachable)
            }
        }
    }
}
