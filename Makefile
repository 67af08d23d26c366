# SPDX-License-Identifier: Apache-2.0
# The front door: nobody needs to know Meson. `make help` lists what there is.
.DEFAULT_GOAL := build
ASAN = -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1
PYTHON = /usr/bin/python3
T ?= 60
N ?= 10

build: build/build.ninja ## the program: build/cairn, optimised, with debug information
	@tools/embed-console build
	@ninja -C build cairn $(if $(NINJA_QUIET),--quiet)
test: ## every test, as continuous integration runs them
	@script/test
check: asan ## the style suite: format, layers, symbols, banned functions, documents
	@meson test -C build-asan --suite style --print-errorlogs
asan: build-asan/build.ninja ## build-asan: gcc with address and undefined-behaviour sanitizers
	@ninja -C build-asan $(if $(NINJA_QUIET),--quiet)
unit: asan ## unit tests, crash tests and fuzz corpora: the inner loop
	@meson test -C build-asan --no-suite style --print-errorlogs
clang: build-clang/build.ninja ## build-clang: everything compiled by clang
	@ninja -C build-clang $(if $(NINJA_QUIET),--quiet)
tsan: build-tsan/build.ninja ## unit tests under the thread sanitizer
	@ninja -C build-tsan && meson test -C build-tsan --suite unit --print-errorlogs
fuzz: build-fuzz/build.ninja ## each fuzz target for T=60 seconds; TARGET=name for one
	@ninja -C build-fuzz && tools/fuzz build-fuzz $(T) $(TARGET)
crash: asan ## crash tests with SEEDS=100000 seeds, or one again with SEED=7
	@CAIRN_CRASH_SEEDS=$(SEEDS) CAIRN_CRASH_SEED=$(SEED) \
		meson test -C build-asan --suite crash --timeout-multiplier 100 --print-errorlogs
mutations: ## do the crash tests notice deliberate bugs?
	@tools/check-mutations
kill: build ## N=10 rounds of kill -9 under load against build/cairn
	@CAIRN_BINARY=build/cairn CAIRN_KILL_ROUNDS=$(N) $(PYTHON) -m pytest -c tests/pytest.ini -s tests/scenario/kill_test.py
gateway-kill: build ## N=10 rounds each of kill -9, a full and a failing disk under calls through the gateway
	@CAIRN_BINARY=build/cairn CAIRN_KILL_ROUNDS=$(N) $(PYTHON) -m pytest -c tests/pytest.ini -s tests/scenario/gateway_kill_test.py
lake-kill: build ## N=10 rounds of kill -9 while an event data store takes events, merges, imports and is queried
	@CAIRN_BINARY=build/cairn CAIRN_KILL_ROUNDS=$(N) $(PYTHON) -m pytest -c tests/pytest.ini -s tests/scenario/lake_kill_test.py
bench: build ## benchmarks beside their peers (minutes)
	@script/bootstrap --bench && bench/run
insights-delay: build ## seconds until a spike can be looked up, by the clock on the wall (a quarter of an hour)
	@folder=$$(mktemp -d) && $(PYTHON) bench/insights-delay build/cairn "$$folder"; status=$$?; rm -rf "$$folder"; exit $$status
run: build ## the daemon on 127.0.0.1:8420 with ./data
	@build/cairn serve
format: ## clang-format on every C and C++ file
	@tools/check-format --fix
docs: asan ## the generated parts of the documents
	@tools/make-docs build-asan
tidy: build-clang/build.ninja ## clang-tidy's advice; false alarms about SCOPED are known
	@find src -name '*.c' | xargs -P 2 -n 8 clang-tidy-14 -p build-clang --quiet
sizes: ## the largest files and functions, for a reader to judge
	@tools/sizes
hooks: ## check what is staged before each commit
	@ln -sf ../../tools/hooks/pre-commit "$$(git rev-parse --git-path hooks)/pre-commit"
console: ## build-console/console.pack, the web console, by npm; the next `make` builds it in
	@script/bootstrap --engine && tools/make-console
screenshots: build console ## docs/images: every page of the console, light and dark, at two widths
	@$(PYTHON) tools/make-screenshots
engine: ## build-engine/libduckdb.so, the SQL engine of CloudTrail Lake, from npm
	@script/bootstrap --engine && tools/fetch-engine
setup: ## install what building, testing and benchmarks need
	@script/bootstrap --test --bench
clean: ## remove what was built
	@rm -rf build build-asan build-clang build-tsan build-fuzz build-mutations build-servers build-engine build-console
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

build/build.ninja:
	@CC=gcc CXX=g++ meson setup build
build-asan/build.ninja:
	@CC=gcc CXX=g++ meson setup build-asan $(ASAN)
build-clang/build.ninja:
	@CC=clang CXX=clang++ meson setup build-clang
build-tsan/build.ninja:
	@CC=gcc CXX=g++ meson setup build-tsan -Db_sanitize=thread -Doptimization=1 -Db_lundef=false
build-fuzz/build.ninja:
	@CC=clang CXX=clang++ meson setup build-fuzz $(ASAN) -Dfuzz=true

.PHONY: build console screenshots engine test check asan unit clang tsan fuzz crash mutations kill gateway-kill lake-kill bench insights-delay run format docs tidy sizes hooks setup clean help
