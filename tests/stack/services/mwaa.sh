# shellcheck shell=bash
# A stand-in for Amazon MWAA's API on 127.0.0.1, which moto lacks: mwaa/standin.py says which part of it. It reads the
# buckets of the service aws. Its Python is that of examples/mwaa too.
#   MWAA_PORT (15001)
: "${MWAA_PORT:=15001}" "${AWS_PORT:=15000}"
SRC=$STACK_DIR/services/mwaa
REQUIREMENTS=$STACK_DIR/../../examples/mwaa/deploy-requirements.txt

addresses() {
	echo "CW_MWAA=http://127.0.0.1:$MWAA_PORT"
	echo "CW_MWAA_VENV=$LIB_DIR/venv"
}

install() {
	installed "$REQUIREMENTS" && return
	need python3 python3-venv
	rm -rf "${LIB_DIR:?}/venv" "$LIB_DIR/.stamp"
	python3 -m venv "$LIB_DIR/venv"
	"$LIB_DIR/venv/bin/pip" install -q --disable-pip-version-check -r "$REQUIREMENTS"
	mark_installed "$REQUIREMENTS"
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
