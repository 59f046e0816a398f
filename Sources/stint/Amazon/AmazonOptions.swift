import ArgumentParser
import StintAWS
import StintModel

/// Which part of AWS a command asks. Who asks is said where AWS's own tools are told: in the
/// environment, a profile, or by the container or instance it runs in.
struct AmazonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The region (default: $AWS_REGION, else that of the profile).", valueName: "region"))
    var region: String?

    func context(_ console: Console) -> AWSContext {
        AWSContext(environment: console.environment, now: console.now)
    }

    /// The region that is named here; `nil` where none is.
    func named() throws(CommandFailure) -> AWSRegion? {
        guard let region else { return nil }
        guard let known = AWSRegion(region) else {
            throw .wrongArguments("'\(region)' is not the name of a region")
        }
        return known
    }

    /// The region to ask in.
    func asked(_ console: Console) throws(CommandFailure) -> AWSRegion {
        if let region = try named() ?? context(console).region { return region }
        throw .wrongArguments(
            "no region is named", next: "Name it with --region, or in AWS_REGION.")
    }
}

extension CommandFailure {
    init(_ error: AWSError) {
        self.init(
            what: "\(error)",
            next: error.isPassing ? "Try again; what was done is not done anew." : nil,
            status: .unreachable)
    }
}
