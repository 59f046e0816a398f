import GRDBSQLite
import StintStorage

/// What the writer does on a disk that is full: it records nothing more, keeps what room is left
/// for expiry, gives room back, and goes on by itself once there is enough.
extension SQLiteWriter {
    /// Throws while the reserve is spent and cannot be taken again.
    func admit() throws(StoreError) {
        guard reserve.state == .spent else { return }
        guard reserve.take() else { throw .full }
    }

    /// Gives the reserve up, and brings the log into the database, which makes room for the next
    /// one.
    func spendReserve() {
        // A database that reached its own bound gains nothing by it.
        if isBounded, !reserve.isDiskFull { return }
        reserve.giveUp()
        startLogOver()
    }

    /// How much expires at a time: where room is scarce, no more than the reserve has room for. What
    /// is removed is overwritten, which takes as much room in the log as it took in the file.
    func expiryPortion(_ limit: Int) -> Int {
        reserve.isRoomScarce ? min(limit, 16) : limit
    }

    /// Takes the reserve again where there is room. Where room is scarce, what expired leaves the
    /// file first, so that the disk has it.
    func returnRoom() {
        if reserve.isRoomScarce {
            onConnection {
                // Not all at once: moving pages takes room in the log before it gives any back.
                _ = sqlite3_exec(connection, "PRAGMA incremental_vacuum(1000)", nil, nil, nil)
            }
            startLogOver()
        }
        reserve.take()
    }

    /// Brings the log into the database and empties it, unless somebody reads for long.
    func startLogOver() {
        onConnection {
            sqlite3_busy_timeout(connection, 50)
            checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
            sqlite3_busy_timeout(connection, 5_000)
        }
    }
}
