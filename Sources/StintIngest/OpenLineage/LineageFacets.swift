import StintModel

/// The run of an event: its id, and what its facets say.
struct LineageRun {
    private(set) var id: String?
    /// The id of the run that began it.
    private(set) var parent: String?
    private(set) var failure: Failure?
    private(set) var attributes: [(name: String, text: String)] = []

    init(_ reader: inout JSONReader) throws(IngestFault) {
        try reader.members(at: "/run") { (word, reader) throws(IngestFault) in
            if word.spells("runId") {
                id = try reader.textIfAny()
            } else if word.spells("facets") {
                try readFacets(&reader)
            } else {
                return false
            }
            return true
        }
    }

    private mutating func readFacets(_ reader: inout JSONReader) throws(IngestFault) {
        try reader.members(at: "/run/facets") { (word, reader) throws(IngestFault) in
            if word.spells("parent") {
                try readParent(&reader)
            } else if word.spells("errorMessage") {
                try readFailure(&reader)
            } else if word.spells("nominalTime") {
                attributes += try reader.texts(at: "/run/facets/nominalTime") {
                    if $0.spells("nominalStartTime") { return "nominalStart" }
                    return $0.spells("nominalEndTime") ? "nominalEnd" : nil
                }
            } else if word.spells("processing_engine") {
                attributes += try reader.texts(at: "/run/facets/processing_engine") {
                    if $0.spells("name") { return "processingEngine" }
                    if $0.spells("version") { return "processingEngineVersion" }
                    return $0.spells("openlineageAdapterVersion")
                        ? "openlineageAdapterVersion" : nil
                }
            } else if word.spells("tags") {
                attributes += try reader.tags(at: "/run/facets/tags")
            } else {
                return false
            }
            return true
        }
    }

    /// Reads `{run, job, root: {run, job}}`.
    private mutating func readParent(_ reader: inout JSONReader) throws(IngestFault) {
        let place = "/run/facets/parent"
        var root: (run: String?, job: String?)
        try reader.members(at: place) { (word, reader) throws(IngestFault) in
            if word.spells("run") {
                parent = try LineageRun.id(&reader, at: place + "/run")
            } else if word.spells("job") {
                let name = try LineageJob(&reader, at: place + "/job").name
                if let name { attributes.append(("parentName", name)) }
            } else if word.spells("root") {
                try reader.members(at: place + "/root") { (word, reader) throws(IngestFault) in
                    if word.spells("run") {
                        root.run = try LineageRun.id(&reader, at: place + "/root/run")
                    } else if word.spells("job") {
                        root.job = try LineageJob(&reader, at: place + "/root/job").name
                    } else {
                        return false
                    }
                    return true
                }
            } else {
                return false
            }
            return true
        }
        if let run = root.run { attributes.append(("rootId", run)) }
        if let job = root.job { attributes.append(("rootName", job)) }
    }

    private static func id(
        _ reader: inout JSONReader, at place: String
    ) throws(IngestFault) -> String? {
        try reader.texts(at: place) { $0.spells("runId") ? "id" : nil }.last?.text
    }

    private mutating func readFailure(_ reader: inout JSONReader) throws(IngestFault) {
        let texts = try reader.texts(at: "/run/facets/errorMessage") {
            if $0.spells("message") { return "message" }
            return $0.spells("stackTrace") ? "stack" : nil
        }
        var told = Failure()
        for (name, text) in texts {
            let text = text.cut(toBytes: Limits.textBytes)
            if name == "message" { told.message = text } else { told.stack = text }
        }
        guard let message = told.message else { return }
        told.type = Self.type(of: message)
        failure = told
    }

    /// The facet has no place for the sort of error: it is what stands before the first colon, where
    /// that looks like the name of a class. `java.io.IOException: closed` is one, `exit: 1` none.
    private static func type(of message: String) -> String? {
        let name = message.prefix { $0 != ":" }
        guard name.endIndex < message.endIndex, name.utf8.count <= Limits.nameBytes,
            name.utf8.allSatisfy({ byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x24: true
                default: false
                }
            }), let first = name.split(separator: ".").last?.utf8.first,
            (0x41...0x5A).contains(first)
        else { return nil }
        return String(name)
    }
}

/// The job of a run.
struct LineageJob {
    private(set) var name: String?
    private(set) var namespace: String?
    private(set) var attributes: [(name: String, text: String)] = []

    init(_ reader: inout JSONReader, at place: String) throws(IngestFault) {
        try reader.members(at: place) { (word, reader) throws(IngestFault) in
            if word.spells("name") {
                name = try reader.textIfAny()
            } else if word.spells("namespace") {
                namespace = try reader.textIfAny()
            } else if word.spells("facets") {
                try readFacets(&reader, at: place + "/facets")
            } else {
                return false
            }
            return true
        }
    }

    private mutating func readFacets(
        _ reader: inout JSONReader, at place: String
    ) throws(IngestFault) {
        try reader.members(at: place) { (word, reader) throws(IngestFault) in
            if word.spells("jobType") {
                attributes += try reader.texts(at: place + "/jobType") {
                    if $0.spells("processingType") { return "processingType" }
                    if $0.spells("integration") { return "integration" }
                    return $0.spells("jobType") ? "jobType" : nil
                }
            } else if word.spells("tags") {
                attributes += try reader.tags(at: place + "/tags")
            } else {
                return false
            }
            return true
        }
    }
}

extension JSONReader {
    /// The texts of an object, by the names that they get; members that get none are passed over.
    fileprivate mutating func texts(
        at place: @autoclosure () -> String, _ name: (JSONWord) -> String?
    ) throws(IngestFault) -> [(name: String, text: String)] {
        var texts: [(name: String, text: String)] = []
        try members(at: place()) { (word, reader) throws(IngestFault) in
            guard let name = name(word) else { return false }
            if let text = try reader.textIfAny() { texts.append((name, text)) }
            return true
        }
        return texts
    }

    /// Reads a facet `{tags: [{key, value, source}]}`, each as `tag.<key>`.
    fileprivate mutating func tags(
        at place: String
    ) throws(IngestFault) -> [(name: String, text: String)] {
        var tags: [(name: String, text: String)] = []
        try members(at: place) { (word, reader) throws(IngestFault) in
            guard word.spells("tags"), try reader.peek() == .array else { return false }
            try reader.enterArray()
            while try reader.nextElement() {
                let tag = try reader.texts(at: place + "/tags") {
                    if $0.spells("key") { return "key" }
                    return $0.spells("value") ? "value" : nil
                }
                let key = tag.first { $0.name == "key" }
                let value = tag.first { $0.name == "value" }
                if let key, let value { tags.append(("tag." + key.text, value.text)) }
            }
            return true
        }
        return tags
    }
}
