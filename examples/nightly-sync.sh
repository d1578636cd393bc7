#!/usr/bin/env bash
# Syncs all banks and says something only when a person has to act: cron mails what is printed.
# The exit codes are those of `bursar help exit-codes`.
set -uo pipefail

export BURSAR_NO_INPUT=1 BURSAR_NO_PROGRESS=1
report=$(bursar sync --json --lock-timeout 5m 2>&1)
status=$?
case $status in
    0 | 9 | 11) ;; # done; or the bank or another bursar was busy, and tomorrow is another day
    3 | 8)
        echo "Some banks did not sync; what did is saved."
        jq -r '.connections[] | select(.outcome != "ok") | "- \(.name): \(.error.message? // .error? // .outcome)"' <<<"$report" 2>/dev/null ||
            echo "$report"
        ;;
    *) echo "$report" ;;
esac
exit "$status"
