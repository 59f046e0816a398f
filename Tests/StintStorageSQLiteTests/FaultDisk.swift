import CFaultVFS

/// The disk of one database: held in memory, failing when told to. See `FaultVFS.h`.
///
/// The C functions take a lock of their own, and the pointer never changes.
final class FaultDisk: @unchecked Sendable {
    /// Which calls count towards a fault.
    struct Calls: OptionSet, Sendable {
        let rawValue: UInt32

        static let open = Calls(rawValue: UInt32(FAULT_OPEN))
        static let read = Calls(rawValue: UInt32(FAULT_READ))
        static let write = Calls(rawValue: UInt32(FAULT_WRITE))
        static let sync = Calls(rawValue: UInt32(FAULT_SYNC))
        static let truncate = Calls(rawValue: UInt32(FAULT_TRUNCATE))
        static let delete = Calls(rawValue: UInt32(FAULT_DELETE))
        static let sharedMemory = Calls(rawValue: UInt32(FAULT_SHARED_MEMORY))
    }

    private let disk: OpaquePointer

    /// - Parameter path: The database, which no connection has open.
    init(path: String) {
        disk = fault_disk_create(path)
    }

    deinit { fault_disk_free(disk) }

    /// The `at`-th of these calls from now on, and as many in a row as there are shots, fails.
    ///
    /// - Parameter code: A result code of SQLite.
    func fail(_ calls: Calls, at: Int, shots: Int, code: Int32) {
        fault_disk_fail(disk, calls.rawValue, Int64(at), Int64(shots), code)
    }

    /// Nothing fails any more.
    func heal() { fault_disk_heal(disk) }

    /// How many calls failed since they were last told to.
    var failures: Int { Int(fault_disk_failures(disk)) }

    /// At the `at`-th write, sync, truncation or removal from now on the power goes.
    func cutPower(at: Int) { fault_disk_cut(disk, Int64(at)) }

    /// Power returns; the seed decides what of the writes that were not synced is there.
    func restart(seed: UInt64) { fault_disk_restart(disk, seed) }

    var changes: Int { Int(fault_disk_changes(disk)) }
}
