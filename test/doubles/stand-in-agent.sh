#!/bin/sh
# Stands in for an agent program in a bottle, as small as one can be: asks its provider where its environment says, with the key it was given.
# A line `ask IN OUT` is one answer that used so many tokens; `get URL` asks the gateway; anything else is printed.
echo "stand-in is ready $*"
while printf '> ' && read -r word one two; do
  case $word in
    ask)
      curl -sS --noproxy '*' --max-time 60 -w '\nstatus %{http_code}\n' -H "x-api-key: $ANTHROPIC_API_KEY" -H 'content-type: application/json' \
        -d "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"$one $two\"}]}" "$ANTHROPIC_BASE_URL/v1/messages"
      ;;
    get) curl -sS --max-time 60 -o /dev/null -w 'status %{http_code}\n' "$one" ;;
    exit) exit "${one:-0}" ;;
    *) echo "heard $word $one $two" ;;
  esac
done
