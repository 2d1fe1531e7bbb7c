//! The name of a libvirt domain and the logical ports of its interfaces, read from its XML (libvirt's
//! formatdomain, "Bridge to LAN" and "General metadata").

use roxmltree::{Document, Node, ParsingOptions};

use crate::error::{Error, Result};
use crate::model::name::HostArg;

/// The largest document that is read, in bytes; libvirt's own are some 10 KiB.
pub const XML_MAX: usize = 1 << 20;
/// The most elements, texts and comments that are read.
const NODES_MAX: u32 = 50_000;
/// The namespace of the element that names a guest in a domain's metadata.
pub const NAMESPACE: &str = "urn:qdns";

/// What matters of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainXml {
    /// `<name>`.
    pub name: String,
    /// `<metadata><qdns:hostname xmlns:qdns="urn:qdns">`, where it is there.
    pub hostname: Option<String>,
    /// The logical ports: the `interfaceid` of every interface with an Open vSwitch `virtualport`.
    pub ports: Vec<String>,
}

impl DomainXml {
    /// Reads a domain. A document type definition is refused: libvirt writes none, and entities could
    /// make a short document endless.
    ///
    /// # Errors
    /// Invalid input where it is too large, is not XML, or is not a domain.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| Error::invalid(format!("the domain's XML is refused: {why}"));
        if text.len() > XML_MAX {
            return Err(refused(&format!("it is larger than {XML_MAX} bytes")));
        }
        let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        let document =
            Document::parse_with_options(text, options).map_err(|error| refused(&error.to_string()))?;
        let domain = document.root_element();
        if !domain.has_tag_name("domain") {
            return Err(refused("its outermost element is not <domain>"));
        }
        let words =
            |node: Node| node.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let metadata = child(domain, "metadata");
        let hostname =
            metadata.and_then(|node| node.children().find(|n| n.has_tag_name((NAMESPACE, "hostname"))));
        let interfaces = child(domain, "devices").into_iter().flat_map(|devices| devices.children());
        let mut ports: Vec<String> = Vec::new();
        for interface in interfaces.filter(|node| node.has_tag_name("interface")) {
            let virtualport =
                child(interface, "virtualport").filter(|node| node.attribute("type") == Some("openvswitch"));
            let parameters = virtualport.and_then(|node| child(node, "parameters"));
            let port = parameters.and_then(|node| node.attribute("interfaceid"));
            ports.extend(port.filter(|port| !port.is_empty()).map(str::to_owned));
        }
        ports.dedup();
        Ok(DomainXml {
            name: child(domain, "name").and_then(words).unwrap_or_default(),
            hostname: hostname.and_then(words),
            ports,
        })
    }

    /// The guest's hostname: that of the metadata as it is; else the domain's name, where lower case and
    /// hyphens for underscores are all it takes.
    ///
    /// # Errors
    /// Invalid input for a name that could only be guessed.
    pub fn host(&self) -> Result<HostArg> {
        let text = match &self.hostname {
            Some(hostname) => hostname.clone(),
            None => self.name.to_ascii_lowercase().replace('_', "-"),
        };
        HostArg::parse(&text).map_err(|error| Error {
            hints: vec![format!(
                "name the guest in the domain's metadata: <qdns:hostname xmlns:qdns=\"{NAMESPACE}\">web-1</qdns:hostname>"
            )],
            ..error
        })
    }
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fuzzing::fuzz;
    use proptest::prelude::*;

    fn domain(name: &str, metadata: &str, devices: &str) -> String {
        format!(
            "<domain type='kvm'><name>{name}</name><metadata>{metadata}</metadata><devices>{devices}</devices></domain>"
        )
    }

    const NICS: &str = "<interface type='bridge'><virtualport type='openvswitch'>\
        <parameters interfaceid='p1' profileid='x'/></virtualport></interface>\
        <interface type='bridge'><virtualport type='midonet'><parameters interfaceid='p2'/></virtualport></interface>\
        <interface type='network'/><disk/>\
        <interface type='bridge'><virtualport type='openvswitch'><parameters interfaceid='p3'/></virtualport></interface>";

    #[test]
    fn ports_and_names_are_found() {
        let parsed = DomainXml::parse(&domain("My_VM", "", NICS)).unwrap();
        assert_eq!(parsed.ports, ["p1", "p3"]);
        assert_eq!(parsed.host().unwrap(), HostArg::parse("my-vm").unwrap());
        let named = "<o:x xmlns:o='urn:other'><o:hostname>no</o:hostname></o:x><q:hostname xmlns:q='urn:qdns'> web-1 </q:hostname>";
        let parsed = DomainXml::parse(&domain("a&quot;;reboot", named, "")).unwrap();
        assert_eq!(parsed.host().unwrap(), HostArg::parse("web-1").unwrap());
        let parsed = DomainXml::parse(&domain("a&quot;;reboot", "", "")).unwrap();
        assert!(parsed.host().unwrap_err().message.contains("reboot"));
    }

    #[test]
    fn bombs_and_strangers_are_refused() {
        let bomb =
            "<!DOCTYPE domain [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><domain><name>&b;</name></domain>";
        let deep = format!("<domain>{}", "<a>".repeat(300_000));
        let wide = format!("<domain>{}</domain>", "<a/>".repeat(60_000));
        for text in [bomb, "", "<network/>", "<domain", &deep, &wide, &" ".repeat(XML_MAX + 1)] {
            assert!(DomainXml::parse(text).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", cut in 0usize..400) {
            let _ = DomainXml::parse(&text);
            let whole = domain("web", "", NICS);
            let _ = DomainXml::parse(whole.get(..cut.min(whole.len())).unwrap_or_default());
        }
    }

    #[test]
    fn fuzz_domains_of_libvirt() {
        let named = "<q:hostname xmlns:q='urn:qdns'>web-1</q:hostname><!-- x --><![CDATA[y]]>";
        let words = &[
            "<domain",
            "<name>",
            "<interface",
            "<virtualport type='openvswitch'>",
            "interfaceid='",
            "xmlns:q='urn:qdns'",
            "<!ENTITY a \"&a;&a;\">",
        ];
        fuzz(&[&domain("My_VM", named, NICS), &domain("web", "", NICS)], words, |text| {
            if let Ok(parsed) = DomainXml::parse(text) {
                let _ = parsed.host();
            }
        });
    }
}
