//! A whole machine: libvirt's own daemon and a real QEMU guest in the lab, named without anyone typing a record.
//!
//! The machine's own libvirt is not touched: the daemon runs in the lab's namespaces, where `/run` and `/etc`
//! are the lab's, and so are the directories under `/var` that it writes to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::support::lab::{Lab, Ran, executable};
use crate::support::qdns;

/// libvirt takes nothing but a UUID as an interface's id.
const PORT: &str = "3f2b6c1e-5d0a-4e57-9a55-0f6f6d2f8a01";
const MAC: &str = "0a:00:00:00:05:01";

/// What the guest does: lease, then look around.
const INIT: &str = r#"#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /etc /bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do insmod $module; done
ip link set lo up
ip link set eth0 up
udhcpc -i eth0 -n -q -t 20 -T 1 -O search -s /lease
echo "LEASED $(ip -4 -o addr show eth0 | sed 's/.*inet \([^ ]*\).*/\1/')"
for try in 1 2 3 4 5; do ping -c 1 -W 2 db-server && echo "PINGED $try" && break; done
while :; do sleep 3600; done
"#;

const LEASE: &str = r#"#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/24" dev eth0
: > /etc/resolv.conf
[ -z "$search" ] || echo "search $search" >> /etc/resolv.conf
for server in $dns; do echo "nameserver $server" >> /etc/resolv.conf; done
"#;

/// Debian's cloud kernel, as tests/setup.sh unpacks it.
struct Kernel {
    root: PathBuf,
    release: String,
}

impl Kernel {
    fn find() -> Result<Self> {
        let roots = std::env::var_os("QDNS_LAB_ROOTS").unwrap_or_else(|| "/var/cache/qdns-lab".into());
        let root = Path::new(&roots).join("kernel");
        let release =
            fs::read_to_string(root.join(".complete")).context("tests/setup.sh unpacks a kernel")?;
        Ok(Kernel { root, release: release.trim().to_owned() })
    }

    fn image(&self) -> PathBuf {
        self.root.join(format!("boot/vmlinuz-{}", self.release))
    }
}

/// An initramfs with busybox, the kernel's virtio modules, and what the guest does.
fn initramfs(dir: &Path, kernel: &Kernel) -> Result<PathBuf> {
    let root = dir.join("initramfs");
    fs::create_dir_all(root.join("bin"))?;
    fs::create_dir_all(root.join("modules"))?;
    fs::copy("/bin/busybox", root.join("bin/busybox"))?;
    executable(&root.join("init"), INIT)?;
    executable(&root.join("lease"), LEASE)?;
    let mut modules: Vec<String> = Vec::new();
    for name in ["virtio_pci", "virtio_net"] {
        let mut modprobe = Command::new("/sbin/modprobe");
        modprobe.args(["--show-depends", "-S", &kernel.release, name]).arg("-d").arg(&kernel.root);
        let output = modprobe.output()?;
        for line in output.ok().lines() {
            let path = line.split_whitespace().nth(1).context("a module")?.to_owned();
            if path.ends_with(".ko") && !modules.contains(&path) {
                modules.push(path);
            }
        }
    }
    for (n, path) in modules.iter().enumerate() {
        let name = Path::new(path).file_name().and_then(|name| name.to_str()).context("a module")?;
        fs::copy(path, root.join(format!("modules/{n:02}-{name}")))?;
    }
    let archive = dir.join("initramfs.cpio");
    let pack = format!("cd {} && find . | busybox cpio -o -H newc > {}", root.display(), archive.display());
    Command::new("sh").args(["-c", &pack]).output()?.ok();
    Ok(archive)
}

/// libvirt in the lab.
struct Libvirt<'a> {
    lab: &'a Lab,
    daemons: Vec<Child>,
}

