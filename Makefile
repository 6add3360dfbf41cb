# `make help` says what there is to make.

# What Debian calls the libraries; LLVM's is for the tests only.
PACKAGES := libbpf-dev libelf-dev libdw-dev zlib1g-dev pkg-config llvm-dev
BENCH_PACKAGES := bpftrace

.DEFAULT_GOAL := help
.PHONY: help setup run test release bench format clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the Debian packages that are missing
	@Scripts/setup.sh $(PACKAGES) $(BENCH_PACKAGES)

run: release ## count this machine's system calls for three seconds
	@Scripts/run.sh

# One test at a time: some count what the kernel holds.
test: ## build and run all tests; those that trace need root
	@Scripts/setup.sh $(PACKAGES)
	swift build --build-tests
	swift test --skip-build --no-parallel

release: ## build one stripped executable, .build/release/swtrace
	@Scripts/setup.sh $(PACKAGES)
	@Scripts/release.sh

bench: setup release ## measure swtrace against this machine's bpftrace; needs root
	@Benchmarks/run.sh

format: ## lay out all Swift sources
	swift format --in-place --parallel --recursive Package.swift Scripts Sources Tests

clean: ## remove what was built
	rm -rf .build
