# shellcheck shell=bash
# What checks examples: cfn-lint and hadolint, and actionlint for workflows, which is built with Go. To be
# installed, not started.
SRC=$STACK_DIR/services/linters
ACTIONLINT=v1.7.7 # the newest that Debian 12's Go builds

addresses() { echo "CW_LINTERS=$LIB_DIR"; }

install() {
	local this=$STACK_DIR/services/linters.sh
	installed "$SRC/requirements.txt" "$this" && return
	need python3 python3-venv
	need go golang-go
	rm -rf "${LIB_DIR:?}/venv" "${LIB_DIR:?}/bin" "$LIB_DIR/.stamp"
	python3 -m venv "$LIB_DIR/venv"
	"$LIB_DIR/venv/bin/pip" install -q --disable-pip-version-check -r "$SRC/requirements.txt"
	GOBIN=$LIB_DIR/bin go install "github.com/rhysd/actionlint/cmd/actionlint@$ACTIONLINT"
	mark_installed "$SRC/requirements.txt" "$this"
}

prepare() { :; }
run() { echo 'linters are no server' >&2; return 1; }
ready() { return 1; }
