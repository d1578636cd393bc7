#!/usr/bin/env bash
# One line for a status bar (polybar, i3blocks, waybar, tmux): a balance, or the net worth.
#
#   status-bar.sh [ACCOUNT]     an account's name, mask or id; net worth per currency if left out
#
# Reads the vault, never the network: let cron do `bursar sync`. Ask at most every few minutes, as opening a vault takes
# half a second on purpose. Needs jq.
set -euo pipefail

export BURSAR_OFFLINE=1 BURSAR_NO_INPUT=1

status=0
if [ $# -gt 0 ]; then
    line=$(bursar accounts show "$1" --json 2>/dev/null |
        jq -r '"\(.name) \(.balance.current.amount) \(.balance.current.currency)"') || status=$?
else
    line=$(bursar accounts --json 2>/dev/null |
        jq -r '[.totals[].net | "\(.amount) \(.currency)"] | join(" · ")') || status=$?
fi
case $status in
    0) echo "$line" ;;
    4) echo "bursar: locked" ;;
    5) echo "bursar: no such account or vault" ;;
    *) echo "bursar: error $status" ;;
esac
