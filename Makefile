# `make help` says what there is to make.

# Debian's packages. The last four are for tests and benchmarks only.
PACKAGES := libbpf-dev libelf-dev libdw-dev libiberty-dev liblzma-dev libbz2-dev zlib1g-dev pkg-config llvm-dev bpftrace dwz gdb

.DEFAULT_GOAL := help
.PHONY: help setup run test differential release bench fuzz soak fuzz-bundles vm-test peer-test places documentation format clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the Debian packages that are missing
	@Scripts/setup.sh $(PACKAGES)

run: release ## count this machine's system calls for three seconds
	@Scripts/run.sh

test: setup ## build and run all tests; those that trace need root
	swift build --build-tests
	@Scripts/test.sh

N ?= 10000
SEED ?= 1

differential: setup ## run N=10000 random scripts from SEED=1 on against the reference interpreter; needs root
	@Scripts/release.sh DifferentialRunner
	.build/release/DifferentialRunner $(N) $(SEED)

release: setup ## build one stripped executable, .build/release/swtrace
	@Scripts/release.sh

bench: release ## measure swtrace against this machine's bpftrace; needs root
	@Benchmarks/run.sh

SECONDS ?= 60

fuzz: ## fuzz the readers of outside data, SECONDS=60 each; findings go to .build/fuzz/findings
	@Scripts/fuzz.sh $(SECONDS)
	@Scripts/fuzz-bundles.sh 1000000000 $(SEED) --seconds $(SECONDS)

fuzz-bundles: setup ## damage bundles N=10000 times, those from SEED=1 on, and run what is taken, as root in the kernel too
	@Scripts/fuzz-bundles.sh $(N) $(SEED)

SOAK_SECONDS ?= 600

soak: setup ## trace for ten minutes, then kill at random moments for as long, and look at memory, counts and what is left; needs root
	swift build --build-tests
	SWTRACE_SOAK_SECONDS=$(SOAK_SECONDS) swift test --skip-build --disable-xctest --no-parallel --filter SoakTests

# 5.10, 6.1, 6.12, 7.x or all.
KERNEL := all

vm-test: setup ## run scripts, 1,000 of them random, on Debian's kernels in QEMU: make vm-test KERNEL=6.1
	@Scripts/release.sh swtrace DifferentialRunner
	@Scripts/vm-test.sh $(KERNEL)

places: setup ## add a toy of everything that CONTRIBUTING.md tells how to add to a copy; build and run it
	@Scripts/places.sh

BPFTRACE ?= bpftrace

peer-test: release ## run the scripts of Tests/Peer with swtrace and with BPFTRACE=bpftrace, and compare; needs root
	@BPFTRACE=$(BPFTRACE) Scripts/peer-test.sh

documentation: setup ## build the library's documentation, .build/documentation, and fail on a warning
	SWTRACE_DOCUMENTATION=1 swift package --scratch-path .build/documentation-build \
	  --allow-writing-to-directory .build/documentation generate-documentation --target Tracer --warnings-as-errors \
	  --output-path .build/documentation

format: ## lay out all Swift sources
	swift format --in-place --parallel --recursive Package.swift Scripts Sources Tests Fuzz

clean: ## remove what was built
	rm -rf .build
