# Isocenter: build, run, test. `make` alone prints what there is.

SWIFT     ?= swift
DATA      ?= ./data
HTTP_PORT ?= 8080
DIMSE_PORT ?= 11112
AET       ?= ISOCENTER

RELEASE = $(SWIFT) build -c release --static-swift-stdlib --product isocenter
BINARY  = .build/release/isocenter
HTTP    = http://127.0.0.1:$(HTTP_PORT)

.PHONY: help run build demo test wasm setup setup-tests clean

help:  ## this list
	@echo 'make TARGET [VARIABLE=value …]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo 'Variables: DATA=$(DATA) HTTP_PORT=$(HTTP_PORT) DIMSE_PORT=$(DIMSE_PORT) AET=$(AET)'

run: build  ## install what is missing, build, start the archive
	exec $(BINARY) serve --data '$(DATA)' --http-port $(HTTP_PORT) --dimse-port $(DIMSE_PORT) --aet '$(AET)'

build: setup wasm  ## the release binary: .build/release/isocenter
	$(RELEASE)

demo:  ## fill the running archive with generated studies
	@test -x $(BINARY) || { echo 'The archive is not built yet: `make run` in another terminal first.' >&2; exit 1; }
	$(BINARY) demo --data '$(DATA)'

test: setup-tests wasm  ## everything: unit tests, viewer modules, peers, browser
	.venv/bin/python Tools/run-tests

wasm: setup  ## the browser's decoders: Viewer/app/codecs/codecs.wasm
	@Tools/build-wasm

setup:  ## Debian packages that building needs
	@Tools/setup-system build

setup-tests:  ## Debian packages and the Python environment that testing needs
	@Tools/setup-tests

clean:  ## remove build products and the Python environment; data stays
	rm -rf .build .venv screenshots Viewer/app/codecs/codecs.wasm
