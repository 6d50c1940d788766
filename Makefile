# Every target prepares its own tools (tools/bootstrap.sh) and needs nothing but Python 3.11 or newer.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all bench lint

RUN := tools/bootstrap.sh

help:      ## list the targets
	@sed -n 's/^\([a-z-]*\): *## /  make \1\t/p' Makefile

demo:      ## run the QIF mean field from YAML and leave a picture in output/
	@$(RUN) nox --session demo

test:      ## what every change has to pass, two sessions at a time
	@$(RUN) python tools/run_sessions.py --tier test

test-all:  ## everything: the exhaustive cases, lowest and newest versions, other Pythons too
	@$(RUN) python tools/run_sessions.py --tier all

bench:     ## measure against the limits and print a table
	@$(RUN) nox --session bench

lint:      ## style, types and layering
	@$(RUN) nox --session lint
