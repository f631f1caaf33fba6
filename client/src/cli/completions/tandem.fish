# Tab completion of tandem for fish: put  tandem --completions fish | source  into config.fish.
function __tandem_complete
    set -l typed (commandline --current-token --cut-at-cursor)
    set -l last (string unescape -- "$typed")
    # A quote that is not closed yet cannot be taken away.
    set -q last[1]; or set last "$typed"
    set -l words (commandline --tokenize --cut-at-cursor) "$last"
    set -l candidates (tandem --complete -- $words[2..] 2>/dev/null)
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path "$typed"
    end
end
complete --command tandem --no-files --arguments '(__tandem_complete)'
