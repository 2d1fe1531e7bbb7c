//! The manual page qdns-examples(7): recipes for monitoring, automation and other programs. The packages have its files.

use std::io;

use clap_mangen::roff::{Roff, italic, roman};

use super::roff::{RELEASED, section, tidy};

/// A section of the page.
struct Recipe {
    title: &'static str,
    parts: &'static [Part],
}

/// What a recipe consists of.
enum Part {
    Text(&'static str),
    /// A file by its path on the operator's machine, and its content.
    File(&'static str, &'static str),
    /// Lines for a shell.
    Commands(&'static str),
}

use Part::{Commands, File, Text};

const DESCRIPTION: &str = "Each recipe is complete: its files and its commands work as they stand, with the names of a \
                           switch net1 in place of yours. The packages have the files in /usr/share/doc/qdns/examples. \
                           The scripts need jq(1). Where qdns finds the database is a matter of /etc/qdns/qdns.toml, \
                           which qdns(1) describes.";

const RECIPES: &[Recipe] = &[
    Recipe {
        title: "RUNBOOK: A NAME DOES NOT RESOLVE",
        parts: &[
            Text(
                "The first command says what a guest on that port gets, from whom, and why. The next two show the \
                 switch and each fault with its evidence. The dry run shows the repairs that are safe. The last lines \
                 repair, check again, and write a file to hand on to somebody else.",
            ),
            Commands(
                "qdns lookup db-server --from web-port\n\
                 qdns status net1\n\
                 qdns doctor net1\n\
                 qdns doctor net1 --fix --dry-run\n\
                 qdns doctor net1 --fix --yes\n\
                 qdns lookup db-server --from web-port\n\
                 qdns doctor net1 --dump net1.json\n",
            ),
        ],
    },
    Recipe {
        title: "NAGIOS AND ICINGA",
        parts: &[
            Text(
                "A plugin: it exits with 0 if doctor finds nothing, 1 for warnings, 2 for errors, and 3 if OVN cannot \
                 be reached. Options and switches are those of qdns doctor, such as --skip ipv4-only, and --strict if \
                 a check that could not be made counts as unknown.",
            ),
            File("/usr/lib/nagios/plugins/check_qdns", include_str!("../../packaging/examples/check_qdns")),
            Text("Try it by hand:"),
            Commands("/usr/lib/nagios/plugins/check_qdns --skip ipv4-only net1\n"),
        ],
    },
    Recipe {
        title: "PROMETHEUS",
        parts: &[
            Text(
                "A timer writes the metrics into a directory of node_exporter's textfile collector: whether OVN could \
                 be read, the numbers of doctor's summary, and the hosts of each zone. Alert on qdns_up == 0 and on \
                 qdns_doctor{result=\"error\"} > 0.",
            ),
            File("/usr/local/bin/qdns-metrics", include_str!("../../packaging/examples/qdns-metrics")),
            File(
                "/etc/systemd/system/qdns-metrics.service",
                include_str!("../../packaging/examples/qdns-metrics.service"),
            ),
            File(
                "/etc/systemd/system/qdns-metrics.timer",
                include_str!("../../packaging/examples/qdns-metrics.timer"),
            ),
            Commands("systemctl daemon-reload\nsystemctl enable --now qdns-metrics.timer\n"),
        ],
    },
    Recipe {
        title: "ANSIBLE",
        parts: &[
            Text(
                "A playbook that makes the names of a switch those of a file. The first task compares and never \
                 changes anything, so it runs with --check too. Exit code 4 of qdns says that they differ. --prune \
                 removes what the file does not have, but not more than three hosts that are over 30 % of the zone: \
                 then the play fails.",
            ),
            File("names.yml", include_str!("../../packaging/examples/names.yml")),
            Commands("ansible-playbook --check names.yml\nansible-playbook names.yml\n"),
        ],
    },
    Recipe {
        title: "THE RESOLVER OF THE HYPERVISOR",
        parts: &[
            Text(
                "The machine itself is no guest, and OVN does not answer it. dnsmasq(8) of version 2.87 or later does, \
                 from a directory of hosts files, which it reads again at each change.",
            ),
            File("/etc/dnsmasq.d/qdns.conf", include_str!("../../packaging/examples/dnsmasq.conf")),
            Text("A script for cron(8) or a timer writes the file. It leaves an unchanged one alone."),
            File("/usr/local/bin/qdns-hosts", include_str!("../../packaging/examples/qdns-hosts")),
            Commands(
                "mkdir -p /var/lib/qdns/hosts\n\
                 systemctl restart dnsmasq\n\
                 /usr/local/bin/qdns-hosts\n",
            ),
        ],
    },
    Recipe {
        title: "LIBVIRT",
        parts: &[
            Text(
                "An interface of a domain belongs to the logical switch port that has its interfaceid as its name. \
                 The hook gives the domain's name the addresses of that port when the domain starts.",
            ),
            File("interface.xml", include_str!("../../packaging/examples/interface.xml")),
            Commands(
                "port=7d444840-9dc0-11d1-b245-5ffdce74fad2\n\
                 ovn-nbctl lsp-add net1 $port -- \\\n\
                 \x20   lsp-set-addresses $port '52:54:00:00:00:0a 10.0.0.20'\n\
                 qdns hook install libvirt\n\
                 systemctl restart libvirtd\n\
                 virsh attach-device web interface.xml --config\n\
                 virsh start web\n\
                 qdns record ls net1 --name web\n",
            ),
        ],
    },
    Recipe {
        title: "MICROOVN",
        parts: &[
            Text(
                "qdns runs microovn.ovn-nbctl where there is no ovn-nbctl. It needs no setting on a machine of the \
                 cluster.",
            ),
            Commands("qdns record add net1 app 10.0.0.25\nqdns status net1\n"),
        ],
    },
    Recipe {
        title: "OVN IN CONTAINERS",
        parts: &[
            Text(
                "Where the databases run in a container, as with Kolla-Ansible, the settings file has the command. \
                 With Kube-OVN it is kubectl ko nbctl, with another operator kubectl exec -n NAMESPACE POD -- \
                 ovn-nbctl. The first line shows which settings are used.",
            ),
            File("/etc/qdns/qdns.toml", "ovn-nbctl = \"docker exec ovn_nb_db ovn-nbctl\"\n"),
            Commands("qdns -v zone ls\nqdns record add net1 app 10.0.0.25\n"),
        ],
    },
];

/// The text of the page.
///
/// # Errors
/// Those of a write to memory, which does not fail in practice.
pub(super) fn page() -> io::Result<String> {
    let mut text = Vec::new();
    let mut title = Roff::new();
    title.control("TH", ["QDNS-EXAMPLES", "7", RELEASED, "", "qdns manual"]);
    title.to_writer(&mut text)?;
    section("NAME", &["qdns-examples - monitoring, automation and other programs with qdns"])
        .to_writer(&mut text)?;
    section("DESCRIPTION", &[DESCRIPTION]).to_writer(&mut text)?;
    for recipe in RECIPES {
        written(recipe).to_writer(&mut text)?;
    }
    section("SEE ALSO", &["qdns(1), qdns-json(5), qdns-doctor(1), qdns-sync(1), jq(1)"])
        .to_writer(&mut text)?;
    Ok(tidy(&String::from_utf8_lossy(&text)))
}

fn written(recipe: &Recipe) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [recipe.title]);
    for (index, part) in recipe.parts.iter().enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        match part {
            Text(text) => {
                roff.text([roman(*text)]);
            }
            File(path, content) => {
                roff.text([roman("The file "), italic(*path), roman(":")]);
                roff.control("PP", []);
                literal(&mut roff, content);
            }
            Commands(lines) => literal(&mut roff, lines),
        }
    }
    roff
}

fn literal(roff: &mut Roff, lines: &str) {
    roff.control("EX", []);
    for line in lines.lines() {
        roff.text([roman(line)]);
    }
    roff.control("EE", []);
}
