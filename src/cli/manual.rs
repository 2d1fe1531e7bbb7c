//! The manual: one page for each command, made from the command definitions and the rules' own lists.

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::model::name::{RESERVED, RESERVED_DOMAINS};

/// A page: its file's name and its text in roff, man(7).
pub type Page = (String, String);

/// The date of this release.
const RELEASED: &str = "2026-11-22";

/// The longest line of a page's source, in bytes. mandoc(1) complains of more than 80, and counts a
/// character outside of ASCII as the escape it stands for.
const LINE_MAX: usize = 72;

/// All pages, `qdns.1` first.
///
/// # Errors
/// As writing to memory: never in practice.
pub fn pages() -> std::io::Result<Vec<Page>> {
    let mut root = super::definition().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add_pages(&root, "qdns", &mut pages)?;
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
        section("GLOBAL OPTIONS", &["The options that every command takes are in qdns(1)."])
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
        }
    }
    pages.push((format!("{name}.1"), tidy(&String::from_utf8_lossy(&text))));
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        add_pages(subcommand, &format!("{name}-{}", subcommand.get_name()), pages)?;
    }
    Ok(())
}

/// The same page as mandoc(1) likes it: no blanks at line ends, no break beside a blank line, short lines.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut tidied = String::new();
    let mut literal = false;
    for (index, line) in lines.iter().enumerate() {
        let beside = |offset: usize| lines.get(offset).is_some_and(|line| line.is_empty());
        if *line == ".br" && (beside(index + 1) || index.checked_sub(1).is_some_and(beside)) {
            continue;
        }
        let line = if line.is_empty() { &".sp" } else { line };
        literal = (literal || *line == ".EX") && *line != ".EE";
        let mut length = 0;
        for word in line.split(' ') {
            let fits = length == 0 || literal || line.starts_with('.') || length + 1 + word.len() <= LINE_MAX;
            // A word that begins like a macro may not begin a line.
            if length > 0 && (fits || word.is_empty() || word.starts_with(['.', '\''])) {
                tidied.push(' ');
                length += 1;
            } else if length > 0 {
                tidied.push('\n');
                length = 0;
            }
            tidied.push_str(word);
            length += word.len();
        }
        tidied.push('\n');
    }
    tidied
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

/// Which names are refused, from the lists that refuse them.
fn rules() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["NAMES AND ADDRESSES"]);
    roff.text([roman(
        "A hostname is one RFC 1123 label: 1 to 63 of a-z, 0-9 and hyphen, not at its ends, not all digits. \
         It is accepted in any case, with or without the zone's domain, and stored in lower case, for OVN \
         lowercases the query and not the key. An FQDN has at most 253 characters.",
    )]);
    roff.control("PP", []);
    roff.text([roman(
        "An address is IPv4 or IPv6 unicast: not unspecified, loopback, multicast, broadcast or link-local, nor \
         the network or broadcast address of the switch's subnet. One outside of the subnet is a warning.",
    )]);
    for (title, list) in [("Reserved hostnames", RESERVED), ("Reserved top-level domains", RESERVED_DOMAINS)]
    {
        roff.control("SS", [title]);
        for (name, why) in list {
            roff.control("TP", []);
            roff.text([bold(*name)]);
            roff.text([roman(*why)]);
        }
    }
    roff
}

/// Every check of doctor, from the list that runs them.
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

fn section(title: &str, paragraphs: &[&str]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(*paragraph)]);
    }
    roff
}

/// What the main page tells beyond the commands.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "WHAT OVN ANSWERS",
        &[
            "OVN answers A, AAAA and PTR queries over UDP to port 53, whatever address they are sent to, on every \
             switch with at least one record. It answers by exact key, always with a TTL of 3600 s. Everything else \
             travels on to the address it was sent to: OVN forwards nothing by itself.",
            "A guest whose name has only IPv4 addresses gets its AAAA answer from the forwarders. glibc copes; musl \
             (Alpine) fails the whole look-up where they say that the name does not exist. Give such hosts an IPv6 \
             address too.",
            "OVN 23.03 ignores queries with EDNS, which dig sends by default: use dig +noedns.",
        ],
    ),
    (
        "WHAT IS STORED",
        &[
            "A zone is one row of the northbound DNS table, with the switch's name in external_ids:switch and the \
             domain in external_ids:qdns-domain. Its UUID is made from the switch's, so that a zone cannot be made \
             twice. Each host has its short name, its FQDN and a reverse name for each address in records; a static \
             host has a mark external_ids:qdns-static-HOSTNAME, and one without a short name on purpose \
             external_ids:qdns-no-short-HOSTNAME.",
            "forwarders set keeps what a DHCP option was before in external_ids:qdns-before-OPTION of its row, and \
             forwarders clear puts it back.",
            "Rows of other owners (Neutron, LXD, Incus, or without a mark) are read and never written.",
            "Every change is one transaction, and changes a key only if it still is what was read. The transaction \
             has a comment with the command and the user: ovsdb-tool show-log -m ovnnb_db.db shows it.",
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            "OVN_NB_DB names the northbound database, as --db does. OVN_NB_DAEMON names the socket of an ovn-nbctl \
             daemon, which is used where --db is not given. QDNS_OVN_NBCTL is the ovn-nbctl to run. NO_COLOR turns \
             colours off. COLUMNS limits tables where there is no terminal. OVN_NBCTL_OPTIONS is ignored.",
        ],
    ),
    (
        "EXIT STATUS",
        &[
            "0: done, or nothing to do. 1: refused or failed: not found, conflict, lost a race, part of it not done. \
             2: usage, or invalid input: nothing was changed. 3: OVN cannot be reached: no ovn-nbctl, no database, no \
             permission, timeout. 4: something was found.",
        ],
    ),
    ("SEE ALSO", &["ovn-nbctl(8), ovn-nb(5), ovn-architecture(7), resolv.conf(5)"]),
];
