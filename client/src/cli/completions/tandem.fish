# Tab completion of tandem for fish: put  tandem --completions fish | source  into config.fish.
function __tandem_complete
    set -l words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    set -l candidates (tandem --complete -- $words[2..] 2>/dev/null)
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path (commandline --current-token --cut-at-cursor)
    end
end
complete --command tandem --no-files --arguments '(__tandem_complete)'
