#!/usr/bin/env bash
# Runs functions of Kubernetes' own kubectl suite (test/cmd of its source tree) against a server that is already running.
#   kubectl-suite.sh TREE URL FOLDER [FUNCTION ...]     default: all that the suite calls, in its order
# Prints `ok FUNCTION` or `FAIL FUNCTION` for each, and leaves what each said in FOLDER/FUNCTION.log. Called by kubectl-suite.mjs.
set -o nounset
tree=$1 url=$2 folder=$3
shift 3
cd "$tree" || exit 2
export SECURE_API_PORT=${url##*:} KUBE_JUNIT_REPORT_DIR=$folder/junit GOTOOLCHAIN=local TMPDIR=$folder ALLOW_SKEW=y
source hack/lib/init.sh
source hack/lib/test.sh
source test/cmd/legacy-script.sh >/dev/null 2>&1
set +o errexit
trap - ERR
kube::util::ensure-temp-dir
export HOME=$KUBE_TEMP CONTEXT=test SUPPORTED_RESOURCES=("*")
kube::util::ensure-gnu-sed
{
  kubectl config set-credentials test-admin --token admin-token
  kubectl config set-cluster local --insecure-skip-tls-verify --server "$url"
  kubectl config set-context test --user test-admin --cluster local
  kubectl config use-context test
  # The one node that the suite knows; nothing runs on it.
  kubectl create -f - <<'NODE'
{"kind":"Node","apiVersion":"v1","metadata":{"name":"127.0.0.1","annotations":{"save-managers":"true"}},"status":{"capacity":{"memory":"1Gi"}}}
NODE
} >/dev/null 2>&1
# What the suite's runTests defines before its first function: names of fields for templates.
eval "$(sed -n '/^runTests()/,$p' test/cmd/legacy-script.sh | grep -E '^ *export [a-z0-9_]+=')" 2>/dev/null
kube_flags=(-s "$url" --insecure-skip-tls-verify)
kube_flags_without_token=("${kube_flags[@]}")
kube_flags_with_token=("${kube_flags[@]}" --token=admin-token)
if [ $# -eq 0 ]; then
  mapfile -t all < <(grep -oE '^ *record_command run_\w+' test/cmd/legacy-script.sh | awk '{print $2}' | awk '!seen[$0]++')
  set -- "${all[@]}"
fi
for function in "$@"; do
  (
    set -o errexit -o nounset
    kube::log::install_errexit
    "$function"
  ) >"$folder/$function.log" 2>&1 </dev/null &
  pid=$!
  (sleep "${SUITE_SECONDS:-300}" && kill -TERM $pid) >/dev/null 2>&1 &
  timer=$!
  if wait $pid; then echo "ok   $function"; else echo "FAIL $function"; fi
  pkill -P $timer 2>/dev/null
  kill $timer 2>/dev/null
done
