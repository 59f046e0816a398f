import Foundation
import PackagePlugin

/// Writes the files of a target's folder `Pages` into its source, whenever one of them changes.
@main struct EmbedPages: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let folder = target.directoryURL.appending(path: "Pages")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let pages = names.filter { !$0.hasPrefix(".") }.sorted().map { folder.appending(path: $0) }
        let output = context.pluginWorkDirectoryURL.appending(path: "PageFile+All.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(pages.count) pages",
                executable: try context.tool(named: "embed-pages").url,
                arguments: [output.path] + pages.map(\.path), inputFiles: pages,
                outputFiles: [output])
        ]
    }
}
