//! The manual: a page for each command, made from the command definitions and from the lists of names and checks.

use std::collections::BTreeMap;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::roff::{RELEASED, section, tidy};
use super::{examples_manual, json_manual};
use crate::model::reserved::{RESERVED, RESERVED_DOMAINS, TRUSTED};

pub use crate::output::documents::{Document, Field, all as documents};

/// The name of a page's file, and its text in roff, man(7).
pub type Page = (String, String);

/// All pages, `qdns.1` first.
///
/// # Errors
/// Those of a write to memory, which does not fail in practice.
pub fn pages() -> std::io::Result<Vec<Page>> {
    let mut root = super::definition().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add_pages(&root, "qdns", &mut pages)?;
    pages.push(("qdns-json.5".to_owned(), json_manual::page()?));
    pages.push(("qdns-examples.7".to_owned(), examples_manual::page()?));
    Ok(pages)
}

fn add_pages(command: &clap::Command, name: &str, pages: &mut Vec<Page>) -> std::io::Result<()> {
    let is_root = !name.contains('-');
    let mut titled = command.clone().name(name.to_owned()).bin_name(name.replace('-', " "));
    if !is_root {
        titled = titled.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    }
    let man = Man::new(titled.clone()).title(name.to_uppercase()).date(RELEASED).manual("qdns manual");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    let usage = titled.clone().render_usage().to_string();
    section("SYNOPSIS", &[usage.trim_start_matches("Usage: ").trim()]).to_writer(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if !is_root {
        section("GLOBAL OPTIONS", &["qdns(1) describes the options that every command takes."])
            .to_writer(&mut text)?;
    }
    if command.has_subcommands() {
        subcommands(command, name).to_writer(&mut text)?;
    }
    if is_root {
        rules().to_writer(&mut text)?;
    }
    if name == "qdns-doctor" {
        checks().to_writer(&mut text)?;
    }
    if let Some(examples) = command.get_after_help() {
        examples_section(&examples.to_string()).to_writer(&mut text)?;
    }
    if is_root {
        for (title, paragraphs) in SECTIONS {
            section(title, paragraphs).to_writer(&mut text)?;
            if *title == "ENVIRONMENT" {
                variables(command).to_writer(&mut text)?;
            }
        }
    }
    if !is_root {
        section("SEE ALSO", &[&see_also(command, name)]).to_writer(&mut text)?;
    }
    pages.push((format!("{name}.1"), tidy(&String::from_utf8_lossy(&text))));
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        add_pages(subcommand, &format!("{name}-{}", subcommand.get_name()), pages)?;
    }
    Ok(())
}

/// The variables that set options of any command.
fn variables(root: &clap::Command) -> Roff {
    let mut all = BTreeMap::new();
    add_variables(root, &mut all);
    let texts: Vec<String> = all.iter().map(|(variable, option)| format!("{variable} ({option})")).collect();
    let mut roff = Roff::new();
    roff.control("PP", []);
    roff.text([roman(format!("These variables set an option: {}.", texts.join(", ")))]);
    roff
}

fn add_variables(command: &clap::Command, all: &mut BTreeMap<String, String>) {
    for arg in command.get_arguments() {
        if let (Some(variable), Some(option)) = (arg.get_env(), arg.get_long()) {
            all.insert(variable.to_string_lossy().into_owned(), format!("--{option}"));
        }
    }
    command.get_subcommands().for_each(|command| add_variables(command, all));
}

/// The pages that belong to a command's: those above and below it, and that of its output.
fn see_also(command: &clap::Command, name: &str) -> String {
    let parent = name.rsplit_once('-').map(|(parent, _)| parent.to_owned());
    let verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    let below = verbs.map(|verb| format!("{name}-{}", verb.get_name()));
    let is_page = |page: &String| page != "qdns" && page != "qdns-prune";
    let pages = parent.into_iter().filter(is_page).chain(below).map(|page| format!("{page}(1)"));
    let pages: Vec<String> = std::iter::once("qdns(1)".to_owned()).chain(pages).collect();
    format!("{}, qdns-json(5), qdns-examples(7), ovn-nbctl(8), ovn-nb(5)", pages.join(", "))
}

