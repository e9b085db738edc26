# cellar completion for fish: put it into ~/.config/fish/completions/cellar.fish, or run: cellar completion fish | source
function __cellar_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~' -- $HOME $words[1])
    $program completion fish --complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c cellar -f -a '(__cellar_complete)'
