# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_qdns_global_optspecs
    string join \n db= p/private-key= c/certificate= C/ca-cert= no-leader-only timeout= wait= ovn-nbctl= o/output= color= n/dry-run y/yes q/quiet v/verbose h/help V/version
end

function __fish_qdns_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_qdns_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_qdns_using_subcommand
    set -l cmd (__fish_qdns_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c qdns -n "__fish_qdns_needs_command" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_needs_command" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_needs_command" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_needs_command" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_needs_command" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_needs_command" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_needs_command" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_needs_command" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_needs_command" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_needs_command" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_needs_command" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_needs_command" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_needs_command" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_needs_command" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_needs_command" -s V -l version -d 'Print version'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "zone" -d 'Zones: the names of one switch, under one domain'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "zones" -d 'Zones: the names of one switch, under one domain'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "record" -d 'Records: hosts with their addresses and reverse names'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "records" -d 'Records: hosts with their addresses and reverse names'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "forwarders" -d 'Forwarders: the resolvers that answer everything that is not local'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "forwarder" -d 'Forwarders: the resolvers that answer everything that is not local'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "prune-stale" -d 'Remove hosts that no port stands behind'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "sync" -d 'Make the names what the switch\'s ports say'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "doctor" -d 'Find out why names do not resolve'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "hook" -d 'Hooks: names registered by the hypervisor itself'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c qdns -n "__fish_qdns_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "create" -d 'Make the zone of a switch'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "ls" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "list" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "show" -d 'Show the zone of a switch, and who else answers there'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "rm" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "delete" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l domain -d 'The suffix of the zone\'s names' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l may-exist -d 'Accept a zone that exists'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l if-exists -d 'Accept a switch without a zone'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l if-exists -d 'Accept a switch without a zone'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make the zone of a switch'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the zone of a switch, and who else answers there'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand zone; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "create" -d 'Make the zone of a switch'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "ls" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "list" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "show" -d 'Show the zone of a switch, and who else answers there'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "rm" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "delete" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and not __fish_seen_subcommand_from create ls list show rm delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l domain -d 'The suffix of the zone\'s names' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l may-exist -d 'Accept a zone that exists'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l if-exists -d 'Accept a switch without a zone'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l if-exists -d 'Accept a switch without a zone'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make the zone of a switch'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the zone of a switch, and who else answers there'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand zones; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "add" -d 'Add a host'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "rm" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "delete" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "ls" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "list" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "import" -d 'Add the hosts of a file'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "export" -d 'Print hosts in the form that `import` takes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l ttl -d 'The time to live in seconds; OVN serves 3600, always' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l replace -d 'Take the place of other addresses of the same host'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l static -d 'Exempt the host from clean-up'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l no-ptr -d 'Make no reverse names'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l no-short -d 'Make the FQDN only, not the hostname without the domain'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l if-exists -d 'Accept hosts that do not exist'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l if-exists -d 'Accept hosts that do not exist'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l name -d 'Only hosts whose hostname or FQDN matches: * and ? stand for anything' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l address -d 'Only hosts with this address, or with one in this network' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l name -d 'Only hosts whose hostname or FQDN matches: * and ? stand for anything' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l address -d 'Only hosts with this address, or with one in this network' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l format -d 'The file\'s format; without it, told from its name or its content' -r -f -a "hosts\t'hosts(5): an address and its names, a line each'
csv\t'Comma-separated, with a header: hostname, addresses, ptr, static, names'
json\t'What `record ls -o json` prints; one API body or a list of them when read'
zone\t'A BIND zone file (RFC 1035): A, AAAA and PTR'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l max -d 'With --prune, remove at most this many hosts [default: 30 % of a zone of 10 or more]' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l replace -d 'Take the place of other addresses of the same hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l prune -d 'Make the zone just what the file says: other hosts are removed, static ones too'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l skip-unserved -d 'Leave out what OVN cannot serve (CNAME, MX, wildcards, …), with a warning each'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l force -d 'With --prune, remove however many'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l format -d 'The format' -r -f -a "hosts\t'hosts(5): an address and its names, a line each'
csv\t'Comma-separated, with a header: hostname, addresses, ptr, static, names'
json\t'What `record ls -o json` prints; one API body or a list of them when read'
zone\t'A BIND zone file (RFC 1035): A, AAAA and PTR'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l owner -d 'Whose rows: qdns\'s own, or another\'s to move them' -r -f -a "qdns\t'Zones of qdns'
neutron\t'OpenStack\'s Neutron'
lxd\t'LXD'
incus\t'Incus'
unknown\t'Rows without any known mark'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a host'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from help" -f -a "import" -d 'Add the hosts of a file'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print hosts in the form that `import` takes'
complete -c qdns -n "__fish_qdns_using_subcommand record; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "add" -d 'Add a host'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "rm" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "delete" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "ls" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "list" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "import" -d 'Add the hosts of a file'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "export" -d 'Print hosts in the form that `import` takes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and not __fish_seen_subcommand_from add rm delete ls list import export help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l ttl -d 'The time to live in seconds; OVN serves 3600, always' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l replace -d 'Take the place of other addresses of the same host'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l static -d 'Exempt the host from clean-up'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l no-ptr -d 'Make no reverse names'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l no-short -d 'Make the FQDN only, not the hostname without the domain'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l if-exists -d 'Accept hosts that do not exist'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l if-exists -d 'Accept hosts that do not exist'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l name -d 'Only hosts whose hostname or FQDN matches: * and ? stand for anything' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l address -d 'Only hosts with this address, or with one in this network' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l name -d 'Only hosts whose hostname or FQDN matches: * and ? stand for anything' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l address -d 'Only hosts with this address, or with one in this network' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l format -d 'The file\'s format; without it, told from its name or its content' -r -f -a "hosts\t'hosts(5): an address and its names, a line each'
csv\t'Comma-separated, with a header: hostname, addresses, ptr, static, names'
json\t'What `record ls -o json` prints; one API body or a list of them when read'
zone\t'A BIND zone file (RFC 1035): A, AAAA and PTR'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l max -d 'With --prune, remove at most this many hosts [default: 30 % of a zone of 10 or more]' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l replace -d 'Take the place of other addresses of the same hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l prune -d 'Make the zone just what the file says: other hosts are removed, static ones too'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l skip-unserved -d 'Leave out what OVN cannot serve (CNAME, MX, wildcards, …), with a warning each'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l force -d 'With --prune, remove however many'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l format -d 'The format' -r -f -a "hosts\t'hosts(5): an address and its names, a line each'
csv\t'Comma-separated, with a header: hostname, addresses, ptr, static, names'
json\t'What `record ls -o json` prints; one API body or a list of them when read'
zone\t'A BIND zone file (RFC 1035): A, AAAA and PTR'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l owner -d 'Whose rows: qdns\'s own, or another\'s to move them' -r -f -a "qdns\t'Zones of qdns'
neutron\t'OpenStack\'s Neutron'
lxd\t'LXD'
incus\t'Incus'
unknown\t'Rows without any known mark'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a host'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from help" -f -a "import" -d 'Add the hosts of a file'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from help" -f -a "export" -d 'Print hosts in the form that `import` takes'
complete -c qdns -n "__fish_qdns_using_subcommand records; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -f -a "set" -d 'Give a switch\'s guests their resolvers and search domain'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -f -a "show" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -f -a "ls" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -f -a "clear" -d 'Take back what `set` wrote'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and not __fish_seen_subcommand_from set show ls clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l via -d 'Let guests ask this address of their router, which forwards; `auto` takes the router\'s own' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l no-search -d 'Leave domain_name and the search list alone'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from help" -f -a "set" -d 'Give a switch\'s guests their resolvers and search domain'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Take back what `set` wrote'
complete -c qdns -n "__fish_qdns_using_subcommand forwarders; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -f -a "set" -d 'Give a switch\'s guests their resolvers and search domain'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -f -a "show" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -f -a "ls" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -f -a "clear" -d 'Take back what `set` wrote'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and not __fish_seen_subcommand_from set show ls clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l via -d 'Let guests ask this address of their router, which forwards; `auto` takes the router\'s own' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l no-search -d 'Leave domain_name and the search list alone'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from help" -f -a "set" -d 'Give a switch\'s guests their resolvers and search domain'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Take back what `set` wrote'
complete -c qdns -n "__fish_qdns_using_subcommand forwarder; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l max -d 'Remove at most so many hosts of one zone, or none' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l all -d 'Every switch'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l force -d 'Remove any number of hosts'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l check -d 'Change nothing; exit code 4 where there is something to do'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand prune-stale" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l max -d 'Remove at most so many hosts of one zone, or none' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l name-from -d 'Look into this key of a port\'s external_ids first' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l ovsdb-client -d 'The ovsdb-client to run for --watch' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l all -d 'Every switch'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l prune -d 'Remove hosts that no port stands behind'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l force -d 'Remove any number of hosts'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l check -d 'Change nothing; exit code 4 where there is something to do'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l watch -d 'Follow the database and keep the names true until stopped'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l print-unit -d 'Print the unit that runs this under systemd'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l only -d 'Only these checks; several with commas' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l skip -d 'Not this check, or not on switches that match; several with commas' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l fail-on -d 'The least severity that makes the exit code 4' -r -f -a "info\t'Worth knowing'
warning\t'Some guests will have trouble'
error\t'Something does not work'"
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l explain -d 'Explain a check' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l sb-db -d 'The southbound database; OVN_SB_DB is understood' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l ovn-sbctl -d 'The ovn-sbctl to run' -r -F
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l dump -d 'Write what was read to a file' -r -F
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l from-dump -d 'Look at what --dump wrote, not at a database' -r -F
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l fix -d 'Repair what is safe to repair, then look again'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l list -d 'List all checks'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l probe -d 'Ask the forwarders, from this machine, for a name under each zone\'s domain'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -f -a "libvirt" -d 'Register a libvirt domain\'s name; called by libvirt itself'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -f -a "install" -d 'Have a hypervisor call the hook'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and not __fish_seen_subcommand_from libvirt install help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l on-stop -d 'What becomes of a stopped domain\'s name' -r -f -a "keep\t'It stays: the machine keeps its port, and may start again'
remove\t'It goes, unless the machine moved to another host'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l limit -d 'Give up after so many seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from libvirt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l dir -d 'Where its drop-ins are' -r -F
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l on-stop -d 'What becomes of a stopped domain\'s name' -r -f -a "keep\t'It stays: the machine keeps its port, and may start again'
remove\t'It goes, unless the machine moved to another host'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "libvirt" -d 'Register a libvirt domain\'s name; called by libvirt itself'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "install" -d 'Have a hypervisor call the hook'
complete -c qdns -n "__fish_qdns_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand completions" -l db -d 'The northbound database: unix:SOCKET, tcp:HOST:PORT, ssl:HOST:PORT, several with commas. Given here, a daemon (OVN_NB_DAEMON) is not used' -r
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s p -l private-key -d 'The private key for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s c -l certificate -d 'The certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s C -l ca-cert -d 'The CA\'s certificate for ssl: connections' -r
complete -c qdns -n "__fish_qdns_using_subcommand completions" -l timeout -d 'How long one run of ovn-nbctl may take, in seconds' -r
complete -c qdns -n "__fish_qdns_using_subcommand completions" -l wait -d 'Return when the change has reached the southbound database (sb) or every chassis (hv)' -r -f -a "none\t'The northbound database has it'
sb\t'The southbound database has it'
hv\t'Every chassis has it; never while one is dead'"
complete -c qdns -n "__fish_qdns_using_subcommand completions" -l ovn-nbctl -d 'The ovn-nbctl to run' -r
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s o -l output -d 'How to print results' -r -f -a "table\t'For people'
json\t'For programs: one document'
plain\t'For scripts: tab-separated lines without a header'"
complete -c qdns -n "__fish_qdns_using_subcommand completions" -l color -d 'When to use colours; NO_COLOR is understood' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c qdns -n "__fish_qdns_using_subcommand completions" -l no-leader-only -d 'Accept any member of a clustered database, not only its leader'
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s n -l dry-run -d 'Print what would change, and change nothing'
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s y -l yes -d 'Answer every question with yes'
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s q -l quiet -d 'Print no warnings and no confirmations'
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s v -l verbose -d 'Show each ovn-nbctl command on standard error'
complete -c qdns -n "__fish_qdns_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "zone" -d 'Zones: the names of one switch, under one domain'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "record" -d 'Records: hosts with their addresses and reverse names'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "forwarders" -d 'Forwarders: the resolvers that answer everything that is not local'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "prune-stale" -d 'Remove hosts that no port stands behind'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "sync" -d 'Make the names what the switch\'s ports say'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "doctor" -d 'Find out why names do not resolve'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "hook" -d 'Hooks: names registered by the hypervisor itself'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c qdns -n "__fish_qdns_using_subcommand help; and not __fish_seen_subcommand_from zone record forwarders prune-stale sync doctor hook completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from zone" -f -a "create" -d 'Make the zone of a switch'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from zone" -f -a "ls" -d 'List the zones'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from zone" -f -a "show" -d 'Show the zone of a switch, and who else answers there'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from zone" -f -a "rm" -d 'Remove the zone of a switch, with everything in it'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "add" -d 'Add a host'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "rm" -d 'Remove hosts'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "ls" -d 'List hosts'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "import" -d 'Add the hosts of a file'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "export" -d 'Print hosts in the form that `import` takes'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from forwarders" -f -a "set" -d 'Give a switch\'s guests their resolvers and search domain'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from forwarders" -f -a "show" -d 'Show which resolvers guests get'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from forwarders" -f -a "clear" -d 'Take back what `set` wrote'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from hook" -f -a "libvirt" -d 'Register a libvirt domain\'s name; called by libvirt itself'
complete -c qdns -n "__fish_qdns_using_subcommand help; and __fish_seen_subcommand_from hook" -f -a "install" -d 'Have a hypervisor call the hook'
