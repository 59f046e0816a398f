import HTTPTypes
import Hummingbird

/// What a request says its body is.
enum MediaType {
    /// In lower case, without parameters; empty where it says nothing.
    static func of(_ request: Request) -> String {
        (request.headers[.contentType] ?? "").lowercased().prefix { $0 != ";" }
            .filter { $0 != " " }
    }

    /// In which of some forms the body comes.
    ///
    /// A caller that names none, or what `curl -d` sends when told nothing, means JSON.
    ///
    /// - Throws: ``Problem`` 415 where it names another.
    static func form<Form>(
        of request: Request, among forms: [(type: String, form: Form)]
    ) throws(Problem) -> Form {
        let given = request.headers[.contentType] ?? ""
        // The common case, letter for letter.
        for form in forms where given == form.type { return form.form }
        var type = of(request)
        if type.isEmpty || type == "application/x-www-form-urlencoded" { type = "application/json" }
        for form in forms where type == form.type { return form.form }
        let types = forms.map(\.type).joined(separator: " or ")
        throw Problem(
            .unsupportedMediaType, "unknown_media_type",
            "The Content-Type must be \(types), not \(given.prefix(100)).")
    }
}