fn subcommands(command: &clap::Command, name: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        roff.control("TP", []);
        roff.text([bold(format!("{name}-{}", subcommand.get_name())), roman("(1)")]);
        roff.text([roman(subcommand.get_about().map(ToString::to_string).unwrap_or_default())]);
    }
    roff
}

/// The rules for names and addresses, with the lists of reserved names.
fn rules() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["NAMES AND ADDRESSES"]);
    roff.text([roman(
        "A hostname is one RFC 1123 label: 1 to 63 characters from a-z, 0-9 and hyphen. It does not begin or end with \
         a hyphen, and does not consist of digits only. qdns accepts it in any case, with or without the zone's \
         domain, and stores it in lower case, because OVN converts a query to lower case but not the stored key. An \
         FQDN has at most 253 characters.",
    )]);
    roff.control("PP", []);
    roff.text([roman(
        "An address is an IPv4 or IPv6 unicast address. Unspecified, loopback, multicast, broadcast and link-local \
         addresses are refused, and so are the network and the broadcast address of the switch's subnet. For an address \
         outside of the subnet qdns prints a warning.",
    )]);
    for (title, list) in [
        ("Reserved hostnames", RESERVED),
        ("Hostnames that programs trust, added with a warning", TRUSTED),
        ("Reserved top-level domains", RESERVED_DOMAINS),
    ] {
        roff.control("SS", [title]);
        for meaning in list {
            roff.control("TP", []);
            roff.text([bold(meaning.name)]);
            roff.text([roman(meaning.reason())]);
        }
    }
    roff
}

/// The checks of doctor.
fn checks() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["CHECKS"]);
    for check in crate::doctor::checks::all() {
        roff.control("TP", []);
        roff.text([bold(check.code), roman(format!(" ({})", check.severity.name()))]);
        roff.text([roman(format!("Finds: {}. {}", check.title, check.explanation))]);
        roff.text([roman(format!("Source: {}.", check.source.trim_end_matches('.')))]);
    }
    roff
}

fn examples_section(text: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    let mut literal = false;
    for line in text.lines().filter(|line| *line != "Examples:") {
        let is_example = line.starts_with("  ");
        if is_example != literal {
            roff.control(if is_example { "EX" } else { "EE" }, []);
            literal = is_example;
        }
        match line.trim() {
            "" => roff.control("PP", []),
            line => roff.text([roman(line)]),
        };
    }
    if literal {
        roff.control("EE", []);
    }
    roff
}

