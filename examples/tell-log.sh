#!/usr/bin/env bash
# A hook of `notify.command`: one line an alert, into a file that only you read. It gets one JSON object on its standard
# input (`bursar schema notify test`) and ten seconds. Put your own line in place of the last one: a mail, a push service.
# The file lies in bursar's state directory: under the systemd unit everything else of your home but the vault is read-only.
set -euo pipefail
umask 077

state=${XDG_STATE_HOME:-$HOME/.local/state}/bursar
mkdir -p "$state"
jq -r '. as $notice | .alerts[] | "\($notice.at) \($notice.vault): \(.message)" + (if .action then " (\(.action))" else "" end)' \
    >>"$state/alerts.log"
