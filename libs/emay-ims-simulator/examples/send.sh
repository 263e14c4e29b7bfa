#!/usr/bin/env bash
# Sends one message through the Emay IMS interface and waits for its delivery report. Needs curl.
set -euo pipefail

url=${EMAY_URL:-http://127.0.0.1:8899}
app_id=${EMAY_APP_ID:-EUCP-EMY-SMS0-SIMUL}
secret_key=${EMAY_SECRET_KEY:-0123456789ABCDEF}
mobile=${EMAY_MOBILE:-0061422118000}                  # 00, country code, number
custom_ims_id=$(date +%s)$$                           # yours, at most 32 characters

md5() { if command -v md5sum >/dev/null; then md5sum | cut -c1-32; else command md5 -q; fi; }

# call NAME FIELDS: posts the fields with appId, timestamp and sign, and prints the answer.
call() {
  local timestamp sign
  timestamp=$(TZ=UTC-8 date +%Y%m%d%H%M%S)            # Shanghai's clock, UTC+8, whatever the zone of this machine
  sign=$(printf '%s' "$app_id$secret_key$timestamp" | md5)
  printf '{"appId":"%s","timestamp":"%s","sign":"%s",%s}' "$app_id" "$timestamp" "$sign" "$2" |
    curl -sS --max-time 30 --data-binary @- "$url/inter/$1"
}

answer=$(call sendSingleIMS "\"mobile\":\"$mobile\",\"content\":\"Hello, 你好\",\"customImsId\":\"$custom_ims_id\"")
echo "answer: $answer"
[[ $answer == *'"SUCCESS"'* ]] || exit 1              # the HTTP status is 200 even for an error

for _ in {1..60}; do
  # Whatever is pulled is gone from the gateway: a real program keeps every report, not only its own.
  reports=$(call getIMSReport '"number":500')
  if report=$(grep -o "{[^{}]*\"customImsId\":\"$custom_ims_id\"[^{}]*}" <<<"$reports"); then
    echo "report: $report"
    exit 0
  fi
  sleep 1
done
echo "no report yet" >&2
exit 1