/// The last sections of the main page.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "WHAT OVN ANSWERS",
        &[
            "On every switch with at least one record, OVN answers A, AAAA and PTR queries over UDP to port 53 of any \
             address. A query must match a key exactly. The TTL is always 3600 s. Every other query goes on to the \
             address that it was sent to: OVN itself forwards nothing.",
            "For a name that has only IPv4 addresses, OVN does not answer the AAAA query, so it goes to the forwarders. \
             If they answer that the name does not exist, glibc still uses the IPv4 addresses, but musl (Alpine) fails \
             the whole lookup. If there are musl guests, give hosts an IPv6 address too.",
            "OVN 23.03 ignores queries with EDNS. dig sends EDNS by default: use dig +noedns.",
        ],
    ),
    (
        "WHAT IS STORED",
        &[
            "A zone is one row of the northbound DNS table. external_ids:switch has the switch's name, and \
             external_ids:qdns-domain has the domain. The row's UUID is computed from the switch's UUID, so that a \
             zone cannot be created twice. The records column has the short name and the FQDN of each host, and a \
             reverse name for each address. external_ids:qdns-static-HOSTNAME marks a static host, and \
             external_ids:qdns-no-short-HOSTNAME marks a host that has no short name by choice. \
             external_ids:qdns-alias-ALIAS names the host that an alias follows: OVN has no CNAME, so an alias has the \
             same addresses, and no PTR record. external_ids:qdns-aliases of a port lists the aliases of its host, \
             separated by commas; sync and the libvirt hook register them.",
            "forwarders set saves the earlier value of a DHCP option in external_ids:qdns-before-OPTION of its row, and \
             the value that it writes in external_ids:qdns-wrote-OPTION. forwarders clear restores the earlier value, \
             unless another program changed the option since.",
            "qdns reads rows of other programs (Neutron, LXD, Incus, Kube-OVN, OVN-Kubernetes, oVirt), but never writes \
             them: it knows them by their marks in external_ids and by names such as neutron_pg_drop. A DNS row \
             without a mark may belong to any program, so qdns does not write it either. Rows of DHCP_Options, \
             ACL and Port_Group without a mark belong to the operator.",
            "Every change is one transaction. It changes a key only if the key still has the value that qdns read. The \
             transaction has a comment with the command, the user and the machine: ovsdb-tool show-log -m ovnnb_db.db \
             shows it. The user is the one who ran sudo, else the one who logged in, else the effective user. Programs \
             that systemd or libvirt start have no login.",
        ],
    ),
    (
        "SETTINGS",
        &[
            "/etc/qdns/qdns.toml has settings for every user of the machine; QDNS_CONFIG names another file. It is a \
             TOML file with the keys db, sb-db, private-key, certificate, ca-cert (absolute paths), timeout (seconds), \
             ovn-nbctl, domain and forwarders (a list of addresses). An unknown key or an invalid value is an \
             error that names the line. The file is a regular file of at most 1 MiB. Because it may name a program, it \
             must belong to root, to the user of qdns, or to the user who ran sudo, and other users must not be able \
             to change it. In a user namespace, files of users without a number there are accepted too, since root's \
             are among them.",
            "An option overrides an environment variable, the variable overrides the file, and the file overrides \
             the default. qdns -v shows where each setting is from. Where --db or OVN_NB_DB replaces the db of the file, \
             its sb-db is not used: it belongs to another network. OVN_NB_DAEMON replaces the db of the file too.",
            "domain is the domain of new zones, unless --domain is given or another program serves names on the switch. \
             forwarders are the resolvers that qdns forwarders set writes if none are given, and that doctor puts into \
             a fix.",
            "ovn-nbctl is the path of a program, or a command that runs ovn-nbctl elsewhere, such as docker exec \
             ovn_nb_db ovn-nbctl, kubectl exec -n NAMESPACE POD -- ovn-nbctl, or kubectl ko nbctl. Its words are split \
             as sh(1) does; no shell runs. By default it is ovn-nbctl in PATH, else microovn.ovn-nbctl. ovn-sbctl, \
             ovn-trace and ovsdb-client are run in the same way, from the same directory, container or snap. Files of \
             certificates and sockets are then those of the container.",
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            "OVN_NB_DB names the northbound database, as --db does. OVN_NB_DAEMON names the socket of an ovn-nbctl \
             daemon, which qdns uses unless --db is given or a command runs ovn-nbctl elsewhere. QDNS_CONFIG names the \
             settings file. QDNS_PRIVATE_KEY, QDNS_CERTIFICATE, QDNS_CA_CERT, QDNS_TIMEOUT, QDNS_OVN_NBCTL, \
             QDNS_OVSDB_CLIENT, QDNS_DOMAIN and QDNS_FORWARDERS (addresses with spaces or commas) are settings. An \
             empty variable counts as not set. NO_COLOR turns colours off. COLUMNS sets the width of tables if there is \
             no terminal. qdns ignores OVN_NBCTL_OPTIONS.",
        ],
    ),
    (
        "EXIT STATUS",
        &[
            "0: done, or nothing to do. 1: refused or failed: not found, conflict, lost a race, partly done. 2: wrong \
             usage or invalid input: nothing was changed. 3: OVN cannot be reached: no ovn-nbctl, no database, no \
             permission, timeout. 4: something was found.",
        ],
    ),
    (
        "SEE ALSO",
        &["qdns-json(5), qdns-examples(7), ovn-nbctl(8), ovn-nb(5), ovn-architecture(7), resolv.conf(5)"],
    ),
];