impl<'a> Libvirt<'a> {
    fn start(lab: &'a Lab) -> Result<Self> {
        let mounts = "for dir in /var/lib/libvirt /var/log/libvirt /var/cache/libvirt; do
            mkdir -p $dir; mount -t tmpfs tmpfs $dir; done
            mkdir -p /var/lib/libvirt/qemu /etc/libvirt/hooks
            rm -rf /etc/libvirt/hooks/* /etc/libvirt/qemu/autostart /etc/libvirt/qemu/networks/autostart
            printf '%s\\n' 'user = \"root\"' 'group = \"root\"' 'security_driver = \"none\"' \
                'cgroup_controllers = []' 'namespaces = []' 'remember_owner = 0' 'stdio_handler = \"file\"' > /etc/libvirt/qemu.conf";
        lab.run_in(&["sh", "-ec", mounts]).ok();
        let mut libvirt = Libvirt { lab, daemons: Vec::new() };
        // The hook first: libvirt looks for hooks when it starts.
        let program = env!("CARGO_BIN_EXE_qdns");
        let remote = lab.nb_remote();
        lab.run_in(&[program, "hook", "install", "libvirt", "--db", &remote]).ok();
        for daemon in ["virtlogd", "libvirtd"] {
            let log = fs::File::create(lab.dir().join(format!("{daemon}.said")))?;
            let mut command = lab.command_in(daemon);
            command.stdout(Stdio::null()).stderr(log);
            libvirt.daemons.push(command.spawn()?);
        }
        let until = Instant::now() + Duration::from_secs(30);
        while !libvirt.try_virsh(&["version"]).status.success() {
            ensure!(Instant::now() < until, "{}", libvirt.said());
            thread::sleep(Duration::from_millis(100));
        }
        Ok(libvirt)
    }

    fn try_virsh(&self, args: &[&str]) -> std::process::Output {
        self.lab.run_in(&[&["virsh", "--quiet", "--connect", "qemu:///system"], args].concat())
    }

    #[track_caller]
    fn virsh(&self, args: &[&str]) {
        let output = self.try_virsh(args);
        assert!(output.status.success(), "{} {}\n{}", output.out(), output.err(), self.said());
    }

    fn said(&self) -> String {
        let text = fs::read_to_string(self.lab.dir().join("libvirtd.said")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Libvirt<'_> {
    fn drop(&mut self) {
        // Guests end with the namespaces; these are only waited for.
        for daemon in &mut self.daemons {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

fn domain(kernel: &Path, initrd: &Path, console: &Path) -> String {
    format!(
        "<domain type='qemu'><name>web_server</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>
         <os><type arch='x86_64' machine='pc'>hvm</type><kernel>{}</kernel><initrd>{}</initrd>
         <cmdline>console=ttyS0 quiet panic=-1</cmdline></os><features><acpi/></features>
         <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
         <interface type='bridge'><mac address='{MAC}'/><source bridge='br-int'/>
         <virtualport type='openvswitch'><parameters interfaceid='{PORT}'/></virtualport>
         <model type='virtio'/><driver name='qemu'><host csum='off' gso='off' tso4='off' tso6='off'/>
         <guest csum='off' tso4='off' tso6='off'/></driver></interface>
         <serial type='file'><source path='{}'/></serial><memballoon model='none'/></devices>
         <seclabel type='none'/></domain>",
        kernel.display(),
        initrd.display(),
        console.display()
    )
}

#[test]
fn a_machine_that_libvirt_creates_is_known_by_name_to_its_neighbours() -> Result<()> {
    let lab = Lab::start()?;
    lab.gateway_router();
    lab.net("net1", "10.0.0.0/24");
    let db = lab.static_guest("net1", "db", "10.0.0.11/24", "10.0.0.1")?;
    qdns(&lab.nb_remote(), &["record", "add", "net1", "db-server", "10.0.0.11"]).ok();
    lab.port("net1", PORT, &format!("{MAC} 10.0.0.10"));
    let options = lab.nbctl(&[
        "create",
        "DHCP_Options",
        "cidr=10.0.0.0/24",
        "options:server_id=10.0.0.1",
        "options:server_mac=0a:00:00:ff:00:01",
        "options:lease_time=3600",
        "options:router=10.0.0.1",
        "options:dns_server=10.0.0.1",
        "options:domain_name=\"\\\"internal\\\"\"",
        "options:domain_search_list=\"\\\"internal\\\"\"",
    ]);
    lab.nbctl(&["lsp-set-dhcpv4-options", PORT, options.trim()]);
    lab.hv_sync();

    let kernel = Kernel::find()?;
    let initrd = initramfs(lab.dir(), &kernel)?;
    let console = lab.dir().join("console");
    let xml = lab.dir().join("domain.xml");
    fs::write(&xml, domain(&kernel.image(), &initrd, &console))?;
    let xml = xml.to_str().unwrap();
    let libvirt = Libvirt::start(&lab)?;
    let resolves = |limit: Duration| {
        let began = Instant::now();
        while db.dig(&["web-server.internal"]) != ["10.0.0.10"] {
            assert!(began.elapsed() < limit, "{}\n{}", lab.nbctl(&["list", "DNS"]), libvirt.said());
        }
        began.elapsed()
    };

    assert_eq!(db.dig(&["web-server.internal"]), [""; 0]);
    libvirt.virsh(&["create", xml]);
    let took = resolves(Duration::from_secs(2));
    println!("resolved {took:?} after virsh create");
    assert_eq!(db.dig(&["web-server"]), ["10.0.0.10"]);
    assert_eq!(db.dig(&["-x", "10.0.0.10"]), ["web-server.internal."]);

    // The machine itself: it leases, and pings its neighbour by its short name.
    let began = Instant::now();
    let said = || fs::read_to_string(&console).unwrap_or_default();
    while !said().contains("PINGED ") {
        assert!(began.elapsed() < Duration::from_secs(120), "{}\n{}", said(), libvirt.said());
        thread::sleep(Duration::from_millis(100));
    }
    println!("leased and pinged {:?} after virsh create", began.elapsed());
    assert!(said().contains("LEASED 10.0.0.10/24"), "{}", said());
    db.run(&["ping", "-c", "1", "-W", "3", "10.0.0.10"]).ok();

    // Stopped, it keeps its name; once more, and nothing is wrong with it.
    libvirt.virsh(&["destroy", "web_server"]);
    assert_eq!(db.dig(&["web-server.internal"]), ["10.0.0.10"]);
    let check = || qdns(&lab.nb_remote(), &["prune-stale", "net1", "--check"]).code;
    assert_eq!(check(), 0);
    libvirt.virsh(&["create", xml]);
    resolves(Duration::from_secs(2));
    libvirt.virsh(&["destroy", "web_server"]);

    // Gone for good.
    lab.nbctl(&["lsp-del", PORT]);
    assert_eq!(check(), 4);
    qdns(&lab.nb_remote(), &["prune-stale", "net1", "--yes"]).ok();
    lab.hv_sync();
    assert_eq!(db.dig(&["web-server.internal"]), [""; 0]);
    assert_eq!(db.dig(&["-x", "10.0.0.10"]), [""; 0]);
    assert_eq!(db.dig(&["db-server"]), ["10.0.0.11"]);
    Ok(())
}
