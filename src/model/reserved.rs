//! Names with another meaning: the hostnames that are refused, those that get a warning, and reserved domains, each
//! with its source.

/// A name that programs or standards give a meaning.
#[derive(Debug)]
pub struct Meaning {
    pub name: &'static str,
    pub why: &'static str,
    /// The standard, manual page or program; empty for the names of the network itself.
    pub source: &'static str,
}

impl Meaning {
    /// The meaning with its source.
    pub fn reason(&self) -> String {
        if self.source.is_empty() { self.why.to_owned() } else { format!("{} ({})", self.why, self.source) }
    }
}

const fn meaning(name: &'static str, why: &'static str, source: &'static str) -> Meaning {
    Meaning { name, why, source }
}

const HOSTS_FILE: &str = "hosts(5) of Debian and macOS";
const RESOLVED: &str = "systemd-resolved.service(8)";
const BY_CONVENTION: &str = "by convention";
const CLOUD_INIT: &str = "cloud-init, datasource EC2";

/// Hostnames that are refused. The manual lists them.
pub const RESERVED: &[Meaning] = &[
    meaning("gateway", "the network's own name for its router", ""),
    meaning("router", "the network's own name for its router", ""),
    meaning("dns", "the network's own name for its resolver", ""),
    meaning("dhcp", "the network's own name for its DHCP server", ""),
    meaning("internal", "the domain itself", ""),
    meaning("localhost", "always the machine itself", "RFC 6761, section 6.3"),
    meaning("localdomain", "resolvers take it for the machine's own domain", RESOLVED),
    meaning("localhost4", "the machine itself in /etc/hosts", "hosts(5) of Fedora and RHEL"),
    meaning("localhost6", "the machine itself in /etc/hosts", "hosts(5) of Fedora and RHEL"),
    meaning("ip6-localhost", "the machine itself in /etc/hosts", HOSTS_FILE),
    meaning("ip6-loopback", "the machine itself in /etc/hosts", HOSTS_FILE),
    meaning("ip6-localnet", "a group of addresses in /etc/hosts", HOSTS_FILE),
    meaning("ip6-mcastprefix", "a group of addresses in /etc/hosts", HOSTS_FILE),
    meaning("ip6-allnodes", "all nodes of a link in /etc/hosts", HOSTS_FILE),
    meaning("ip6-allrouters", "all routers of a link in /etc/hosts", HOSTS_FILE),
    meaning("ip6-allhosts", "all hosts of a link in /etc/hosts", HOSTS_FILE),
    meaning("broadcasthost", "the broadcast address in /etc/hosts", HOSTS_FILE),
    meaning("host-gateway", "containers take it for the machine that runs them", "docker-run(1), --add-host"),
    meaning("wpad", "browsers load their proxy settings from a host of this name", "draft-ietf-wrec-wpad-01"),
    meaning("isatap", "Windows sends its IPv6 traffic to a host of this name", "RFC 5214"),
    meaning("teredo", "Windows tunnels IPv6 to a host of this name", "RFC 4380; Windows"),
    meaning("_gateway", "systemd-resolved answers it itself", RESOLVED),
    meaning("_outbound", "systemd-resolved answers it itself", RESOLVED),
    meaning("_localdnsstub", "systemd-resolved answers it itself", RESOLVED),
    meaning("_localdnsproxy", "systemd-resolved answers it itself", RESOLVED),
    meaning("instance-data", "cloud-init runs what a host of this name serves, as root", CLOUD_INIT),
    meaning(
        "data-server",
        "cloud-init runs what a host of this name serves, as root",
        "cloud-init, datasource CloudStack",
    ),
    meaning("metadata", "cloud images ask a host of this name for their identity", "Google Compute Engine"),
];

/// Hostnames that programs ask without being configured to, so that guests trust the host that has the name. A host
/// that gets one is reported in a warning. The manual lists them.
pub const TRUSTED: &[Meaning] = &[
    meaning("salt", "a Salt minion takes orders from a host of this name", "salt-minion(1), master"),
    meaning("puppet", "a Puppet agent takes orders from a host of this name", "puppet.conf(5), server"),
    meaning("kubernetes", "programs in pods take it for the API server", "Kubernetes, API access from a pod"),
    meaning("proxy", "machines send their web traffic to a host of this name", BY_CONVENTION),
    meaning("apt-proxy", "machines install packages through a host of this name", "auto-apt-proxy(1)"),
    meaning("ntp", "machines take the time from a host of this name", "RFC 2219"),
    meaning("time", "machines take the time from a host of this name", BY_CONVENTION),
    meaning("ldap", "machines ask a host of this name who their users are", "RFC 2219"),
    meaning("kerberos", "machines ask a host of this name for tickets", "krb5.conf(5) of Heimdal"),
    meaning("smtp", "programs send their mail to a host of this name", BY_CONVENTION),
    meaning("mail", "programs send their mail to a host of this name", "RFC 2219"),
    meaning("mailhost", "programs send their mail to a host of this name", "sendmail"),
    meaning("autodiscover", "Outlook sends passwords to a host of this name", "MS-OXDISCO"),
    meaning("autoconfig", "mail programs take their settings from a host of this name", "Thunderbird"),
    meaning("enterpriseenrollment", "Windows takes its management from a host of this name", "MS-MDE2"),
    meaning("loghost", "machines send their log to a host of this name", "syslog.conf(5) of BSD"),
    meaning("unifi", "UniFi devices take orders from a host of this name", "UniFi, layer-3 adoption"),
];

/// Top-level domains that a standard gives another meaning.
pub const RESERVED_DOMAINS: &[Meaning] = &[
    meaning("local", "multicast DNS owns it", "RFC 6762"),
    meaning("localhost", "it is always the machine itself", "RFC 6761"),
    meaning("invalid", "it never resolves", "RFC 6761"),
    meaning("test", "it is for tests of DNS code", "RFC 6761"),
    meaning("example", "it is for documentation", "RFC 6761"),
    meaning("onion", "it belongs to Tor", "RFC 7686"),
    meaning("alt", "it is outside DNS", "RFC 9476"),
    meaning("arpa", "it is for reverse names and infrastructure", "RFC 3172"),
];

/// Why a hostname in lower case is refused, if it is reserved.
pub fn reserved(hostname: &str) -> Option<&'static Meaning> {
    RESERVED.iter().find(|meaning| meaning.name == hostname)
}

/// Why a hostname in lower case deserves a warning, if it does.
pub fn trusted(hostname: &str) -> Option<&'static Meaning> {
    TRUSTED.iter().find(|meaning| meaning.name == hostname)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_is_in_one_list_once() {
        let names: Vec<&str> = RESERVED.iter().chain(TRUSTED).map(|meaning| meaning.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}
