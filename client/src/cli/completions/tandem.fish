# Tab completion of tandem for fish: put  tandem --completions fish | source  into config.fish.
function __tandem_complete
    set -l words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    tandem --complete -- $words[2..] 2>/dev/null
end
complete --command tandem --arguments '(__tandem_complete)'
