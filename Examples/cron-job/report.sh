#!/bin/sh
# A nightly job that tells of itself with nothing but curl, and carries on whatever becomes of that.
set -u

url=${STINT_URL:-http://127.0.0.1:8790}
id=nightly-report-$(date -u +%Y%m%dT%H%M%SZ)-$$

tell() {
    curl --silent --show-error --max-time 5 --retry 3 --output /dev/null \
        --header 'Content-Type: application/json' ${STINT_KEY:+--header "Authorization: Bearer $STINT_KEY"} \
        --data "$1" "$url/v1/events" || true
}

# Past its deadline a silent job is found dead, even if the whole machine is gone.
tell "{\"type\": \"execution.started\", \"execution\": \"$id\", \"agent\": \"nightly-report\",
    \"source\": \"cron\", \"timeoutSeconds\": 3600, \"attributes\": {\"host\": \"$(hostname)\"}}"

report() {
    df -P / | awk 'NR == 2 {print "disk " $5 " full"}'
}

if summary=$(report); then
    tell "{\"type\": \"execution.finished\", \"execution\": \"$id\", \"status\": \"succeeded\",
        \"goalMet\": true, \"summary\": \"$summary\"}"
else
    code=$?
    tell "{\"type\": \"execution.finished\", \"execution\": \"$id\", \"status\": \"failed\",
        \"error\": {\"type\": \"ExitCode\", \"message\": \"ended with $code\"}}"
    exit $code
fi
echo "$id: $summary"
