# shellcheck shell=bash
# A stand-in for Amazon MWAA's API on 127.0.0.1, which moto lacks: mwaa/standin.py says which part of it. It reads the
# buckets of the service aws. Installed with it is what delivers to MWAA (examples/mwaa), and what checks that: cfn-lint,
# and actionlint for the workflows.
#   MWAA_PORT (15001)
: "${MWAA_PORT:=15001}" "${AWS_PORT:=15000}"
SRC=$STACK_DIR/services/mwaa
EXAMPLE=$STACK_DIR/../../examples/mwaa
ACTIONLINT=v1.7.7 # the newest that Debian 12's Go builds

addresses() {
	echo "CW_MWAA=http://127.0.0.1:$MWAA_PORT"
	echo "CW_MWAA_HOME=$LIB_DIR"
}

install() {
	local made_from=("$SRC/requirements.txt" "$EXAMPLE/deploy-requirements.txt" "$STACK_DIR/services/mwaa.sh")
	installed "${made_from[@]}" && return
	need python3 python3-venv
	need go golang-go
	rm -rf "${LIB_DIR:?}/venv" "$LIB_DIR/bin" "$LIB_DIR/.stamp"
	python3 -m venv "$LIB_DIR/venv"
	"$LIB_DIR/venv/bin/pip" install -q --disable-pip-version-check -r "$SRC/requirements.txt" \
		-r "$EXAMPLE/deploy-requirements.txt"
	GOBIN=$LIB_DIR/bin GOFLAGS=-mod=mod go install "github.com/rhysd/actionlint/cmd/actionlint@$ACTIONLINT"
	mark_installed "${made_from[@]}"
}

prepare() { :; }

run() {
	export AWS_ENDPOINT_URL=http://127.0.0.1:$AWS_PORT AWS_ACCESS_KEY_ID=stand-in AWS_SECRET_ACCESS_KEY=stand-in
	exec "$LIB_DIR/venv/bin/python" -B "$SRC/standin.py" "$MWAA_PORT"
}

ready() {
	local answer
	answer=$(http_get "$MWAA_PORT" /stand-in)
	[[ $answer == 'HTTP/1.'?' 200'* ]]
}
