#!/usr/bin/env bash
# Spending by category as CSV, one column a month: for a spreadsheet, or to mail to yourself.
#
#   monthly-spending.sh [PERIOD] >spending.csv     PERIOD as in `bursar help periods`; this year if left out
#
# Needs jq. `bursar report spending … --format csv` gives the long form without it.
set -euo pipefail

bursar report spending --monthly --by category --period "${1:-thisyear}" --json | jq -r '
    ([.rows[].periods[].begin[:7]] | unique) as $months
    | (["category", "currency"] + $months + ["total"]),
      (.rows[]
       | (.periods | map({(.begin[:7]): .amount.amount}) | add) as $amounts
       | [.label, .currency] + [$months[] | $amounts[.] // "0"] + [.total.amount])
    | @csv'
