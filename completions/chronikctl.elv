
use builtin;
use str;

set edit:completion:arg-completer[chronikctl] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'chronikctl'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'chronikctl'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand status 'Show the nodes, the leader, every partition, and what is wrong'
            cand add-node 'Invite a node that has not started yet'
            cand remove-node 'Move everything off a node, take it out of the cluster, and wait until that is done'
            cand rebalance 'Spread replicas and leaders evenly over the nodes, and wait until that is done'
            cand operation 'List, show, wait for or cancel what the cluster is busy with'
            cand health 'Tell whether the cluster is well, and if not: why, where, and what to do'
            cand top 'Watch the whole cluster on a live dashboard'
            cand node 'List, describe, drain and undrain nodes'
            cand topic 'List, describe, create, alter and delete topics'
            cand partition 'List and describe partitions, transfer their leadership, move their replicas'
            cand group 'List, describe, reset and delete consumer groups'
            cand raft 'List and describe Raft groups: who trails the leader, and by how much'
            cand events 'Show what happened in the cluster'
            cand audit 'Show who asked for which change, and what came of it'
            cand key 'List, create and revoke API keys'
            cand config 'Show configuration and where it comes from; set settings of topics'
            cand context 'Name clusters, and choose the one to ask'
            cand doctor 'Check configuration, ports, peers, versions, clocks and disks, and say what to do'
            cand debug 'Collect what helps those who help'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;status'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;add-node'= {
            cand --kafka 'Where Kafka clients will reach it'
            cand --wal 'Where nodes will reach it with bulk traffic'
            cand --raft 'Where nodes will reach it with Raft''s control traffic'
            cand --admin-addr 'Where its admin API will be [default: port 10000 + ID on the host of --raft]'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;remove-node'= {
            cand --timeout 'Stop waiting after this many seconds; the operation goes on'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --force 'Remove it first and restore its replicas from the others: for a node that is dead and stays so'
            cand -y 'Do not ask on a terminal whether --force is meant'
            cand --yes 'Do not ask on a terminal whether --force is meant'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand --no-wait 'Start the operation and do not wait for its end'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;rebalance'= {
            cand --topic 'Only this topic; may be repeated'
            cand --replication-factor 'Give every partition this many replicas'
            cand --timeout 'Stop waiting after this many seconds; the operation goes on'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --leaders-only 'Move leaderships only, no data'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand --no-wait 'Start the operation and do not wait for its end'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;operation'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'Show the running operation and the latest finished ones'
            cand show 'Show one operation: how far it is, what it waits for, what is under way'
            cand watch 'Wait for the end of an operation'
            cand cancel 'Stop an operation where it is; what was moved stays moved'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;operation;list'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;operation;show'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;operation;watch'= {
            cand --timeout 'Stop waiting after this many seconds; the operation goes on'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;operation;cancel'= {
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;operation;help'= {
            cand list 'Show the running operation and the latest finished ones'
            cand show 'Show one operation: how far it is, what it waits for, what is under way'
            cand watch 'Wait for the end of an operation'
            cand cancel 'Stop an operation where it is; what was moved stays moved'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;operation;help;list'= {
        }
        &'chronikctl;operation;help;show'= {
        }
        &'chronikctl;operation;help;watch'= {
        }
        &'chronikctl;operation;help;cancel'= {
        }
        &'chronikctl;operation;help;help'= {
        }
        &'chronikctl;health'= {
            cand --timeout 'Stop watching after this many seconds'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --watch 'Stay connected, and tell whenever the answer changes'
            cand --exit-when-healthy 'Wait until the cluster is healthy; implies --watch'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;top'= {
            cand --view 'The view to start with'
            cand --record 'Write all that the dashboard sees and all keys to this file, for --replay'
            cand --record-limit 'Stop writing to that file before it is larger than this'
            cand --replay 'Show what such a file holds instead of a cluster: pause, step, go faster, go back'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --rw 'Allow changes; each is shown as a plan and confirmed before it is made'
            cand --once 'Print the view once as text, worst first, and leave; so does a pipe instead of a terminal'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'chronikctl;node'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the nodes: state, version, what they lead and hold, how full they are'
            cand describe 'Show everything about one node'
            cand drain 'Move all leaderships off a node and keep them away, so that it can be stopped'
            cand undrain 'Let leaderships back to a node'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;node;list'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;node;describe'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;node;drain'= {
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;node;undrain'= {
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;node;help'= {
            cand list 'List the nodes: state, version, what they lead and hold, how full they are'
            cand describe 'Show everything about one node'
            cand drain 'Move all leaderships off a node and keep them away, so that it can be stopped'
            cand undrain 'Let leaderships back to a node'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;node;help;list'= {
        }
        &'chronikctl;node;help;describe'= {
        }
        &'chronikctl;node;help;drain'= {
        }
        &'chronikctl;node;help;undrain'= {
        }
        &'chronikctl;node;help;help'= {
        }
        &'chronikctl;topic'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the topics: size, rate, and how they are'
            cand describe 'Show one topic, its settings and its partitions'
            cand create 'Create a topic'
            cand alter 'Add partitions to a topic, or change its settings'
            cand delete 'Delete a topic and all its records'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;topic;list'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --internal 'The cluster''s own topics too'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;topic;describe'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;topic;create'= {
            cand --partitions 'How many partitions [default: the node''s]'
            cand --replication-factor 'How many replicas of each partition [default: the node''s]'
            cand --set 'A setting that differs from the default; may be repeated'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;topic;alter'= {
            cand --partitions 'How many partitions it shall have; never fewer than it has'
            cand --set 'A setting to set; may be repeated'
            cand --unset 'A setting to reset to its default; may be repeated'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;topic;delete'= {
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;topic;help'= {
            cand list 'List the topics: size, rate, and how they are'
            cand describe 'Show one topic, its settings and its partitions'
            cand create 'Create a topic'
            cand alter 'Add partitions to a topic, or change its settings'
            cand delete 'Delete a topic and all its records'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;topic;help;list'= {
        }
        &'chronikctl;topic;help;describe'= {
        }
        &'chronikctl;topic;help;create'= {
        }
        &'chronikctl;topic;help;alter'= {
        }
        &'chronikctl;topic;help;delete'= {
        }
        &'chronikctl;topic;help;help'= {
        }
        &'chronikctl;partition'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List partitions: leader, replicas, who is in sync, how far the worst trails'
            cand describe 'Show one partition and how far each follower is'
            cand transfer-leader 'Give a partition another leader, without interruption'
            cand move 'Give a partition other replicas, and wait until they hold it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;partition;list'= {
            cand --topic 'Only of this topic'
            cand --node 'Only those that this node holds'
            cand --leader 'Only those that this node leads'
            cand --state 'Only in these states, separated by commas'
            cand --sort 'By name; by lag, the worst first; by size; by rate'
            cand --limit 'At most so many'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;partition;describe'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;partition;transfer-leader'= {
            cand --to 'Who shall lead; it must be in sync [default: the preferred leader]'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;partition;move'= {
            cand --replicas 'The nodes that shall hold it, the preferred leader first'
            cand --timeout 'Stop waiting after this many seconds; the operation goes on'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand --no-wait 'Start the operation and do not wait for its end'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;partition;help'= {
            cand list 'List partitions: leader, replicas, who is in sync, how far the worst trails'
            cand describe 'Show one partition and how far each follower is'
            cand transfer-leader 'Give a partition another leader, without interruption'
            cand move 'Give a partition other replicas, and wait until they hold it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;partition;help;list'= {
        }
        &'chronikctl;partition;help;describe'= {
        }
        &'chronikctl;partition;help;transfer-leader'= {
        }
        &'chronikctl;partition;help;move'= {
        }
        &'chronikctl;partition;help;help'= {
        }
        &'chronikctl;group'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the groups: state, members, lag'
            cand describe 'Show one group: members, and the lag of every partition'
            cand reset-offsets 'Set the committed offsets of a group that has no members'
            cand delete 'Delete a group that has no members, and its offsets'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;group;list'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;group;describe'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;group;reset-offsets'= {
            cand --topic 'Only this topic; may be repeated'
            cand --partitions 'Only these partitions of the one topic, separated by commas'
            cand --to-offset 'To this offset'
            cand --shift-by 'So many records forward; back, if negative'
            cand --to-time 'To the first record at or after a time, such as 2026-11-28T08:00:00Z, or 2h for two hours ago'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --to-earliest 'To the first record that is still there'
            cand --to-latest 'Behind the last record'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;group;delete'= {
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;group;help'= {
            cand list 'List the groups: state, members, lag'
            cand describe 'Show one group: members, and the lag of every partition'
            cand reset-offsets 'Set the committed offsets of a group that has no members'
            cand delete 'Delete a group that has no members, and its offsets'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;group;help;list'= {
        }
        &'chronikctl;group;help;describe'= {
        }
        &'chronikctl;group;help;reset-offsets'= {
        }
        &'chronikctl;group;help;delete'= {
        }
        &'chronikctl;group;help;help'= {
        }
        &'chronikctl;raft'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the groups: leader, term, indices, how far the worst follower trails'
            cand describe 'Show one group and each of its followers'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;raft;list'= {
            cand --topic 'Only of this topic'
            cand --limit 'At most so many'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;raft;describe'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;raft;help'= {
            cand list 'List the groups: leader, term, indices, how far the worst follower trails'
            cand describe 'Show one group and each of its followers'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;raft;help;list'= {
        }
        &'chronikctl;raft;help;describe'= {
        }
        &'chronikctl;raft;help;help'= {
        }
        &'chronikctl;events'= {
            cand --since 'Only since a time, such as 2026-11-28T08:00:00Z, or 10m for ten minutes ago'
            cand --kind 'Only of this kind, as the column KIND has it'
            cand --object 'Only of objects with this in their name, such as orders-3 or "node 2"'
            cand --limit 'At most so many, the newest'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -f 'Go on and show new events as they happen, a line each; with -o json and -o yaml a JSON object a line'
            cand --follow 'Go on and show new events as they happen, a line each; with -o json and -o yaml a JSON object a line'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;audit'= {
            cand --since 'Only since a time, such as 2026-11-28T08:00:00Z, or 24h for a day ago'
            cand --object 'Only about this object, such as "topic orders"'
            cand --limit 'At most so many, the newest'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;key'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the keys; their secrets are shown to nobody'
            cand create 'Create a key, and print its secret this one time'
            cand revoke 'Revoke a key: it is refused from now on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;key;list'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;key;create'= {
            cand --role 'What it shall allow'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;key;revoke'= {
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;key;help'= {
            cand list 'List the keys; their secrets are shown to nobody'
            cand create 'Create a key, and print its secret this one time'
            cand revoke 'Revoke a key: it is refused from now on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;key;help;list'= {
        }
        &'chronikctl;key;help;create'= {
        }
        &'chronikctl;key;help;revoke'= {
        }
        &'chronikctl;key;help;help'= {
        }
        &'chronikctl;config'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand view 'Show a node''s configuration; without a node, what this program itself uses'
            cand set 'Set settings of a topic; nodes have no setting that changes while they run'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;config;view'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --show-origin 'Where each value comes from'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;config;set'= {
            cand --topic 'The topic whose settings to set'
            cand --reason 'Why, for the audit log'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --dry-run 'Only show what would be done, and what is in the way'
            cand -y 'Do not ask whether it is meant'
            cand --yes 'Do not ask whether it is meant'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;config;help'= {
            cand view 'Show a node''s configuration; without a node, what this program itself uses'
            cand set 'Set settings of a topic; nodes have no setting that changes while they run'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;config;help;view'= {
        }
        &'chronikctl;config;help;set'= {
        }
        &'chronikctl;config;help;help'= {
        }
        &'chronikctl;context'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the contexts; a star marks the current one'
            cand show 'Show one context; the current one if none is named'
            cand use 'Make a context the current one'
            cand add 'Add a context, or replace the one of that name'
            cand remove 'Remove a context'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;context;list'= {
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;context;show'= {
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;context;use'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'chronikctl;context;add'= {
            cand --url 'Admin APIs of its nodes, separated by commas; the first is asked first'
            cand --key 'File that holds the admin API key'
            cand --ca 'Certificates of the authorities that sign the nodes'' certificates'
            cand --cert 'Certificate to show to the nodes'
            cand --cert-key 'Private key of that certificate'
            cand --colour 'A colour to tell it by, in the header of `top`'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand --protected 'Ask before every change; --yes counts only next to --context'
            cand --read-only 'Refuse every change'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'chronikctl;context;remove'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'chronikctl;context;help'= {
            cand list 'List the contexts; a star marks the current one'
            cand show 'Show one context; the current one if none is named'
            cand use 'Make a context the current one'
            cand add 'Add a context, or replace the one of that name'
            cand remove 'Remove a context'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;context;help;list'= {
        }
        &'chronikctl;context;help;show'= {
        }
        &'chronikctl;context;help;use'= {
        }
        &'chronikctl;context;help;add'= {
        }
        &'chronikctl;context;help;remove'= {
        }
        &'chronikctl;context;help;help'= {
        }
        &'chronikctl;doctor'= {
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;debug'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
            cand bundle 'Ask every node for what it knows of itself, and pack it into one archive'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;debug;bundle'= {
            cand --file 'Where to write the archive [default: chronik-debug-TIME.tar.gz]'
            cand --admin 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on'
            cand -c 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --config 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration'
            cand --api-key-file 'File that holds the admin API key'
            cand --ca-file 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s'
            cand --cert-file 'Certificate to show to nodes that ask for one'
            cand --key-file 'Private key of that certificate'
            cand -o 'How to show the answer'
            cand --output 'How to show the answer'
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'chronikctl;debug;help'= {
            cand bundle 'Ask every node for what it knows of itself, and pack it into one archive'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;debug;help;bundle'= {
        }
        &'chronikctl;debug;help;help'= {
        }
        &'chronikctl;completions'= {
            cand --context 'The context to use, instead of the one that the variable or the file names'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'chronikctl;help'= {
            cand status 'Show the nodes, the leader, every partition, and what is wrong'
            cand add-node 'Invite a node that has not started yet'
            cand remove-node 'Move everything off a node, take it out of the cluster, and wait until that is done'
            cand rebalance 'Spread replicas and leaders evenly over the nodes, and wait until that is done'
            cand operation 'List, show, wait for or cancel what the cluster is busy with'
            cand health 'Tell whether the cluster is well, and if not: why, where, and what to do'
            cand top 'Watch the whole cluster on a live dashboard'
            cand node 'List, describe, drain and undrain nodes'
            cand topic 'List, describe, create, alter and delete topics'
            cand partition 'List and describe partitions, transfer their leadership, move their replicas'
            cand group 'List, describe, reset and delete consumer groups'
            cand raft 'List and describe Raft groups: who trails the leader, and by how much'
            cand events 'Show what happened in the cluster'
            cand audit 'Show who asked for which change, and what came of it'
            cand key 'List, create and revoke API keys'
            cand config 'Show configuration and where it comes from; set settings of topics'
            cand context 'Name clusters, and choose the one to ask'
            cand doctor 'Check configuration, ports, peers, versions, clocks and disks, and say what to do'
            cand debug 'Collect what helps those who help'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'chronikctl;help;status'= {
        }
        &'chronikctl;help;add-node'= {
        }
        &'chronikctl;help;remove-node'= {
        }
        &'chronikctl;help;rebalance'= {
        }
        &'chronikctl;help;operation'= {
            cand list 'Show the running operation and the latest finished ones'
            cand show 'Show one operation: how far it is, what it waits for, what is under way'
            cand watch 'Wait for the end of an operation'
            cand cancel 'Stop an operation where it is; what was moved stays moved'
        }
        &'chronikctl;help;operation;list'= {
        }
        &'chronikctl;help;operation;show'= {
        }
        &'chronikctl;help;operation;watch'= {
        }
        &'chronikctl;help;operation;cancel'= {
        }
        &'chronikctl;help;health'= {
        }
        &'chronikctl;help;top'= {
        }
        &'chronikctl;help;node'= {
            cand list 'List the nodes: state, version, what they lead and hold, how full they are'
            cand describe 'Show everything about one node'
            cand drain 'Move all leaderships off a node and keep them away, so that it can be stopped'
            cand undrain 'Let leaderships back to a node'
        }
        &'chronikctl;help;node;list'= {
        }
        &'chronikctl;help;node;describe'= {
        }
        &'chronikctl;help;node;drain'= {
        }
        &'chronikctl;help;node;undrain'= {
        }
        &'chronikctl;help;topic'= {
            cand list 'List the topics: size, rate, and how they are'
            cand describe 'Show one topic, its settings and its partitions'
            cand create 'Create a topic'
            cand alter 'Add partitions to a topic, or change its settings'
            cand delete 'Delete a topic and all its records'
        }
        &'chronikctl;help;topic;list'= {
        }
        &'chronikctl;help;topic;describe'= {
        }
        &'chronikctl;help;topic;create'= {
        }
        &'chronikctl;help;topic;alter'= {
        }
        &'chronikctl;help;topic;delete'= {
        }
        &'chronikctl;help;partition'= {
            cand list 'List partitions: leader, replicas, who is in sync, how far the worst trails'
            cand describe 'Show one partition and how far each follower is'
            cand transfer-leader 'Give a partition another leader, without interruption'
            cand move 'Give a partition other replicas, and wait until they hold it'
        }
        &'chronikctl;help;partition;list'= {
        }
        &'chronikctl;help;partition;describe'= {
        }
        &'chronikctl;help;partition;transfer-leader'= {
        }
        &'chronikctl;help;partition;move'= {
        }
        &'chronikctl;help;group'= {
            cand list 'List the groups: state, members, lag'
            cand describe 'Show one group: members, and the lag of every partition'
            cand reset-offsets 'Set the committed offsets of a group that has no members'
            cand delete 'Delete a group that has no members, and its offsets'
        }
        &'chronikctl;help;group;list'= {
        }
        &'chronikctl;help;group;describe'= {
        }
        &'chronikctl;help;group;reset-offsets'= {
        }
        &'chronikctl;help;group;delete'= {
        }
        &'chronikctl;help;raft'= {
            cand list 'List the groups: leader, term, indices, how far the worst follower trails'
            cand describe 'Show one group and each of its followers'
        }
        &'chronikctl;help;raft;list'= {
        }
        &'chronikctl;help;raft;describe'= {
        }
        &'chronikctl;help;events'= {
        }
        &'chronikctl;help;audit'= {
        }
        &'chronikctl;help;key'= {
            cand list 'List the keys; their secrets are shown to nobody'
            cand create 'Create a key, and print its secret this one time'
            cand revoke 'Revoke a key: it is refused from now on'
        }
        &'chronikctl;help;key;list'= {
        }
        &'chronikctl;help;key;create'= {
        }
        &'chronikctl;help;key;revoke'= {
        }
        &'chronikctl;help;config'= {
            cand view 'Show a node''s configuration; without a node, what this program itself uses'
            cand set 'Set settings of a topic; nodes have no setting that changes while they run'
        }
        &'chronikctl;help;config;view'= {
        }
        &'chronikctl;help;config;set'= {
        }
        &'chronikctl;help;context'= {
            cand list 'List the contexts; a star marks the current one'
            cand show 'Show one context; the current one if none is named'
            cand use 'Make a context the current one'
            cand add 'Add a context, or replace the one of that name'
            cand remove 'Remove a context'
        }
        &'chronikctl;help;context;list'= {
        }
        &'chronikctl;help;context;show'= {
        }
        &'chronikctl;help;context;use'= {
        }
        &'chronikctl;help;context;add'= {
        }
        &'chronikctl;help;context;remove'= {
        }
        &'chronikctl;help;doctor'= {
        }
        &'chronikctl;help;debug'= {
            cand bundle 'Ask every node for what it knows of itself, and pack it into one archive'
        }
        &'chronikctl;help;debug;bundle'= {
        }
        &'chronikctl;help;completions'= {
        }
        &'chronikctl;help;help'= {
        }
    ]
    $completions[$command]
}
