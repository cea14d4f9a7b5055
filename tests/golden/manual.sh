#!/usr/bin/env bash
# The man page is clean, and names every command and every option that --help
# names, and no others.
set -eu
: "${MODHUNT:?}" "${MODHUNT_SOURCE:?}"
page=$MODHUNT_SOURCE/docs/modhunt.1
bad=0
commands=$("$MODHUNT" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ -n "$commands" ] || { echo "--help lists no commands"; exit 1; }
for command in $commands; do
    grep -qE "^\.(It|Nm|Ic|Cm)( .*)? $command( |\$)" "$page" || { echo "the manual lacks the command $command"; bad=1; }
    for option in $("$MODHUNT" "$command" --help | grep -oE -- '--[a-z-]+' | sort -u); do
        grep -qF -- "Fl -${option#--}" "$page" || { echo "the manual lacks $command $option"; bad=1; }
    done
done
all=$( (for command in '' $commands; do "$MODHUNT" $command --help; done) | grep -oE -- '--[a-z-]+' | sort -u)
for option in $(grep -oE 'Fl -[a-z-]+' "$page" | sed 's/Fl -/--/' | sort -u); do
    grep -qxF -- "$option" <<<"$all"$'\n--version' || { echo "the manual has $option, which --help has not"; bad=1; }
done
if command -v mandoc >/dev/null; then
    mandoc -Tlint -W warning "$page" || bad=1
else
    echo "mandoc is missing: the page was not checked for style"
fi
exit $bad
