# Trimtab. `make help` lists what there is to do; each target below says what it is for.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export NODE_NO_WARNINGS := 1

NODE_MODULES := node_modules/.package-lock.json
TRIMTAB := node libs/cli/dist/main.js
DATA_FOLDER ?= .trimtab
TAG ?= dev
SERVICES ?= $(patsubst services/%/src/main.ts,%,$(wildcard services/*/src/main.ts))

.PHONY: help setup generate build check lint format tidy proto-check test test-unit test-integration test-e2e \
  test-node24 campaign demo dev bench bench-engine golden-plans golden-backtests openapi ci nats-server promtool kustomize images images-check up down clean

help: ## list the targets
	@grep -hE '^[a-zA-Z0-9_-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

setup: $(NODE_MODULES) ## install what npm provides (PostgreSQL included)

$(NODE_MODULES): package-lock.json package.json
	npm ci --no-fund --no-audit
	@touch $@

generate: setup ## regenerate libs/contracts/src/gen from proto/
	node libs/contracts/generate.mjs

build: setup ## compile every workspace
	npx tsc -b

check: build lint proto-check ## types, lint, format, protos, freshness of generated code

lint: setup ## eslint and prettier
	npx prettier --check --log-level warn .
	npx eslint .
	npx tsc -p tsconfig.test.json

format: setup ## write prettier's layout
	npx prettier --write --log-level warn .
	npx buf format -w

proto-check: setup ## buf lint, format and breaking; the generated code is fresh
	test/run/proto-check.sh

nats-server: ## make sure a nats-server binary is on the machine
	@test/run/ensure-nats-server.sh

promtool: ## make sure that the alert rules can be tested
	@test/run/ensure-promtool.sh

kustomize: ## make sure that the manifests can be rendered
	@test/run/ensure-kustomize.sh

test: build nats-server promtool kustomize ## all tests; the last line is "N passed, N failed"
	node test/run/all.mjs

test-unit: setup promtool kustomize ## unit, property, golden, contract and tidy tests: no server needed
	npx vitest run --project unit

test-integration: setup nats-server ## integration and end-to-end tests on private PostgreSQL and NATS servers
	npx vitest run --project integration

test-e2e: setup nats-server ## the end-to-end stories only
	npx vitest run --project integration test/e2e

test-node24: build nats-server promtool ## all tests on Node 24, brought by npm
	npx --yes -p node@24 node test/run/all.mjs

campaign: build nats-server promtool ## every test with its full counts; hours are allowed, CI runs the short forms
	TRIMTAB_CAMPAIGN=full node test/run/all.mjs

demo: build ## the main job: two rebalances with failures and a roll of the option index, on real prices, in under a minute
	@$(TRIMTAB) demo

dev: build ## the whole suite in one process on fixed ports, data kept in $(DATA_FOLDER)
	@$(TRIMTAB) dev --data-folder $(DATA_FOLDER)

up: build nats-server ## production's topology on this machine, in the background: 3 NATS, PostgreSQL, 13 processes
	@DATA_FOLDER=$(DATA_FOLDER) npx tsx --conditions trimtab-source test/topology/up.ts

down: ## drain and end what `make up` started; its data stays
	@DATA_FOLDER=$(DATA_FOLDER) npx tsx --conditions trimtab-source test/topology/up.ts down

bench: build nats-server ## costs as ratios to floors of the same run
	npx tsx --conditions trimtab-source test/bench/recalibrate.ts
	npx tsx --conditions trimtab-source test/bench/main.ts
	npx tsx --conditions trimtab-source test/bench/tracing.ts

bench-engine: build ## what 10 000 intents cost one engine, as ratios to a claim of an empty table
	npx tsx --expose-gc --conditions trimtab-source test/bench/engine.ts

images: ## build the image of SERVICES (all) as localhost/trimtab-SERVICE:TAG, without a Docker engine
	deploy/image/build.sh $(TAG) $(SERVICES)

images-check: build nats-server ## run those images: read-only root, no capabilities, not root; health by gRPC, SIGTERM drains
	npx tsx --conditions trimtab-source test/deploy/image-check.ts $(TAG)

openapi: setup ## write services/gateway/openapi.json again; a test compares it with the routes
	npx tsx --conditions trimtab-source services/gateway/src/write-openapi.ts
	npx prettier --write --log-level warn services/gateway/openapi.json

golden-plans: build ## write test/golden/plans again; read the difference before it is committed
	npx tsx --conditions trimtab-source test/golden/plans/write.ts

golden-backtests: build ## write the reports in test/golden/backtest again; read the difference before it is committed
	npx tsx --conditions trimtab-source test/golden/backtest/write.ts

ci: ## what CI runs: every check, then every test
	$(MAKE) check
	$(MAKE) test

clean: ## remove what was built
	rm -rf libs/*/dist services/*/dist coverage
