# Needs only python3 >= 3.11 (with venv), make and a POSIX shell. Everything else comes from uv.lock and package-lock.json.
PYTHON     ?= python3
UV_VERSION := 0.13.9
VENV       := .venv
BIN        := $(VENV)/bin
MO         := burden/locale/en/LC_MESSAGES/django.mo
FONT       := BURDEN_NO_DATABASE=1 DJANGO_SETTINGS_MODULE=burden.settings $(BIN)/python -c 'import sys; from reports.paper_files import fonts; sys.exit(not fonts())'
SYNC       := $(BIN)/uv sync --quiet --frozen --inexact --compile-bytecode --no-default-groups --group tool --group assets --extra embedded

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(VENV)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE :=  # whoever set it did not start six processes at a time
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run setup assets test browser check format messages bench clean

run: setup
	@exec $(BIN)/python manage.py up

setup: $(VENV)/.run assets

assets: static/built/.ready $(MO)

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新：make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "新建 $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); echo "python3 -m venv 没有成功：Debian、Ubuntu 上请 apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)

$(VENV)/.run: pyproject.toml uv.lock | $(BIN)/uv
	@echo "安装 uv.lock 里的依赖"
	@$(SYNC)
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "安装测试和检查用的依赖"
	@$(SYNC) --group test --group lint
	@touch $@

static/built/.ready: package.json package-lock.json $(wildcard assets/*.js) | $(VENV)/.run
	@echo "生成页面资源"
	@npm ci --ignore-scripts --no-audit --no-fund --silent
	@node_modules/.bin/esbuild assets/*.js --bundle --minify --format=esm --target=es2020 --outdir=static/built --log-level=warning
	@touch $@

$(MO): burden/locale/en/LC_MESSAGES/django.po | $(VENV)/.run
	@$(BIN)/python manage.py messages --compile

test: $(VENV)/.dev assets browser
	@$(BIN)/python -m pytest -n 2

# the browser tests drive a Chromium: CHROMIUM=/path, else the one in PATH, else Debian's; its headless shell, which has no
# window to keep, opens a page in a third of the time; pages and PDF need a Chinese font
browser: $(VENV)/.dev
	@test -x "$${CHROMIUM:-}" || command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "安装 chromium" && export DEBIAN_FRONTEND=noninteractive && \
	  apt-get update -qq && \
	  { apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium; } >/dev/null; } || { \
	  echo "浏览器测试要用 Chromium：请安装，或设 CHROMIUM=/path/to/chromium"; exit 1; }
	@$(FONT) || { \
	  test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "安装中文字体" && export DEBIAN_FRONTEND=noninteractive && \
	  apt-get update -qq && apt-get install -y -qq fonts-wqy-microhei >/dev/null && $(FONT); } || { \
	  echo "生成 PDF 要用中文字体：请安装 fonts-wqy-microhei，或设 FONT_DIR=/path/to/fonts"; exit 1; }

check: export BURDEN_NO_DATABASE := 1
check: $(VENV)/.dev assets
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/djlint templates --check
	@$(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py messages --check

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet
	@$(BIN)/djlint templates --reformat --quiet || true

messages: $(VENV)/.run
	@$(BIN)/python manage.py messages

# every bench runs; one missed bound fails the whole
bench: setup
	@$(BIN)/python -m bench.run

clean:
	rm -rf $(VENV) node_modules static/built $(MO)
