#!/usr/bin/env bash
# Sends one message through Emay's encrypted interface and waits for its delivery report. bash, curl, openssl, gzip.
set -euo pipefail

url=${EMAY_URL:-http://127.0.0.1:8899}
app_id=${EMAY_APP_ID:-EUCP-EMY-SMS0-SIMUL}
secret_key=${EMAY_SECRET_KEY:-0123456789ABCDEF}            # 16, 24 or 32 bytes
mobile=${EMAY_MOBILE:-0061422118000}                       # 00, country code, number
custom_ims_id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') # yours, at most 32 characters

head=$(mktemp) body=$(mktemp)
trap 'rm -f "$head" "$body"' EXIT

# AES/ECB/PKCS5 with the bytes of the key.
cipher() {
  local key
  key=$(printf '%s' "$secret_key" | od -An -v -tx1 | tr -d ' \n')
  openssl enc "-aes-$((${#key} * 4))-ecb" -K "$key" "$@"
}

# Posts the fields with the time and how many seconds they are valid, and prints { "code", "data" }.
call() {
  printf '{"requestTime":%s000,"requestValidPeriod":60,%s}' "$(date +%s)" "$2" | gzip | cipher |
    curl -sS -m 30 -D "$head" -o "$body" -H "appId: $app_id" -H 'gzip: on' --data-binary @- "$url/secure/$1"
  # The code stands in the header `result`; only a SUCCESS has a body, which is the data alone.
  code=$(grep -i '^result:' "$head" | tr -d '\r' | cut -d' ' -f2)
  if [[ $code == SUCCESS ]]; then
    printf '{"code":"SUCCESS","data":%s}\n' "$(cipher -d <"$body" | gunzip)"
  else
    printf '{"code":"%s"}\n' "$code"
  fi
}

answer=$(call sendSingleIMS "\"mobile\":\"$mobile\",\"content\":\"Hello, 你好\",\"customImsId\":\"$custom_ims_id\"")
echo "answer: $answer"
[[ $answer == *'"SUCCESS"'* ]] || exit 1

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
