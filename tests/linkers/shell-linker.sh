#!/bin/sh
# A linker in forty lines of shell: curl asks, jq reads. It tells the kinds apart and proves the account; every
# permission stays unverified. The token goes to curl over a pipe, never into an argument list.
[ "$1" = --mf-describe ] && exec echo '{"protocol":1,"name":"shell-linker","version":"1","features":["auto_type","tls"]}'
ulimit -f 1024 # an answer without end is cut here
end() { # REASON MESSAGE
    jq -cn --arg r "$1" --arg m "$2" --arg a "$account" --arg t "$kind" --arg q "$MF_REQUIRED" '{linked: ($r == "ok"),
        reason: $r, message: $m, account_id: $a, token_type: $t, unverified: ($q | split(","))}'
    case $1 in ok) exit 0 ;; rate_limited | service_unavailable | network_error | bad_response) exit 75 ;; esac
    exit 1
}
says() { [ -s body ] && jq -e "$1" <body >/dev/null 2>&1; } # jq is content with nothing
ask() { # PATH: the answer in the file body, its status in $code; ends where the answer says nothing
    code=$(printf 'header = "Authorization: Bearer %s"\n' "$token" | curl -s -K - -A shell-linker -o body -m 3 \
        -w '%{http_code}' --retry 2 --retry-max-time 3 "$MF_BASE_URL$1") ||
        end $([ $? = 60 ] && echo tls || echo network)_error "no answer, or not to be trusted"
    [ "$code" = 429 ] && end rate_limited "the API asks to slow down"
    [ "$code" -ge 500 ] && end service_unavailable "the API is out of order"
    [ "$code" = 200 ] || [ "$code" -ge 400 ] && says 'has("success")' || end bad_response "that was not the API"
    says '[.errors[]?.message] | any(test("from location"))' && end ip_not_allowed "not from this address"
    says '[.errors[]?.message] | any(. == "Invalid access token")' && end invalid_token "the token is rejected now"
}
token=$(printf %s "$MF_API_TOKEN" | tr -d '" \t\r\n' | sed 's/^[Bb]earer//')
account=$(printf %s "$MF_ACCOUNT_ID" | tr A-F a-f)
printf %s "$token" | grep -Eqx '[A-Za-z0-9_-]+' || end bad_input "this is no API token"
printf %s "$account" | grep -Eqx '[0-9a-f]{32}' || end bad_input "an account id is 32 hex digits"
case $MF_TOKEN_TYPE in '' | user | account) ;; *) end bad_input "the kind is user or account" ;; esac
for kind in ${MF_TOKEN_TYPE:-user account} none; do
    [ $kind = none ] && end invalid_token "the API knows no such user token or account-owned token"
    path=/accounts/$account && [ $kind = user ] && path=/user
    ask "$path/tokens/verify"
    case $code in 403) end account_mismatch "not of this account" ;; 400) end invalid_token "malformed" ;; esac
    [ "$code" = 200 ] && says '.success == true' && break
done
says '.result.status == "active"' || end "$(jq -r '.result.status | if . == "disabled" or . == "expired"
    then "token_" + . else "invalid_token" end' <body)" "the token is not active"
ask "/accounts/$account" # the dates are the API's business: it rejects the token here if it is not yet valid
[ "$code" = 401 ] && end invalid_token "the token is rejected now"
if [ "$code" != 200 ] && [ $kind = user ]; then
    ask "/zones?account.id=$account"
    says '.result | length > 0' || end account_mismatch "the token is good, but not for this account"
fi
end ok "linked"
