import CFuzzer
import Foundation

@testable import FuzzTargets

// stint-fuzz [-flag=…] [FOLDER…]: libFuzzer on the target that STINT_FUZZ_TARGET names. Without the
// variable it lists the targets.

guard ProcessInfo.processInfo.environment["STINT_FUZZ_TARGET"] != nil else {
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
}
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { bytes, size in
        Chosen.run(Array(UnsafeBufferPointer(start: bytes, count: size)))
        return 0
    })
