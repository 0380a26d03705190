# The targets of people and of .ci/run. `make` alone says what there is.

SWIFT ?= swift
# More flags for every build and test, such as -Xswiftc -warnings-as-errors.
SWIFTFLAGS ?=
PREFIX ?= /usr/local
OUT ?= out/demo

# oneDNN, the fast kernels, the database of results, and images in WebP and GIF, wherever the headers of oneDNN, SQLite,
# libwebp and giflib are; XAI_ONEDNN=off, XAI_DATABASE=off, XAI_WEBP=off and XAI_GIF=off build without them. SwiftPM remembers what the manifest came to and does not look again, so each target
# passes the answers on, after it has installed what it needs.
found = $$([ -e /usr/include/$(1) ] || [ -e /usr/local/include/$(1) ] $(if $(2),|| [ -e /opt/homebrew/lib/pkgconfig/$(2).pc ]) && echo on || echo off)
database = $(if $(filter Darwin,$(shell uname)),on,$(call found,sqlite3.h))
environment = XAI_ONEDNN="$${XAI_ONEDNN:-$(call found,oneapi/dnnl/dnnl.h)}" XAI_DATABASE="$${XAI_DATABASE:-$(database)}" \
  XAI_WEBP="$${XAI_WEBP:-$(call found,webp/demux.h,libwebpdemux)}" XAI_GIF="$${XAI_GIF:-$(call found,gif_lib.h,libgif)}"
swift = $(environment) $(SWIFT)

DEMO := Examples/Demo
# GMAR, whose maps of two classes are the same here, and two methods that follow the class.
EXPLAINERS := gmar attnlrp:preset=vit occlusion

.PHONY: help build test test-threads test-explore dist test-dist test-slurm docs fuzz lint check-packaging examples demo demo-images demo-model images install packages clean

help:
	@echo 'make demo       explain the bundled scenes with the bundled model, into $(OUT)'
	@echo 'make demo-model train the bundled model again (27 minutes on 2 cores)'
	@echo 'make pictures   make the images of README and docs again'
	@echo 'make test       build and run all tests, the examples among them'
	@echo 'make test-GMAR  build and run the tests of one plugin, or of one target, such as test-Tensor'
	@echo 'make test-threads  look for races under the thread sanitizer'
	@echo 'make build      build the xai command, optimised'
	@echo 'make examples   build all example programs, the package of third-party plugins among them'
	@echo 'make docs       build the site of the Swift documentation, into .build-docs/site'
	@echo 'make fuzz       fuzz the parsers of images, weights and JSON for a minute each'
	@echo 'make lint       check the formatting'
	@echo 'make check-packaging  check the files for containers, clusters and GitHub; needs Python 3'
	@echo 'make dist       an archive and a Debian package of xai that need no toolchain, into out/dist'
	@echo 'make test-dist  try them on bare Debian and Ubuntu systems, as root'
	@echo 'make test-explore  drive the pages of xai explore and xai report in Chromium; needs Python 3'
	@echo 'make test-slurm an evaluation in shards under a real Slurm on this machine, as root'
	@echo 'make install    build, and copy xai into PREFIX/bin ($(PREFIX)/bin)'

# What the build links with, oneDNN and SQLite among it, and Pango, which figures are drawn with. Does nothing where it is all there, or where there is no apt.
packages:
	@./Scripts/install-packages

build: packages
	$(swift) build $(SWIFTFLAGS) -c release --product xai

# Optimised, because the arithmetic of whole models crawls otherwise. XAI_DATA, the folder of real models and images,
# reaches the tests as it is; without it they are skipped. The package with plugins of a third party goes first, alone:
# building it would hold the other tests up.
TESTFLAGS := -c release -Xswiftc -enable-testing
swift-test = env $(environment) $(SWIFT) test $(TESTFLAGS) $(SWIFTFLAGS)
test: packages
	@XAI_TEST_PACKAGES=1 Scripts/run-tests $(swift-test) --filter ThirdPartyPackageTests
	@Scripts/run-tests $(swift-test)

