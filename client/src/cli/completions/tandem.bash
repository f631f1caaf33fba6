# Tab completion of tandem for bash: put  eval "$(tandem --completions bash)"  into ~/.bashrc.
_tandem() {
    local line candidates=()
    # Words as typed, so that `-Name:value` is one word although bash breaks at colons.
    local typed="${COMP_LINE:0:COMP_POINT}" words=()
    read -r -a words <<< "${typed#*[[:space:]]}"
    [[ "$typed" == *[[:space:]] ]] && words+=("")
    local last="${words[${#words[@]}-1]}" kept=""
    [[ "$last" == *:* && "$COMP_WORDBREAKS" == *:* ]] && kept="${last%"${last##*:}"}"
    while IFS=$'\t' read -r line _; do
        candidates+=("$(printf '%q' "${line#"$kept"}")")
    done < <(tandem --complete -- "${words[@]//\\/}" 2>/dev/null)
    COMPREPLY=("${candidates[@]}")
}
complete -o default -F _tandem tandem
