import Foundation

/// A command that runs as a child of this process, with its standard input and output.
struct ChildProcess: Sendable {
    let id: pid_t
    /// Whether it has a group of its own, whose processes get every signal. Where there is a terminal
    /// it stays in ours, so that the keys of the terminal reach it as they would without us.
    let hasOwnGroup: Bool

    /// The system refused to start it.
    struct NotStarted: Error {
        var code: Int32

        /// What a shell would exit with.
        var exitCode: Int32 { code == ENOENT ? 127 : 126 }
        var reason: String { String(cString: strerror(code)) }
    }

    /// - Parameters:
    ///   - errors: What becomes its standard error; ours where there is none.
    init(
        _ command: [String], environment: [String: String], errors: Int32?
    ) throws(NotStarted) {
        hasOwnGroup = !Self.hasTerminal
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        // What this process ignores, and this thread blocks, for itself is not for the child.
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        var reset = sigset_t()
        sigemptyset(&reset)
        sigaddset(&reset, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        if hasOwnGroup {
            flags |= POSIX_SPAWN_SETPGROUP
            posix_spawnattr_setpgroup(&attributes, 0)
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let errors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }

        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawnp(
            &id, command[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw NotStarted(code: code) }
        self.id = id
    }

    private static var hasTerminal: Bool {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }

    func send(_ signal: Int32) { kill(hasOwnGroup ? -id : id, signal) }

    /// Tells of its end, once.
    func whenEnded(_ heed: @escaping @Sendable (ChildEnd.Way) -> Void) {
        let id = id
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            heed(ChildEnd.Way(waitStatus: status))
        }
    }
}
