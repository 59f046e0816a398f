/// The name of an execution as Step Functions forms it, read leniently: what is not there is `nil`.
///
/// `arn:{partition}:states:{region}:{account}:execution:{machine}[/{label}]:{name}`, or `express`
/// in the place of `execution`. Places count from that word, since published samples leave parts
/// before it out or double a colon.
struct AmazonResourceName {
    /// Without the label of a map run.
    let stateMachine: String?
    let execution: String?
    let account: String?
    let region: String?

    init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.first == "arn",
            let kind = parts.firstIndex(where: { $0 == "execution" || $0 == "express" })
        else {
            stateMachine = nil
            execution = nil
            account = nil
            region = nil
            return
        }
        func part(_ index: Int) -> String? {
            guard parts.indices.contains(index), !parts[index].isEmpty else { return nil }
            return String(parts[index])
        }
        stateMachine = part(kind + 1).map { String($0.prefix { $0 != "/" }) }
        execution = part(kind + 2)
        account = part(kind - 1)
        region = kind > 3 ? part(kind - 2) : nil
    }
}
