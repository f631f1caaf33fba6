#compdef tandem
# Tab completion of tandem for zsh: put  eval "$(tandem --completions zsh)"  into ~/.zshrc after compinit.
_tandem() {
    local line
    local -a candidates descriptions
    while IFS= read -r line; do
        candidates+=("${line%%$'\t'*}")
        descriptions+=("${line%%$'\t'*}  ${line#*$'\t'}")
    done < <(tandem --complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    if (( ${#candidates} )); then
        compadd -U -l -d descriptions -a candidates
    else
        _files
    fi
}
compdef _tandem tandem
