# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_chronikctl_global_optspecs
    string join \n context= h/help V/version
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

complete -c chronikctl -n "__fish_chronikctl_needs_command" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_needs_command" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -s V -l version -d 'Print version'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "status" -d 'Show the nodes, the leader, every partition, and what is wrong'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "add-node" -d 'Invite a node that has not started yet'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "remove-node" -d 'Move everything off a node, take it out of the cluster, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "rebalance" -d 'Spread replicas and leaders evenly over the nodes, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "operation" -d 'List, show, wait for or cancel what the cluster is busy with'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "health" -d 'Tell whether the cluster is well, and if not: why, where, and what to do'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "top" -d 'Watch the whole cluster on a live dashboard'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "node" -d 'List, describe, drain and undrain nodes'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "topic" -d 'List, describe, create, alter and delete topics'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "partition" -d 'List and describe partitions, transfer their leadership, move their replicas'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "group" -d 'List, describe, reset and delete consumer groups'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "raft" -d 'List and describe Raft groups: who trails the leader, and by how much'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "events" -d 'Show what happened in the cluster'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "audit" -d 'Show who asked for which change, and what came of it'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "key" -d 'List, create and revoke API keys'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "config" -d 'Show configuration and where it comes from; set settings of topics'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "context" -d 'Name clusters, and choose the one to ask'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "doctor" -d 'Check configuration, ports, peers, versions, clocks and disks, and say what to do'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "debug" -d 'Collect what helps those who help'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c chronikctl -n "__fish_chronikctl_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l kafka -d 'Where Kafka clients will reach it' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l wal -d 'Where nodes will reach it with bulk traffic' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l raft -d 'Where nodes will reach it with Raft\'s control traffic' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l admin-addr -d 'Where its admin API will be [default: port 10000 + ID on the host of --raft]' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand add-node" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l force -d 'Remove it first and restore its replicas from the others: for a node that is dead and stays so'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s y -l yes -d 'Do not ask on a terminal whether --force is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -l no-wait -d 'Start the operation and do not wait for its end'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand remove-node" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l topic -d 'Only this topic; may be repeated' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l replication-factor -d 'Give every partition this many replicas' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l leaders-only -d 'Move leaderships only, no data'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -l no-wait -d 'Start the operation and do not wait for its end'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand rebalance" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "list" -d 'Show the running operation and the latest finished ones'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "show" -d 'Show one operation: how far it is, what it waits for, what is under way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "watch" -d 'Wait for the end of an operation'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "cancel" -d 'Stop an operation where it is; what was moved stays moved'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and not __fish_seen_subcommand_from list show watch cancel help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "list" -d 'Show the running operation and the latest finished ones'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one operation: how far it is, what it waits for, what is under way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Wait for the end of an operation'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'Stop an operation where it is; what was moved stays moved'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand operation; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l timeout -d 'Stop watching after this many seconds' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l watch -d 'Stay connected, and tell whenever the answer changes'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -l exit-when-healthy -d 'Wait until the cluster is healthy; implies --watch'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand health" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l view -d 'The view to start with' -r -f -a "overview\t''
nodes\t''
partitions\t''
topics\t''
groups\t''
raft\t''
events\t''
operations\t''"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l record -d 'Write all that the dashboard sees and all keys to this file, for --replay' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l record-limit -d 'Stop writing to that file before it is larger than this' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l replay -d 'Show what such a file holds instead of a cluster: pause, step, go faster, go back' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l rw -d 'Allow changes; each is shown as a plan and confirmed before it is made'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -l once -d 'Print the view once as text, worst first, and leave; so does a pipe instead of a terminal'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand top" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -f -a "list" -d 'List the nodes: state, version, what they lead and hold, how full they are'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -f -a "describe" -d 'Show everything about one node'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -f -a "drain" -d 'Move all leaderships off a node and keep them away, so that it can be stopped'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -f -a "undrain" -d 'Let leaderships back to a node'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and not __fish_seen_subcommand_from list describe drain undrain help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from drain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from undrain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the nodes: state, version, what they lead and hold, how full they are'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from help" -f -a "describe" -d 'Show everything about one node'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from help" -f -a "drain" -d 'Move all leaderships off a node and keep them away, so that it can be stopped'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from help" -f -a "undrain" -d 'Let leaderships back to a node'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand node; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -f -a "list" -d 'List the topics: size, rate, and how they are'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -f -a "describe" -d 'Show one topic, its settings and its partitions'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -f -a "create" -d 'Create a topic'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -f -a "alter" -d 'Add partitions to a topic, or change its settings'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -f -a "delete" -d 'Delete a topic and all its records'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and not __fish_seen_subcommand_from list describe create alter delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -l internal -d 'The cluster\'s own topics too'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l partitions -d 'How many partitions [default: the node\'s]' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l replication-factor -d 'How many replicas of each partition [default: the node\'s]' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l set -d 'A setting that differs from the default; may be repeated' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l partitions -d 'How many partitions it shall have; never fewer than it has' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l set -d 'A setting to set; may be repeated' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l unset -d 'A setting to reset to its default; may be repeated' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from alter" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the topics: size, rate, and how they are'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from help" -f -a "describe" -d 'Show one topic, its settings and its partitions'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create a topic'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from help" -f -a "alter" -d 'Add partitions to a topic, or change its settings'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a topic and all its records'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand topic; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -f -a "list" -d 'List partitions: leader, replicas, who is in sync, how far the worst trails'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -f -a "describe" -d 'Show one partition and how far each follower is'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -f -a "transfer-leader" -d 'Give a partition another leader, without interruption'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -f -a "move" -d 'Give a partition other replicas, and wait until they hold it'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and not __fish_seen_subcommand_from list describe transfer-leader move help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l topic -d 'Only of this topic' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l node -d 'Only those that this node holds' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l leader -d 'Only those that this node leads' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l state -d 'Only in these states, separated by commas' -r -f -a "healthy\t'All replicas are in sync'
moving\t'It is getting other replicas'
under-replicated\t'Some replica is not in sync'
under-min-isr\t'Fewer replicas are in sync than min.insync.replicas'
leaderless\t'It has no leader'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l sort -d 'By name; by lag, the worst first; by size; by rate' -r -f -a "name\t''
lag\t''
bytes\t''
rate\t''"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l to -d 'Who shall lead; it must be in sync [default: the preferred leader]' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from transfer-leader" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l replicas -d 'The nodes that shall hold it, the preferred leader first' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l timeout -d 'Stop waiting after this many seconds; the operation goes on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -l no-wait -d 'Start the operation and do not wait for its end'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from help" -f -a "list" -d 'List partitions: leader, replicas, who is in sync, how far the worst trails'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from help" -f -a "describe" -d 'Show one partition and how far each follower is'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from help" -f -a "transfer-leader" -d 'Give a partition another leader, without interruption'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from help" -f -a "move" -d 'Give a partition other replicas, and wait until they hold it'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand partition; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -f -a "list" -d 'List the groups: state, members, lag'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -f -a "describe" -d 'Show one group: members, and the lag of every partition'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -f -a "reset-offsets" -d 'Set the committed offsets of a group that has no members'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -f -a "delete" -d 'Delete a group that has no members, and its offsets'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and not __fish_seen_subcommand_from list describe reset-offsets delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l topic -d 'Only this topic; may be repeated' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l partitions -d 'Only these partitions of the one topic, separated by commas' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l to-offset -d 'To this offset' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l shift-by -d 'So many records forward; back, if negative' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l to-time -d 'To the first record at or after a time, such as 2026-11-28T08:00:00Z, or 2h for two hours ago' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l to-earliest -d 'To the first record that is still there'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l to-latest -d 'Behind the last record'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from reset-offsets" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the groups: state, members, lag'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "describe" -d 'Show one group: members, and the lag of every partition'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "reset-offsets" -d 'Set the committed offsets of a group that has no members'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete a group that has no members, and its offsets'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and not __fish_seen_subcommand_from list describe help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and not __fish_seen_subcommand_from list describe help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and not __fish_seen_subcommand_from list describe help" -f -a "list" -d 'List the groups: leader, term, indices, how far the worst follower trails'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and not __fish_seen_subcommand_from list describe help" -f -a "describe" -d 'Show one group and each of its followers'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and not __fish_seen_subcommand_from list describe help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l topic -d 'Only of this topic' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from describe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the groups: leader, term, indices, how far the worst follower trails'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from help" -f -a "describe" -d 'Show one group and each of its followers'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand raft; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l since -d 'Only since a time, such as 2026-11-28T08:00:00Z, or 10m for ten minutes ago' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l kind -d 'Only of this kind, as the column KIND has it' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l object -d 'Only of objects with this in their name, such as orders-3 or "node 2"' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l limit -d 'At most so many, the newest' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -s f -l follow -d 'Go on and show new events as they happen, a line each; with -o json and -o yaml a JSON object a line'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l since -d 'Only since a time, such as 2026-11-28T08:00:00Z, or 24h for a day ago' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l object -d 'Only about this object, such as "topic orders"' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l limit -d 'At most so many, the newest' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and not __fish_seen_subcommand_from list create revoke help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and not __fish_seen_subcommand_from list create revoke help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and not __fish_seen_subcommand_from list create revoke help" -f -a "list" -d 'List the keys; their secrets are shown to nobody'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and not __fish_seen_subcommand_from list create revoke help" -f -a "create" -d 'Create a key, and print its secret this one time'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and not __fish_seen_subcommand_from list create revoke help" -f -a "revoke" -d 'Revoke a key: it is refused from now on'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and not __fish_seen_subcommand_from list create revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l role -d 'What it shall allow' -r -f -a "read\t'Questions only'
operator\t'Changes of nodes, topics, partitions, groups and operations as well'
admin\t'Everything, keys included'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the keys; their secrets are shown to nobody'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "create" -d 'Create a key, and print its secret this one time'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Revoke a key: it is refused from now on'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand key; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and not __fish_seen_subcommand_from view set help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and not __fish_seen_subcommand_from view set help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and not __fish_seen_subcommand_from view set help" -f -a "view" -d 'Show a node\'s configuration; without a node, what this program itself uses'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and not __fish_seen_subcommand_from view set help" -f -a "set" -d 'Set settings of a topic; nodes have no setting that changes while they run'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and not __fish_seen_subcommand_from view set help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -l show-origin -d 'Where each value comes from'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from view" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l topic -d 'The topic whose settings to set' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l reason -d 'Why, for the audit log' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -l dry-run -d 'Only show what would be done, and what is in the way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -s y -l yes -d 'Do not ask whether it is meant'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "view" -d 'Show a node\'s configuration; without a node, what this program itself uses'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "set" -d 'Set settings of a topic; nodes have no setting that changes while they run'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -f -a "list" -d 'List the contexts; a star marks the current one'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -f -a "show" -d 'Show one context; the current one if none is named'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -f -a "use" -d 'Make a context the current one'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -f -a "add" -d 'Add a context, or replace the one of that name'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -f -a "remove" -d 'Remove a context'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and not __fish_seen_subcommand_from list show use add remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from list" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from list" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from show" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from show" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from use" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l url -d 'Admin APIs of its nodes, separated by commas; the first is asked first' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l key -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l ca -d 'Certificates of the authorities that sign the nodes\' certificates' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l cert -d 'Certificate to show to the nodes' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l cert-key -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l colour -d 'A colour to tell it by, in the header of `top`' -r -f -a "red\t''
green\t''
yellow\t''
blue\t''
magenta\t''
cyan\t''"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l protected -d 'Ask before every change; --yes counts only next to --context'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -l read-only -d 'Refuse every change'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from remove" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the contexts; a star marks the current one'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one context; the current one if none is named'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from help" -f -a "use" -d 'Make a context the current one'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a context, or replace the one of that name'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a context'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand context; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and not __fish_seen_subcommand_from bundle help" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and not __fish_seen_subcommand_from bundle help" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and not __fish_seen_subcommand_from bundle help" -f -a "bundle" -d 'Ask every node for what it knows of itself, and pack it into one archive'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and not __fish_seen_subcommand_from bundle help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l file -d 'Where to write the archive [default: chronik-debug-TIME.tar.gz]' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l admin -d 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -s c -l config -d 'Find the nodes, and the key that this machine\'s node keeps, through a node\'s configuration' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l api-key-file -d 'File that holds the admin API key' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l ca-file -d 'Certificates of the authorities that sign the nodes\' certificates, instead of the system\'s' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l cert-file -d 'Certificate to show to nodes that ask for one' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l key-file -d 'Private key of that certificate' -r -F
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -s o -l output -d 'How to show the answer' -r -f -a "table\t'Text for people, as wide as the terminal; it may change'
wide\t'The same with everything that is known, however wide'
json\t'One JSON object; fields are only ever added'
yaml\t'The same object as YAML'
name\t'Only the names, one a line'"
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from bundle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from help" -f -a "bundle" -d 'Ask every node for what it knows of itself, and pack it into one archive'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand debug; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand completions" -l context -d 'The context to use, instead of the one that the variable or the file names' -r
complete -c chronikctl -n "__fish_chronikctl_using_subcommand completions" -s h -l help -d 'Print help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "status" -d 'Show the nodes, the leader, every partition, and what is wrong'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "add-node" -d 'Invite a node that has not started yet'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "remove-node" -d 'Move everything off a node, take it out of the cluster, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "rebalance" -d 'Spread replicas and leaders evenly over the nodes, and wait until that is done'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "operation" -d 'List, show, wait for or cancel what the cluster is busy with'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "health" -d 'Tell whether the cluster is well, and if not: why, where, and what to do'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "top" -d 'Watch the whole cluster on a live dashboard'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "node" -d 'List, describe, drain and undrain nodes'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "topic" -d 'List, describe, create, alter and delete topics'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "partition" -d 'List and describe partitions, transfer their leadership, move their replicas'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "group" -d 'List, describe, reset and delete consumer groups'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "raft" -d 'List and describe Raft groups: who trails the leader, and by how much'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "events" -d 'Show what happened in the cluster'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "audit" -d 'Show who asked for which change, and what came of it'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "key" -d 'List, create and revoke API keys'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "config" -d 'Show configuration and where it comes from; set settings of topics'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "context" -d 'Name clusters, and choose the one to ask'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "doctor" -d 'Check configuration, ports, peers, versions, clocks and disks, and say what to do'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "debug" -d 'Collect what helps those who help'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and not __fish_seen_subcommand_from status add-node remove-node rebalance operation health top node topic partition group raft events audit key config context doctor debug completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "list" -d 'Show the running operation and the latest finished ones'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "show" -d 'Show one operation: how far it is, what it waits for, what is under way'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "watch" -d 'Wait for the end of an operation'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from operation" -f -a "cancel" -d 'Stop an operation where it is; what was moved stays moved'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from node" -f -a "list" -d 'List the nodes: state, version, what they lead and hold, how full they are'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from node" -f -a "describe" -d 'Show everything about one node'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from node" -f -a "drain" -d 'Move all leaderships off a node and keep them away, so that it can be stopped'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from node" -f -a "undrain" -d 'Let leaderships back to a node'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from topic" -f -a "list" -d 'List the topics: size, rate, and how they are'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from topic" -f -a "describe" -d 'Show one topic, its settings and its partitions'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from topic" -f -a "create" -d 'Create a topic'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from topic" -f -a "alter" -d 'Add partitions to a topic, or change its settings'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from topic" -f -a "delete" -d 'Delete a topic and all its records'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from partition" -f -a "list" -d 'List partitions: leader, replicas, who is in sync, how far the worst trails'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from partition" -f -a "describe" -d 'Show one partition and how far each follower is'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from partition" -f -a "transfer-leader" -d 'Give a partition another leader, without interruption'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from partition" -f -a "move" -d 'Give a partition other replicas, and wait until they hold it'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "list" -d 'List the groups: state, members, lag'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "describe" -d 'Show one group: members, and the lag of every partition'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "reset-offsets" -d 'Set the committed offsets of a group that has no members'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "delete" -d 'Delete a group that has no members, and its offsets'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from raft" -f -a "list" -d 'List the groups: leader, term, indices, how far the worst follower trails'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from raft" -f -a "describe" -d 'Show one group and each of its followers'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "list" -d 'List the keys; their secrets are shown to nobody'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "create" -d 'Create a key, and print its secret this one time'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from key" -f -a "revoke" -d 'Revoke a key: it is refused from now on'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "view" -d 'Show a node\'s configuration; without a node, what this program itself uses'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "set" -d 'Set settings of a topic; nodes have no setting that changes while they run'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from context" -f -a "list" -d 'List the contexts; a star marks the current one'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from context" -f -a "show" -d 'Show one context; the current one if none is named'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from context" -f -a "use" -d 'Make a context the current one'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from context" -f -a "add" -d 'Add a context, or replace the one of that name'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from context" -f -a "remove" -d 'Remove a context'
complete -c chronikctl -n "__fish_chronikctl_using_subcommand help; and __fish_seen_subcommand_from debug" -f -a "bundle" -d 'Ask every node for what it knows of itself, and pack it into one archive'
