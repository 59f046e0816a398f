# What can be done here; `make` alone lists it.

# Build products live outside the checkout, so that a fresh clone builds in seconds after the first
# time. One folder a configuration: a change of flags rebuilds every package.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/stint
DEBUG = --scratch-path $(CACHE)/debug
RELEASE = -c release --scratch-path $(CACHE)/release
API_TOOLS = $(CACHE)/api-tools
AWS_TOOLS = $(CACHE)/aws-tools
BROWSER = $(CACHE)/browser
EMITTERS = $(CACHE)/emitters
PEERS = $(CACHE)/peers
PROGRAM = $(CACHE)/release/release/stint
SOURCES = Package.swift Plugins Sources Tests Examples Benchmarks/Package.swift Benchmarks/Sources \
    Fuzzing/Package.swift Fuzzing/Sources/stint-fuzz

.DEFAULT_GOAL := help
.PHONY: help run build test soak fuzz sanitize lint format bench bench-peers screens docs libraries protobuf clean

help: ## List these targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: build ## Build for release and serve on this machine, with a store in your data folder.
	@exec $(PROGRAM) serve $(ARGUMENTS)

build: libraries ## Build the program for release.
	swift build $(RELEASE) --product stint
	@echo "built $(PROGRAM)"

# The tests of the program run one after the other; beside them few at a time, so that a small machine
# does not make each of them slow.
AT_ONCE = --experimental-maximum-parallelization-width 4

test: libraries ## Build for debugging and run every test.
	@scripts/install-api-tools $(API_TOOLS)
	@scripts/install-aws-tools $(AWS_TOOLS)
	@scripts/install-browser $(BROWSER)
	@scripts/install-emitters $(EMITTERS)
	swift build $(DEBUG) --build-tests
	STINT_EMITTERS="$(EMITTERS)" PATH="$(API_TOOLS)/bin:$(AWS_TOOLS)/bin:$(BROWSER)/bin:$$PATH" \
	    swift test $(DEBUG) --skip-build $(AT_ONCE) $(ARGUMENTS)

soak: libraries ## The tests against loss at their long tiers: some hours.
	swift build $(DEBUG) --build-tests
	STINT_KILLS=1000 STINT_CRASHES=40 STINT_POWER_CUTS=20000 STINT_DAMAGES=2000 STINT_BACKUPS=12 \
	    STINT_ALL_FAULTS=1 STINT_TEST_SCHEMATHESIS_SECONDS=600 swift test $(DEBUG) --skip-build \
	    --filter "Durability|Crash|PowerLoss|StorageFailure|DamagedFile|Backup|InterfaceTool"

# libFuzzer comes with the compiler, as a library without a main of its own.
FUZZER = $$(clang -print-resource-dir)/lib/linux/libclang_rt.fuzzer_no_main-$$(uname -m).a
SECONDS ?= 20

fuzz: ## Look for faults in what strangers send, SECONDS (20) on each target.
	swift build -c release --package-path Fuzzing --scratch-path $(CACHE)/fuzzing -Xlinker $(FUZZER)
	scripts/fuzz $(CACHE)/fuzzing/release/stint-fuzz $(SECONDS) $(CACHE)/fuzz $(ARGUMENTS)

# The program itself is left to the other tests: they kill it, and hold it to times that a sanitizer
# makes ten times as long.
sanitize: libraries ## Run the tests in process under the thread and the address sanitizer.
	scripts/sanitize thread $(CACHE)/thread $(ARGUMENTS)
	scripts/sanitize address $(CACHE)/address $(ARGUMENTS)

lint: ## Check the format of every source.
	swift format lint --strict --recursive --parallel $(SOURCES)

format: ## Bring every source into the format.
	swift format --in-place --recursive --parallel $(SOURCES)

# Executions of the stores that figures are asked of; they are kept for half a day. METRICS=1000000,10000000
# says what size costs: the larger is filled in about a quarter of an hour, and takes 15 GB.
METRICS ?= 1000000

bench: build ## Measure the release build from outside and print a table.
	swift build $(RELEASE) --product stint-fill
	swift build $(RELEASE) --product stint-tell
	swift build -c release --package-path Benchmarks --scratch-path $(CACHE)/benchmarks
	$(CACHE)/benchmarks/release/stint-bench $(PROGRAM) --metrics $(METRICS) \
	    --cache $(CACHE)/bench-stores $(ARGUMENTS)

bench-peers: build ## Measure beside Phoenix and MLflow, installed from PyPI.
	@scripts/install-peers $(PEERS)
	swift build -c release --package-path Benchmarks --scratch-path $(CACHE)/benchmarks
	$(CACHE)/benchmarks/release/stint-bench $(PROGRAM) --peers $(PEERS) $(ARGUMENTS)

screens: build ## Take pictures of every page with a simulated fleet, into Documentation/screens.
	@scripts/install-browser $(BROWSER)
	$(BROWSER)/bin/python scripts/screens $(PROGRAM) Documentation/screens

docs: libraries ## Write the documentation of the Swift libraries, and say where to read on.
	swift build $(DEBUG) --build-tests
	scripts/docs "$$(swift build $(DEBUG) --show-bin-path)" $(CACHE)/debug/checkouts $(CACHE)/docs
	@ls README.md CONTRIBUTING.md Documentation/*.md Documentation/decisions/*.md
	@echo "python3 -m http.server --directory $(CACHE)/docs/Stint.doccarchive"
	@echo "    and http://127.0.0.1:8000/documentation"

# The compiler's plug-in comes from the package, the compiler from Debian (protobuf-compiler).
protobuf: ## Write the protobuf code anew from its messages.
	swift build $(RELEASE) --product protoc-gen-swift
	protoc --plugin=$(CACHE)/release/release/protoc-gen-swift --swift_opt=Visibility=Public \
	    --swift_opt=UseAccessLevelOnImports=true --proto_path=Sources/OTLPMessages \
	    --swift_out=Sources/OTLPMessages otlp.proto

libraries: ## Install the system libraries that are missing.
	@scripts/install-libraries

clean: ## Remove the build products.
	rm -rf $(CACHE)
