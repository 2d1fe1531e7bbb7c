//! The command of the program that owns a row. qdns never writes such a row; it names the command.

use std::net::IpAddr;

use super::marks::Owner;
use super::shell::shell_word;
use super::snapshot::DhcpOptions;

/// A command of another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerCommand {
    pub program: &'static str,
    pub args: Vec<String>,
}

impl OwnerCommand {
    pub fn new<S: Into<String>>(program: &'static str, args: impl IntoIterator<Item = S>) -> Self {
        OwnerCommand { program, args: args.into_iter().map(Into::into).collect() }
    }

    /// The command as it is typed in a shell.
    pub fn line(&self) -> String {
        let words = self.args.iter().map(|word| shell_word(word));
        std::iter::once(self.program.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }
}

/// The command with which the owner of a DHCP row gives guests these resolvers. `None` where qdns or the operator owns
/// the row, and where the program has no such command. Words in capitals are not in the database.
pub fn resolver_command(row: &DhcpOptions, resolvers: &[IpAddr]) -> Option<OwnerCommand> {
    let mark = |key: &str, absent: &str| row.external_ids.get(key).map_or(absent, String::as_str).to_owned();
    let of_family = |ip: &&IpAddr| ip.is_ipv4() == row.is_ipv4();
    let or_placeholder =
        |texts: Vec<String>| if texts.is_empty() { vec!["ADDRESS".to_owned()] } else { texts };
    match row.owner() {
        Owner::Neutron => {
            let own = resolvers.iter().filter(of_family).map(ToString::to_string).collect();
            let mut args = vec!["subnet".to_owned(), "set".to_owned()];
            args.extend(or_placeholder(own).into_iter().flat_map(|ip| ["--dns-nameserver".to_owned(), ip]));
            args.push(mark("subnet_id", "SUBNET"));
            Some(OwnerCommand::new("openstack", args))
        }
        // The option is for both address families. In LXD the network of the uplink has it.
        owner @ (Owner::Incus | Owner::Lxd) => {
            let all = or_placeholder(resolvers.iter().map(ToString::to_string).collect()).join(",");
            let (program, network) =
                if owner == Owner::Incus { ("incus", "NETWORK") } else { ("lxc", "UPLINK") };
            let option = format!("dns.nameservers={all}");
            Some(OwnerCommand::new(program, ["network", "set", network, &option]))
        }
        // The fields are spec.dhcpV4Options and spec.dhcpV6Options.
        Owner::KubeOvn => {
            Some(OwnerCommand::new("kubectl", ["edit", "subnets.kubeovn.io", &mark("ls", "SUBNET")]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cidr: &str, marks: &[(&str, &str)], resolvers: &[&str]) -> Option<String> {
        let external_ids = marks.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let row = DhcpOptions { cidr: cidr.into(), external_ids, ..DhcpOptions::default() };
        let resolvers: Vec<IpAddr> = resolvers.iter().map(|ip| ip.parse().unwrap()).collect();
        resolver_command(&row, &resolvers).map(|command| command.line())
    }

    #[test]
    fn each_owner_has_its_own_command() {
        let both = ["192.0.2.1", "2001:db8::1"];
        let of = |cidr: &str, key: &str, value: &str| line(cidr, &[(key, value)], &both).unwrap();
        let neutron = of("10.0.0.0/24", "subnet_id", "s1");
        assert_eq!(neutron, "openstack subnet set --dns-nameserver 192.0.2.1 s1");
        let neutron = of("fd00::/64", "subnet_id", "s2");
        assert_eq!(neutron, "openstack subnet set --dns-nameserver 2001:db8::1 s2");
        let incus = of("10.0.0.0/24", "incus_switch", "incus-net2-ls-int");
        assert_eq!(incus, "incus network set NETWORK 'dns.nameservers=192.0.2.1,2001:db8::1'");
        let kube_ovn = line("10.0.0.0/24", &[("vendor", "kube-ovn"), ("ls", "pods")], &both);
        assert_eq!(kube_ovn.as_deref(), Some("kubectl edit subnets.kubeovn.io pods"));
    }

    #[test]
    fn a_row_of_the_operator_has_none() {
        assert_eq!(line("10.0.0.0/24", &[], &["192.0.2.1"]), None);
    }
}
