import Testing

@testable import embed_pages

/// Modules brought together into one script.
@Suite struct ScriptBundleTests {
    @Test
    func `each module is called once, after those it imports, and hands over what it exports`()
        throws
    {
        let bundle = try ScriptBundle(
            entry: "app.js",
            files: [
                "app.js": """
                import './draw-all.js';
                import * as words from './words.js';
                import { draw as paint, WIDTH } from './draw-all.js';
                paint(words.hello, WIDTH);

                """,
                "draw-all.js": """
                import { hello } from './words.js';
                export const WIDTH = 3;
                export async function draw(word) { return hello + word; }

                """,
                "words.js": "export const hello = 'hello';\n",
                "unused.js": "nobody asks for this",
            ])
        #expect(bundle.names == ["words.js", "draw-all.js", "app.js"])
        #expect(
            bundle.text == """
                const $words = (() => {
                const hello = 'hello';
                return { hello };
                })();
                const $drawAll = (() => {
                const { hello } = $words;
                const WIDTH = 3;
                async function draw(word) { return hello + word; }
                return { WIDTH, draw };
                })();
                (() => {
                const words = $words;
                const { draw: paint, WIDTH } = $drawAll;
                paint(words.hello, WIDTH);
                })();
                export { $words as words, $drawAll as drawAll };

                """)
    }

    @Test func `comments that fill their lines stay behind, and texts that look like them do not`()
        throws
    {
        let module = """
            // What it is.
            /** One line. */
            /**
             * Some lines; an `unfinished word.
             */
            const one = 1; // Beside code.
            const text = `
            // Not a comment
            export default ${`of ${one}`}
            /** nor this */`;
              // The end.

            """
        let bundle = try ScriptBundle(entry: "app.js", files: ["app.js": module])
        #expect(
            bundle.text == """
                (() => {
                const one = 1; // Beside code.
                const text = `
                // Not a comment
                export default ${`of ${one}`}
                /** nor this */`;
                })();
                export {  };

                """)
    }

    @Test(arguments: [
        "export default 1;", "export let one = 1;", "export { one };",
        "export * from './other.js';",
        "import one from './other.js';", "import { one } from 'elsewhere';", "import { one,",
        "const page = await import('./other.js');", "const url = import.meta.url;",
        "import './nowhere.js';", "import './app.js';", "import './circle.js';",
        "/** one */ export const one = 1;", "const text = `never ends;",
    ])
    func `what is not understood is refused`(_ line: String) {
        #expect(throws: ScriptBundle.Fault.self) {
            try ScriptBundle(
                entry: "app.js",
                files: [
                    "app.js": line, "other.js": "export const one = 1;",
                    "circle.js": "import './app.js';",
                ])
        }
    }
}
