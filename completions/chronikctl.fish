# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_chronikctl_global_optspecs
    string join \n h/help V/version
end

function __fish_chronikctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_chronikctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_chronikctl_using_subcommand
    set -l cmd (__fish_chronikctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c chronikctl -n "__fish_chronikctl_needs_command" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -s V -l version -d 'Print version'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "status" -d 'Show the nodes, the leader, every partition, and what is wrong'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status help" -f -a "status" -d 'Show the nodes, the leader, every partition, and what is wrong'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
