
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'chronikctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'chronikctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'chronikctl' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show the nodes, the leader, every partition, and what is wrong')
            [CompletionResult]::new('add-node', 'add-node', [CompletionResultType]::ParameterValue, 'Invite a node that has not started yet')
            [CompletionResult]::new('remove-node', 'remove-node', [CompletionResultType]::ParameterValue, 'Move everything off a node, take it out of the cluster, and wait until that is done')
            [CompletionResult]::new('rebalance', 'rebalance', [CompletionResultType]::ParameterValue, 'Spread replicas and leaders evenly over the nodes, and wait until that is done')
            [CompletionResult]::new('operation', 'operation', [CompletionResultType]::ParameterValue, 'List, show, wait for or cancel what the cluster is busy with')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Tell whether the cluster is well, and if not: why, where, and what to do')
            [CompletionResult]::new('top', 'top', [CompletionResultType]::ParameterValue, 'Watch the whole cluster on a live dashboard')
            [CompletionResult]::new('node', 'node', [CompletionResultType]::ParameterValue, 'List, describe, drain and undrain nodes')
            [CompletionResult]::new('topic', 'topic', [CompletionResultType]::ParameterValue, 'List, describe, create, alter and delete topics')
            [CompletionResult]::new('partition', 'partition', [CompletionResultType]::ParameterValue, 'List and describe partitions, transfer their leadership, move their replicas')
            [CompletionResult]::new('group', 'group', [CompletionResultType]::ParameterValue, 'List, describe, reset and delete consumer groups')
            [CompletionResult]::new('raft', 'raft', [CompletionResultType]::ParameterValue, 'List and describe Raft groups: who trails the leader, and by how much')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'Show what happened in the cluster')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who asked for which change, and what came of it')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'List, create and revoke API keys')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show configuration and where it comes from; set settings of topics')
            [CompletionResult]::new('context', 'context', [CompletionResultType]::ParameterValue, 'Name clusters, and choose the one to ask')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check configuration, ports, peers, versions, clocks and disks, and say what to do')
            [CompletionResult]::new('debug', 'debug', [CompletionResultType]::ParameterValue, 'Collect what helps those who help')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;status' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;add-node' {
            [CompletionResult]::new('--kafka', '--kafka', [CompletionResultType]::ParameterName, 'Where Kafka clients will reach it')
            [CompletionResult]::new('--wal', '--wal', [CompletionResultType]::ParameterName, 'Where nodes will reach it with bulk traffic')
            [CompletionResult]::new('--raft', '--raft', [CompletionResultType]::ParameterName, 'Where nodes will reach it with Raft''s control traffic')
            [CompletionResult]::new('--admin-addr', '--admin-addr', [CompletionResultType]::ParameterName, 'Where its admin API will be [default: port 10000 + ID on the host of --raft]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;remove-node' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this many seconds; the operation goes on')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Remove it first and restore its replicas from the others: for a node that is dead and stays so')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask on a terminal whether --force is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask on a terminal whether --force is meant')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Start the operation and do not wait for its end')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;rebalance' {
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Only this topic; may be repeated')
            [CompletionResult]::new('--replication-factor', '--replication-factor', [CompletionResultType]::ParameterName, 'Give every partition this many replicas')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this many seconds; the operation goes on')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--leaders-only', '--leaders-only', [CompletionResultType]::ParameterName, 'Move leaderships only, no data')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Start the operation and do not wait for its end')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;operation' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the running operation and the latest finished ones')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: how far it is, what it waits for, what is under way')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Wait for the end of an operation')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Stop an operation where it is; what was moved stays moved')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;operation;list' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;operation;show' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;operation;watch' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this many seconds; the operation goes on')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;operation;cancel' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;operation;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the running operation and the latest finished ones')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: how far it is, what it waits for, what is under way')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Wait for the end of an operation')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Stop an operation where it is; what was moved stays moved')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;operation;help;list' {
            break
        }
        'chronikctl;operation;help;show' {
            break
        }
        'chronikctl;operation;help;watch' {
            break
        }
        'chronikctl;operation;help;cancel' {
            break
        }
        'chronikctl;operation;help;help' {
            break
        }
        'chronikctl;health' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop watching after this many seconds')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Stay connected, and tell whenever the answer changes')
            [CompletionResult]::new('--exit-when-healthy', '--exit-when-healthy', [CompletionResultType]::ParameterName, 'Wait until the cluster is healthy; implies --watch')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;top' {
            [CompletionResult]::new('--view', '--view', [CompletionResultType]::ParameterName, 'The view to start with')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Write all that the dashboard sees and all keys to this file, for --replay')
            [CompletionResult]::new('--record-limit', '--record-limit', [CompletionResultType]::ParameterName, 'Stop writing to that file before it is larger than this')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Show what such a file holds instead of a cluster: pause, step, go faster, go back')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--rw', '--rw', [CompletionResultType]::ParameterName, 'Allow changes; each is shown as a plan and confirmed before it is made')
            [CompletionResult]::new('--once', '--once', [CompletionResultType]::ParameterName, 'Print the view once as text, worst first, and leave; so does a pipe instead of a terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'chronikctl;node' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the nodes: state, version, what they lead and hold, how full they are')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show everything about one node')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'Move all leaderships off a node and keep them away, so that it can be stopped')
            [CompletionResult]::new('undrain', 'undrain', [CompletionResultType]::ParameterValue, 'Let leaderships back to a node')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;node;list' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;node;describe' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;node;drain' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;node;undrain' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;node;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the nodes: state, version, what they lead and hold, how full they are')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show everything about one node')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'Move all leaderships off a node and keep them away, so that it can be stopped')
            [CompletionResult]::new('undrain', 'undrain', [CompletionResultType]::ParameterValue, 'Let leaderships back to a node')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;node;help;list' {
            break
        }
        'chronikctl;node;help;describe' {
            break
        }
        'chronikctl;node;help;drain' {
            break
        }
        'chronikctl;node;help;undrain' {
            break
        }
        'chronikctl;node;help;help' {
            break
        }
        'chronikctl;topic' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the topics: size, rate, and how they are')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one topic, its settings and its partitions')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a topic')
            [CompletionResult]::new('alter', 'alter', [CompletionResultType]::ParameterValue, 'Add partitions to a topic, or change its settings')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a topic and all its records')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;topic;list' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--internal', '--internal', [CompletionResultType]::ParameterName, 'The cluster''s own topics too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;topic;describe' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;topic;create' {
            [CompletionResult]::new('--partitions', '--partitions', [CompletionResultType]::ParameterName, 'How many partitions [default: the node''s]')
            [CompletionResult]::new('--replication-factor', '--replication-factor', [CompletionResultType]::ParameterName, 'How many replicas of each partition [default: the node''s]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'A setting that differs from the default; may be repeated')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;topic;alter' {
            [CompletionResult]::new('--partitions', '--partitions', [CompletionResultType]::ParameterName, 'How many partitions it shall have; never fewer than it has')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'A setting to set; may be repeated')
            [CompletionResult]::new('--unset', '--unset', [CompletionResultType]::ParameterName, 'A setting to reset to its default; may be repeated')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;topic;delete' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;topic;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the topics: size, rate, and how they are')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one topic, its settings and its partitions')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a topic')
            [CompletionResult]::new('alter', 'alter', [CompletionResultType]::ParameterValue, 'Add partitions to a topic, or change its settings')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a topic and all its records')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;topic;help;list' {
            break
        }
        'chronikctl;topic;help;describe' {
            break
        }
        'chronikctl;topic;help;create' {
            break
        }
        'chronikctl;topic;help;alter' {
            break
        }
        'chronikctl;topic;help;delete' {
            break
        }
        'chronikctl;topic;help;help' {
            break
        }
        'chronikctl;partition' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List partitions: leader, replicas, who is in sync, how far the worst trails')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one partition and how far each follower is')
            [CompletionResult]::new('transfer-leader', 'transfer-leader', [CompletionResultType]::ParameterValue, 'Give a partition another leader, without interruption')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Give a partition other replicas, and wait until they hold it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;partition;list' {
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Only of this topic')
            [CompletionResult]::new('--node', '--node', [CompletionResultType]::ParameterName, 'Only those that this node holds')
            [CompletionResult]::new('--leader', '--leader', [CompletionResultType]::ParameterName, 'Only those that this node leads')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only in these states, separated by commas')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'By name; by lag, the worst first; by size; by rate')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;partition;describe' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;partition;transfer-leader' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Who shall lead; it must be in sync [default: the preferred leader]')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;partition;move' {
            [CompletionResult]::new('--replicas', '--replicas', [CompletionResultType]::ParameterName, 'The nodes that shall hold it, the preferred leader first')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Stop waiting after this many seconds; the operation goes on')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Start the operation and do not wait for its end')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;partition;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List partitions: leader, replicas, who is in sync, how far the worst trails')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one partition and how far each follower is')
            [CompletionResult]::new('transfer-leader', 'transfer-leader', [CompletionResultType]::ParameterValue, 'Give a partition another leader, without interruption')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Give a partition other replicas, and wait until they hold it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;partition;help;list' {
            break
        }
        'chronikctl;partition;help;describe' {
            break
        }
        'chronikctl;partition;help;transfer-leader' {
            break
        }
        'chronikctl;partition;help;move' {
            break
        }
        'chronikctl;partition;help;help' {
            break
        }
        'chronikctl;group' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups: state, members, lag')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one group: members, and the lag of every partition')
            [CompletionResult]::new('reset-offsets', 'reset-offsets', [CompletionResultType]::ParameterValue, 'Set the committed offsets of a group that has no members')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a group that has no members, and its offsets')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;group;list' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;group;describe' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;group;reset-offsets' {
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Only this topic; may be repeated')
            [CompletionResult]::new('--partitions', '--partitions', [CompletionResultType]::ParameterName, 'Only these partitions of the one topic, separated by commas')
            [CompletionResult]::new('--to-offset', '--to-offset', [CompletionResultType]::ParameterName, 'To this offset')
            [CompletionResult]::new('--shift-by', '--shift-by', [CompletionResultType]::ParameterName, 'So many records forward; back, if negative')
            [CompletionResult]::new('--to-time', '--to-time', [CompletionResultType]::ParameterName, 'To the first record at or after a time, such as 2026-11-28T08:00:00Z, or 2h for two hours ago')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--to-earliest', '--to-earliest', [CompletionResultType]::ParameterName, 'To the first record that is still there')
            [CompletionResult]::new('--to-latest', '--to-latest', [CompletionResultType]::ParameterName, 'Behind the last record')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;group;delete' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;group;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups: state, members, lag')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one group: members, and the lag of every partition')
            [CompletionResult]::new('reset-offsets', 'reset-offsets', [CompletionResultType]::ParameterValue, 'Set the committed offsets of a group that has no members')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a group that has no members, and its offsets')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;group;help;list' {
            break
        }
        'chronikctl;group;help;describe' {
            break
        }
        'chronikctl;group;help;reset-offsets' {
            break
        }
        'chronikctl;group;help;delete' {
            break
        }
        'chronikctl;group;help;help' {
            break
        }
        'chronikctl;raft' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups: leader, term, indices, how far the worst follower trails')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one group and each of its followers')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;raft;list' {
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Only of this topic')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;raft;describe' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;raft;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups: leader, term, indices, how far the worst follower trails')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one group and each of its followers')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;raft;help;list' {
            break
        }
        'chronikctl;raft;help;describe' {
            break
        }
        'chronikctl;raft;help;help' {
            break
        }
        'chronikctl;events' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only since a time, such as 2026-11-28T08:00:00Z, or 10m for ten minutes ago')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only of this kind, as the column KIND has it')
            [CompletionResult]::new('--object', '--object', [CompletionResultType]::ParameterName, 'Only of objects with this in their name, such as orders-3 or "node 2"')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many, the newest')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on and show new events as they happen, a line each; with -o json and -o yaml a JSON object a line')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on and show new events as they happen, a line each; with -o json and -o yaml a JSON object a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;audit' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only since a time, such as 2026-11-28T08:00:00Z, or 24h for a day ago')
            [CompletionResult]::new('--object', '--object', [CompletionResultType]::ParameterName, 'Only about this object, such as "topic orders"')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many, the newest')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;key' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys; their secrets are shown to nobody')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a key, and print its secret this one time')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a key: it is refused from now on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;key;list' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;key;create' {
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'What it shall allow')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;key;revoke' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;key;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys; their secrets are shown to nobody')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a key, and print its secret this one time')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a key: it is refused from now on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;key;help;list' {
            break
        }
        'chronikctl;key;help;create' {
            break
        }
        'chronikctl;key;help;revoke' {
            break
        }
        'chronikctl;key;help;help' {
            break
        }
        'chronikctl;config' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('view', 'view', [CompletionResultType]::ParameterValue, 'Show a node''s configuration; without a node, what this program itself uses')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set settings of a topic; nodes have no setting that changes while they run')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;config;view' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--show-origin', '--show-origin', [CompletionResultType]::ParameterName, 'Where each value comes from')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;config;set' {
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'The topic whose settings to set')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit log')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Only show what would be done, and what is in the way')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask whether it is meant')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;config;help' {
            [CompletionResult]::new('view', 'view', [CompletionResultType]::ParameterValue, 'Show a node''s configuration; without a node, what this program itself uses')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set settings of a topic; nodes have no setting that changes while they run')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;config;help;view' {
            break
        }
        'chronikctl;config;help;set' {
            break
        }
        'chronikctl;config;help;help' {
            break
        }
        'chronikctl;context' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the contexts; a star marks the current one')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one context; the current one if none is named')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Make a context the current one')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a context, or replace the one of that name')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a context')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;context;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;context;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;context;use' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'chronikctl;context;add' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Admin APIs of its nodes, separated by commas; the first is asked first')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Certificate to show to the nodes')
            [CompletionResult]::new('--cert-key', '--cert-key', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('--colour', '--colour', [CompletionResultType]::ParameterName, 'A colour to tell it by, in the header of `top`')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('--protected', '--protected', [CompletionResultType]::ParameterName, 'Ask before every change; --yes counts only next to --context')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Refuse every change')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'chronikctl;context;remove' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'chronikctl;context;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the contexts; a star marks the current one')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one context; the current one if none is named')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Make a context the current one')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a context, or replace the one of that name')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a context')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;context;help;list' {
            break
        }
        'chronikctl;context;help;show' {
            break
        }
        'chronikctl;context;help;use' {
            break
        }
        'chronikctl;context;help;add' {
            break
        }
        'chronikctl;context;help;remove' {
            break
        }
        'chronikctl;context;help;help' {
            break
        }
        'chronikctl;doctor' {
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;debug' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('bundle', 'bundle', [CompletionResultType]::ParameterValue, 'Ask every node for what it knows of itself, and pack it into one archive')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;debug;bundle' {
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Where to write the archive [default: chronik-debug-TIME.tar.gz]')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Admin API of a node, http://host:port or https://host:port; repeat it to name others to fall back on')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Find the nodes, and the key that this machine''s node keeps, through a node''s configuration')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'File that holds the admin API key')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Certificates of the authorities that sign the nodes'' certificates, instead of the system''s')
            [CompletionResult]::new('--cert-file', '--cert-file', [CompletionResultType]::ParameterName, 'Certificate to show to nodes that ask for one')
            [CompletionResult]::new('--key-file', '--key-file', [CompletionResultType]::ParameterName, 'Private key of that certificate')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show the answer')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'chronikctl;debug;help' {
            [CompletionResult]::new('bundle', 'bundle', [CompletionResultType]::ParameterValue, 'Ask every node for what it knows of itself, and pack it into one archive')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;debug;help;bundle' {
            break
        }
        'chronikctl;debug;help;help' {
            break
        }
        'chronikctl;completions' {
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'The context to use, instead of the one that the variable or the file names')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'chronikctl;help' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show the nodes, the leader, every partition, and what is wrong')
            [CompletionResult]::new('add-node', 'add-node', [CompletionResultType]::ParameterValue, 'Invite a node that has not started yet')
            [CompletionResult]::new('remove-node', 'remove-node', [CompletionResultType]::ParameterValue, 'Move everything off a node, take it out of the cluster, and wait until that is done')
            [CompletionResult]::new('rebalance', 'rebalance', [CompletionResultType]::ParameterValue, 'Spread replicas and leaders evenly over the nodes, and wait until that is done')
            [CompletionResult]::new('operation', 'operation', [CompletionResultType]::ParameterValue, 'List, show, wait for or cancel what the cluster is busy with')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Tell whether the cluster is well, and if not: why, where, and what to do')
            [CompletionResult]::new('top', 'top', [CompletionResultType]::ParameterValue, 'Watch the whole cluster on a live dashboard')
            [CompletionResult]::new('node', 'node', [CompletionResultType]::ParameterValue, 'List, describe, drain and undrain nodes')
            [CompletionResult]::new('topic', 'topic', [CompletionResultType]::ParameterValue, 'List, describe, create, alter and delete topics')
            [CompletionResult]::new('partition', 'partition', [CompletionResultType]::ParameterValue, 'List and describe partitions, transfer their leadership, move their replicas')
            [CompletionResult]::new('group', 'group', [CompletionResultType]::ParameterValue, 'List, describe, reset and delete consumer groups')
            [CompletionResult]::new('raft', 'raft', [CompletionResultType]::ParameterValue, 'List and describe Raft groups: who trails the leader, and by how much')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'Show what happened in the cluster')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Show who asked for which change, and what came of it')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'List, create and revoke API keys')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show configuration and where it comes from; set settings of topics')
            [CompletionResult]::new('context', 'context', [CompletionResultType]::ParameterValue, 'Name clusters, and choose the one to ask')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check configuration, ports, peers, versions, clocks and disks, and say what to do')
            [CompletionResult]::new('debug', 'debug', [CompletionResultType]::ParameterValue, 'Collect what helps those who help')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'chronikctl;help;status' {
            break
        }
        'chronikctl;help;add-node' {
            break
        }
        'chronikctl;help;remove-node' {
            break
        }
        'chronikctl;help;rebalance' {
            break
        }
        'chronikctl;help;operation' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Show the running operation and the latest finished ones')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one operation: how far it is, what it waits for, what is under way')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Wait for the end of an operation')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'Stop an operation where it is; what was moved stays moved')
            break
        }
        'chronikctl;help;operation;list' {
            break
        }
        'chronikctl;help;operation;show' {
            break
        }
        'chronikctl;help;operation;watch' {
            break
        }
        'chronikctl;help;operation;cancel' {
            break
        }
        'chronikctl;help;health' {
            break
        }
        'chronikctl;help;top' {
            break
        }
        'chronikctl;help;node' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the nodes: state, version, what they lead and hold, how full they are')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show everything about one node')
            [CompletionResult]::new('drain', 'drain', [CompletionResultType]::ParameterValue, 'Move all leaderships off a node and keep them away, so that it can be stopped')
            [CompletionResult]::new('undrain', 'undrain', [CompletionResultType]::ParameterValue, 'Let leaderships back to a node')
            break
        }
        'chronikctl;help;node;list' {
            break
        }
        'chronikctl;help;node;describe' {
            break
        }
        'chronikctl;help;node;drain' {
            break
        }
        'chronikctl;help;node;undrain' {
            break
        }
        'chronikctl;help;topic' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the topics: size, rate, and how they are')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one topic, its settings and its partitions')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a topic')
            [CompletionResult]::new('alter', 'alter', [CompletionResultType]::ParameterValue, 'Add partitions to a topic, or change its settings')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a topic and all its records')
            break
        }
        'chronikctl;help;topic;list' {
            break
        }
        'chronikctl;help;topic;describe' {
            break
        }
        'chronikctl;help;topic;create' {
            break
        }
        'chronikctl;help;topic;alter' {
            break
        }
        'chronikctl;help;topic;delete' {
            break
        }
        'chronikctl;help;partition' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List partitions: leader, replicas, who is in sync, how far the worst trails')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one partition and how far each follower is')
            [CompletionResult]::new('transfer-leader', 'transfer-leader', [CompletionResultType]::ParameterValue, 'Give a partition another leader, without interruption')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Give a partition other replicas, and wait until they hold it')
            break
        }
        'chronikctl;help;partition;list' {
            break
        }
        'chronikctl;help;partition;describe' {
            break
        }
        'chronikctl;help;partition;transfer-leader' {
            break
        }
        'chronikctl;help;partition;move' {
            break
        }
        'chronikctl;help;group' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups: state, members, lag')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one group: members, and the lag of every partition')
            [CompletionResult]::new('reset-offsets', 'reset-offsets', [CompletionResultType]::ParameterValue, 'Set the committed offsets of a group that has no members')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a group that has no members, and its offsets')
            break
        }
        'chronikctl;help;group;list' {
            break
        }
        'chronikctl;help;group;describe' {
            break
        }
        'chronikctl;help;group;reset-offsets' {
            break
        }
        'chronikctl;help;group;delete' {
            break
        }
        'chronikctl;help;raft' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups: leader, term, indices, how far the worst follower trails')
            [CompletionResult]::new('describe', 'describe', [CompletionResultType]::ParameterValue, 'Show one group and each of its followers')
            break
        }
        'chronikctl;help;raft;list' {
            break
        }
        'chronikctl;help;raft;describe' {
            break
        }
        'chronikctl;help;events' {
            break
        }
        'chronikctl;help;audit' {
            break
        }
        'chronikctl;help;key' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys; their secrets are shown to nobody')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Create a key, and print its secret this one time')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a key: it is refused from now on')
            break
        }
        'chronikctl;help;key;list' {
            break
        }
        'chronikctl;help;key;create' {
            break
        }
        'chronikctl;help;key;revoke' {
            break
        }
        'chronikctl;help;config' {
            [CompletionResult]::new('view', 'view', [CompletionResultType]::ParameterValue, 'Show a node''s configuration; without a node, what this program itself uses')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set settings of a topic; nodes have no setting that changes while they run')
            break
        }
        'chronikctl;help;config;view' {
            break
        }
        'chronikctl;help;config;set' {
            break
        }
        'chronikctl;help;context' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the contexts; a star marks the current one')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one context; the current one if none is named')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Make a context the current one')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a context, or replace the one of that name')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a context')
            break
        }
        'chronikctl;help;context;list' {
            break
        }
        'chronikctl;help;context;show' {
            break
        }
        'chronikctl;help;context;use' {
            break
        }
        'chronikctl;help;context;add' {
            break
        }
        'chronikctl;help;context;remove' {
            break
        }
        'chronikctl;help;doctor' {
            break
        }
        'chronikctl;help;debug' {
            [CompletionResult]::new('bundle', 'bundle', [CompletionResultType]::ParameterValue, 'Ask every node for what it knows of itself, and pack it into one archive')
            break
        }
        'chronikctl;help;debug;bundle' {
            break
        }
        'chronikctl;help;completions' {
            break
        }
        'chronikctl;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
