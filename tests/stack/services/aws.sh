# shellcheck shell=bash
# Amazon's S3, Secrets Manager, IAM and STS on 127.0.0.1: moto. All data is in memory.
#   AWS_PORT (15000)
# Any credentials will do, until a test tells it to check signatures and policies: see tests/lib/cwtest/aws.py.
: "${AWS_PORT:=15000}"
VERSION=5.2.5

addresses() { echo "CW_AWS=http://127.0.0.1:$AWS_PORT"; }

install() {
	local this=$STACK_DIR/services/aws.sh
	installed "$this" && return
	need python3 python3-venv
	rm -rf "${LIB_DIR:?}/venv" "$LIB_DIR/.stamp"
	python3 -m venv "$LIB_DIR/venv"
	"$LIB_DIR/venv/bin/pip" install -q --disable-pip-version-check "moto[server,s3,secretsmanager,iam,sts]==$VERSION"
	mark_installed "$this"
}

prepare() { :; }

run() { exec "$LIB_DIR/venv/bin/moto_server" -H 127.0.0.1 -p "$AWS_PORT"; }

ready() {
	local answer
	answer=$(http_get "$AWS_PORT" /moto-api/data.json)
	[[ $answer == 'HTTP/1.'?' 200'* ]]
}
