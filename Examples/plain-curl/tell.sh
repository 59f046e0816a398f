#!/bin/sh
# An execution from its start to its end, told with curl alone, and what the server then knows of it.
set -eu

url=${STINT_URL:-http://127.0.0.1:8790}
id=plain-curl-$(date -u +%Y%m%dT%H%M%SZ)-$$

ask() {
    curl --silent --show-error --fail --max-time 10 \
        ${STINT_KEY:+--header "Authorization: Bearer $STINT_KEY"} "$@"
    echo
}
tell() {
    ask --header 'Content-Type: application/json' --data "$1" "$url/v1/events"
}

# It began, and this is what it will do.
tell "{\"type\": \"execution.started\", \"execution\": \"$id\", \"agent\": \"portfolio-planner\",
    \"user\": \"ada\", \"steps\": [\"reporter\", \"writer\"], \"timeoutSeconds\": 60}"

# One request for each event, or several in one: as you like.
tell "[
    {\"type\": \"step.started\", \"execution\": \"$id\", \"step\": \"reporter\", \"kind\": \"agent\",
     \"activity\": \"Reading 42 positions\"},
    {\"type\": \"model.called\", \"execution\": \"$id\", \"step\": \"reporter\", \"call\": \"call-1\",
     \"model\": \"large-2\", \"tokens\": {\"input\": 2100, \"output\": 740}, \"latencySeconds\": 3.3},
    {\"type\": \"step.finished\", \"execution\": \"$id\", \"step\": \"reporter\", \"status\": \"succeeded\"}]"

# What it is doing now: the small question, which may wait for a change with ?wait=30.
ask "$url/v1/executions/$id/status"

tell "[
    {\"type\": \"step.started\", \"execution\": \"$id\", \"step\": \"writer\"},
    {\"type\": \"step.finished\", \"execution\": \"$id\", \"step\": \"writer\", \"status\": \"failed\",
     \"error\": {\"type\": \"ModelOverloaded\", \"message\": \"529 after 3 tries\"}},
    {\"type\": \"execution.finished\", \"execution\": \"$id\", \"status\": \"succeeded\", \"goalMet\": false,
     \"summary\": \"42 positions read, no proposal written\"}]"

# All that is known of it.
ask "$url/v1/executions/$id"
