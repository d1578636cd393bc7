#!/usr/bin/env bash
# A hook of `notify.command`: one line an alert, into a file that only you read. It gets one JSON object on its standard
# input (`bursar schema notify test`) and ten seconds. Put your own line in place of the last one: a mail, a push service.
set -euo pipefail
umask 077

jq -r '. as $notice | .alerts[] | "\($notice.at) \($notice.vault): \(.message)" + (if .action then " (\(.action))" else "" end)' \
    >>"$HOME/bursar-alerts.log"
