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
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "add-node" -d 'Invite a node that has not started yet'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "remove-node" -d 'Move everything off a node, take it out of the cluster, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "rebalance" -d 'Spread replicas and leaders evenly over the nodes, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "operation" -d 'List, show, wait for or cancel what the cluster is busy with'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l kafka -d 'Where Kafka clients will reach it' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l wal -d 'Where nodes will reach it with bulk traffic' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l raft -d 'Where nodes will reach it with Raft\'s control traffic' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l admin-addr -d 'Where its admin API will be [default: port 10000 + ID on the host of --raft]' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l force -d 'Remove it first and restore its replicas from the others: for a node that is dead and stays so'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s y -l yes -d 'Do not ask on a terminal whether --force is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l no-wait -d 'Start the operation and do not wait for its end'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l topic -d 'Only this topic; may be repeated' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l replication-factor -d 'Give every partition this many replicas' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l leaders-only -d 'Move leaderships only, no data'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l no-wait -d 'Start the operation and do not wait for its end'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "list" -d 'Show the running operation and the latest finished ones'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "show" -d 'Show one operation: how far it is, what it waits for, what is under way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "watch" -d 'Wait for the end of an operation'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "cancel" -d 'Stop an operation where it is; what was moved stays moved'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l admin -d 'Admin API of a node, http://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people; it may change'
json\t'One JSON object; fields are only ever added'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "list" -d 'Show the running operation and the latest finished ones'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one operation: how far it is, what it waits for, what is under way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Wait for the end of an operation'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'Stop an operation where it is; what was moved stays moved'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation help" -f -a "status" -d 'Show the nodes, the leader, every partition, and what is wrong'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation help" -f -a "add-node" -d 'Invite a node that has not started yet'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation help" -f -a "remove-node" -d 'Move everything off a node, take it out of the cluster, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation help" -f -a "rebalance" -d 'Spread replicas and leaders evenly over the nodes, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation help" -f -a "operation" -d 'List, show, wait for or cancel what the cluster is busy with'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "list" -d 'Show the running operation and the latest finished ones'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "show" -d 'Show one operation: how far it is, what it waits for, what is under way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "watch" -d 'Wait for the end of an operation'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "cancel" -d 'Stop an operation where it is; what was moved stays moved'
