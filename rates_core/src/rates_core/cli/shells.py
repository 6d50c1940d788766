"""Scripts that make shells ask `rates` for the words that may come next; they stay right when plugins change.

Every word is handed over behind a plus, so that none is taken for an option of the command that is asked.
"""

from __future__ import annotations

from collections.abc import Mapping

BASH = """\
# Completion of rates for bash: source <(rates completion bash)
_rates() {
    local IFS=$'\\n'
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
    COMPREPLY=($(rates completion --candidates bash "${words[@]/#/+}" 2>/dev/null))
}
complete -o bashdefault -o default -F _rates rates
"""

ZSH = """\
#compdef rates
# Completion of rates for zsh: source <(rates completion zsh)
_rates() {
    local -a candidates typed
    typed=("${(@)words[2,CURRENT]}")
    candidates=("${(@f)$(rates completion --candidates zsh "${(@)typed/#/+}" 2>/dev/null)}")
    if [[ -n "${candidates[1]}" ]]; then
        _describe 'rates' candidates
    else
        _files
    fi
}
if [[ "${funcstack[1]}" == "_rates" ]]; then
    _rates "$@"
else
    compdef _rates rates
fi
"""

FISH = """\
# Completion of rates for fish: rates completion fish | source
function __rates_ask
    set -l words (commandline -opc) (commandline -ct)
    set -l marked (string replace -r '^' + -- $words[2..-1])
    set -g __rates_candidates (rates completion --candidates fish $marked 2>/dev/null)
    test (count $__rates_candidates) -gt 0
end
complete -c rates -f -n __rates_ask -a '(string join -- \\n $__rates_candidates)'
"""

SCRIPTS: Mapping[str, str] = {"bash": BASH, "zsh": ZSH, "fish": FISH}
