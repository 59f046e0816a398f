/// One file of the dashboard, as it lies in the folder `Pages`; the program carries its bytes.
public struct PageFile: Sendable {
    public let name: String
    public let bytes: [UInt8]

    /// The media type, by the ending of the name.
    public var contentType: String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: preconditionFailure("The media type of \(name) is not known.")
        }
    }

    /// The document that every page begins with.
    public static let index = PageFile(name: "index.html", bytes: PackageResources.index_html)

    /// What the document asks for: every other file of the folder, which a test holds it to.
    public static let assets = [
        favicon,
        PageFile(name: "account.js", bytes: PackageResources.account_js),
        PageFile(name: "api.js", bytes: PackageResources.api_js),
        PageFile(name: "app.css", bytes: PackageResources.app_css),
        PageFile(name: "app.js", bytes: PackageResources.app_js),
        PageFile(name: "chart-drawing.js", bytes: PackageResources.chart_drawing_js),
        PageFile(name: "charts.js", bytes: PackageResources.charts_js),
        PageFile(name: "closing.js", bytes: PackageResources.closing_js),
        PageFile(name: "connection.js", bytes: PackageResources.connection_js),
        PageFile(name: "diagnose.js", bytes: PackageResources.diagnose_js),
        PageFile(name: "dialog.js", bytes: PackageResources.dialog_js),
        PageFile(name: "execution-facts.js", bytes: PackageResources.execution_facts_js),
        PageFile(name: "execution-kin.js", bytes: PackageResources.execution_kin_js),
        PageFile(name: "execution-row.js", bytes: PackageResources.execution_row_js),
        PageFile(name: "execution.js", bytes: PackageResources.execution_js),
        PageFile(name: "executions.js", bytes: PackageResources.executions_js),
        PageFile(name: "filter-field.js", bytes: PackageResources.filter_field_js),
        PageFile(name: "findings.js", bytes: PackageResources.findings_js),
        PageFile(name: "formats.js", bytes: PackageResources.formats_js),
        PageFile(name: "keyboard.js", bytes: PackageResources.keyboard_js),
        PageFile(name: "list-filters.js", bytes: PackageResources.list_filters_js),
        PageFile(name: "list-memory.js", bytes: PackageResources.list_memory_js),
        PageFile(name: "list-view.js", bytes: PackageResources.list_view_js),
        PageFile(name: "live.js", bytes: PackageResources.live_js),
        PageFile(name: "login.js", bytes: PackageResources.login_js),
        PageFile(name: "matching.js", bytes: PackageResources.matching_js),
        PageFile(name: "overview-charts.js", bytes: PackageResources.overview_charts_js),
        PageFile(name: "overview-figures.js", bytes: PackageResources.overview_figures_js),
        PageFile(name: "overview-flight.js", bytes: PackageResources.overview_flight_js),
        PageFile(name: "overview-system.js", bytes: PackageResources.overview_system_js),
        PageFile(name: "overview.js", bytes: PackageResources.overview_js),
        PageFile(name: "preview.js", bytes: PackageResources.preview_js),
        PageFile(name: "query.js", bytes: PackageResources.query_js),
        PageFile(name: "range.js", bytes: PackageResources.range_js),
        PageFile(name: "redraw.js", bytes: PackageResources.redraw_js),
        PageFile(name: "rows.js", bytes: PackageResources.rows_js),
        PageFile(name: "said.js", bytes: PackageResources.said_js),
        PageFile(name: "signs.js", bytes: PackageResources.signs_js),
        PageFile(name: "states.js", bytes: PackageResources.states_js),
        PageFile(name: "step-rows.js", bytes: PackageResources.step_rows_js),
        PageFile(name: "steps.js", bytes: PackageResources.steps_js),
        PageFile(name: "theme.js", bytes: PackageResources.theme_js),
        PageFile(name: "timeline.js", bytes: PackageResources.timeline_js),
    ]

    public static let favicon = PageFile(
        name: "favicon.svg", bytes: PackageResources.favicon_svg)
}