# Many tasks on one model, watched for races.
test-threads: packages
	@env $(environment) SWIFT="$(SWIFT)" Scripts/test-threads $(SWIFTFLAGS)

# One plugin or one test target: make test-GMAR, make test-Tensor.
test-%: packages
	@Scripts/test-plugin $* $(swift-test)

# Needs Python 3; DOCS_BASE=/swift-xai is for a site below that path of a host.
docs: packages
	@env $(environment) SWIFT='$(SWIFT)' Scripts/docs-site

# The parsers of files from anywhere, a minute each and at the same time.
fuzz: packages
	Scripts/fuzz $(SECONDS)

lint:
	$(SWIFT) format lint --strict -r Sources Plugins Tests Examples Package.swift

# What is for containers, clusters and GitHub. Needs Python 3.
check-packaging:
	Scripts/check-packaging

examples: packages
	$(swift) build $(SWIFTFLAGS)
	cd Examples/ThirdPartyPlugin && $(swift) build --scratch-path ../../.build/third-party

# Two objects a scene, and both are asked about: the two classes that the model finds likeliest. demo-images takes the
# program that is there.
demo: build
	@$(MAKE) --no-print-directory demo-images

demo-images:
	@mkdir -p $(OUT)
	.build/release/xai explain --model $(DEMO)/model $(DEMO)/scenes/*.png --target top:2 \
	  $(foreach explainer,$(EXPLAINERS),--explainer $(explainer)) --montage --format jpeg --output $(OUT)
	@echo
	@echo "Overlays and a figure of all of them are in $(OUT); the figure is $$(ls -t $(OUT)/montage.* | head -n 1)."

# Those of README and of the pages of explainers.
pictures: build
	Scripts/docs-images

# The recipe of the bundled model, 27 minutes on 2 cores: one object a scene until it knows the shapes, then scenes with
# one or two. Killed, it goes on with the same command.
demo-model: build
	.build/release/xai train --from-scratch $(DEMO)/recipe --data shapes:size=72,train=500000 --output out/demo-model/one \
	  --preset scratch --epochs 1 --batch-size 64 --micro-batch 32 --learning-rate 1.5e-3 --beta2 0.99 --warm-up 300 \
	  --crop none --no-flip
	.build/release/xai train --model out/demo-model/one --data shapes:size=72,train=150000 --train-split mixed \
	  --output out/demo-model/two --epochs 1 --batch-size 64 --micro-batch 32 --learning-rate 5e-4 --beta2 0.99 --warm-up 100 \
	  --crop none --no-flip
	cp out/demo-model/two/* $(DEMO)/model/

# An archive and a Debian package of an xai that needs no toolchain, into out/dist; and a try of both on bare systems, as root.
dist: packages
	@Scripts/install-packages libwebp-dev libgif-dev libsqlite3-dev libicu-dev
	@env SWIFT='$(SWIFT)' Scripts/dist $(SWIFTFLAGS)

test-dist: dist
	Scripts/test-dist

# The pages of xai explore and xai report in a real browser, against the command's numbers. Playwright comes from PyPI the first time.
test-explore: build
	Scripts/test-explore

# Shards under a Slurm of four nodes on this machine, as root.
test-slurm: build
	Scripts/test-slurm

# A build of its own, with Swift's libraries linked in, so that xai runs when the toolchain is gone. SwiftPM compiles everything anew
# for that, so it has a folder of its own.
static = $(if $(filter Darwin,$(shell uname)),,--static-swift-stdlib)
install: packages
	$(swift) build $(SWIFTFLAGS) -c release --product xai $(static) --scratch-path .build-install
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 .build-install/release/xai $(DESTDIR)$(PREFIX)/bin/xai

clean:
	rm -rf .build .build-docs .build-dist .build-install out
