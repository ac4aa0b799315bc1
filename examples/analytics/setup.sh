#!/usr/bin/env bash
# Sets up what access logs are looked at with: their index template in OpenSearch or Elasticsearch, and in OpenSearch
# Dashboards or Kibana the data view and the dashboard.
#
#   examples/analytics/setup.sh URL [OPTION]...
#
#   URL                    of the store, such as http://127.0.0.1:9200
#   --dashboards URL       of OpenSearch Dashboards or Kibana, with its base path; without it only the store is set up
#   --index PATTERN        of the indices that the sink writes (access-logs-*)
#   --overwrite-template   puts the template also where there is one of that name: the sink puts it, too
#   --user NAME            logs in; the password is in ANALYTICS_PASSWORD, or asked for
#   --api-key-file FILE    logs in with an API key of Elasticsearch, as it is after "ApiKey "
#   --cacert FILE          the certificates that the servers' are checked with
#
# May be run again: nothing is there twice. Needs curl and jq.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

die() { echo "setup: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d'; }

store='' dashboards='' index='access-logs-*' overwrite=0 user='' key_file='' curl_options=()
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--overwrite-template) overwrite=1; shift; continue ;;
	--dashboards | --index | --user | --api-key-file | --cacert) [ $# -gt 1 ] || die "$1 needs a value" ;;
	esac
	case $1 in
	--dashboards) dashboards=${2%/}; shift ;;
	--index) index=$2; shift ;;
	--user) user=$2; shift ;;
	--api-key-file) key_file=$2; shift ;;
	--cacert) curl_options+=(--cacert "$2"); shift ;;
	-*) die "unknown option $1; --help names all" ;;
	*) [ -z "$store" ] || die "one store at a time: $store and $1"; store=${1%/} ;;
	esac
	shift
done
[ -n "$store" ] || { usage >&2; exit 2; }
case $index in *'*'*) ;; *) die "--index $index: a pattern with a * is needed, such as access-logs-*" ;; esac
[ -z "$user" ] || [ -z "$key_file" ] || die 'a user or an API key, not both'
command -v jq >/dev/null || die 'jq is not installed'

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
umask 077

# The login goes to curl in a file: a process's arguments are everybody's to read.
quoted() {
	local text=${1//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}
if [ -n "$user" ]; then
	[ -n "${ANALYTICS_PASSWORD+set}" ] || { read -rsp "password of $user: " ANALYTICS_PASSWORD; echo >&2; }
	echo "user = $(quoted "$user:$ANALYTICS_PASSWORD")" >"$WORK/login"
elif [ -n "$key_file" ]; then
	[ -r "$key_file" ] || die "the API key cannot be read: $key_file"
	key=$(<"$key_file")
	echo "header = $(quoted "Authorization: ApiKey $key")" >"$WORK/login"
else
	: >"$WORK/login"
fi

# request WHAT CURL-ARGUMENT...: the answer is in $WORK/answer, its status in $status; dies when no server answers.
request() {
	local what=$1
	shift
	status=$(curl -sS -K "$WORK/login" "${curl_options[@]}" -m 60 -o "$WORK/answer" -w '%{http_code}' \
		"$@" 2>"$WORK/error") || die "$what: $(<"$WORK/error")"
	case $status in
	401 | 403) die "$what: HTTP $status, the login is refused: $(head -c 300 "$WORK/answer")" ;;
	esac
}

# expect WHAT CURL-ARGUMENT...: the same; any answer but 200 is an error.
expect() {
	request "$@"
	[ "$status" = 200 ] || die "$1: HTTP $status: $(head -c 500 "$WORK/answer")"
}

# The sink's own template has this name and this priority for the same indices: one template, whoever puts it.
put_template() {
	local fixed=${index%%\**} name file=$HERE/../../schemas/access-log-index-template.json
	[ -r "$file" ] || file=$HERE/../access-log-index-template.json
	name=${fixed%"${fixed##*[!-_.]}"}
	[ -n "$name" ] || die "--index $index: something must come before the *"
	if [ "$overwrite" = 0 ]; then
		request 'index template' "$store/_index_template/$name"
		[ "$status" != 200 ] || { echo "index template $name: is there, left as it is"; return; }
	fi
	jq --arg index "$index" --argjson fixed "${#fixed}" '.index_patterns = [$index] | .priority = 200 + $fixed' "$file" \
		>"$WORK/template.json"
	expect 'index template' -X PUT -H 'Content-Type: application/json' --data-binary @"$WORK/template.json" \
		"$store/_index_template/$name"
	echo "index template $name: put, for new indices $index"
}

import_dashboard() {
	local file=$WORK/dashboard.ndjson
	jq -c --arg index "$index" 'if .type == "index-pattern" then .attributes.title = $index else . end' \
		"$HERE/dashboard.ndjson" >"$file"
	# Each product wants a header of its own, and does not mind the other's.
	expect 'dashboard' -X POST -H 'osd-xsrf: true' -H 'kbn-xsrf: true' -F "file=@$file;type=application/ndjson" \
		"$dashboards/api/saved_objects/_import?overwrite=true"
	jq -e .success "$WORK/answer" >/dev/null ||
		die "dashboard: not everything was imported: $(head -c 1000 "$WORK/answer")"
	echo "dashboard: $(jq .successCount "$WORK/answer") objects, $dashboards/app/dashboards#/view/access-logs"
}

expect 'store' "$store/"
echo "store: $(jq -r '"\(.version.distribution // "elasticsearch") \(.version.number)"' "$WORK/answer")"
put_template
if [ -n "$dashboards" ]; then
	import_dashboard
else
	echo "dashboard: import $HERE/dashboard.ndjson (Management, Saved objects, Import), or call this with --dashboards URL"
fi
