//! `qdns api`: one HTTP request on a Unix socket, as systemd gives it to a service for each connection.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::export::nets;
use crate::support::lab::Nb;
use crate::support::{Run, check_exposure, command, install_qdns, qdns, run, snapshot};

const WEB: &str = r#"{"hostname":"web-server","ip_address":"10.0.0.10"}"#;

/// `systemd-socket-activate --accept --inetd`, which starts qdns for each connection as a socket unit does.
struct Activated {
    process: Child,
    socket: PathBuf,
}

impl Activated {
    fn start(nb: &Nb) -> Result<Self> {
        let socket = nb.dir().join("api.sock");
        let mut activate = Command::new("systemd-socket-activate");
        activate.args(["--accept", "--inetd", "-E"]).arg(format!("OVN_NB_DB={}", nb.remote()));
        activate.arg("-l").arg(&socket).args([env!("CARGO_BIN_EXE_qdns"), "api"]);
        activate.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = activate.spawn().context("systemd-socket-activate is a part of systemd")?;
        let activated = Activated { process, socket };
        while !activated.socket.exists() {
            sleep(Duration::from_millis(5));
        }
        Ok(activated)
    }

    fn curl(&self, method: &str, path: &str, more: &[&str]) -> Command {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-w", "status %{http_code}\\n", "--unix-socket"]).arg(&self.socket);
        curl.args(["-X", method, &format!("http://localhost/api/v1/networks/{path}")]).args(more);
        curl.stdin(Stdio::null());
        curl
    }

    fn mode(&self, mode: &str) -> Result<()> {
        Command::new("chmod").arg(mode).arg(&self.socket).status()?;
        Ok(())
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A connection to a qdns of its own.
pub fn connect(nb: &Nb, options: &[&str]) -> Result<(UnixStream, Child)> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut qdns = command(&nb.remote());
    qdns.arg("api").args(options).stdin(OwnedFd::from(theirs.try_clone()?)).stdout(OwnedFd::from(theirs));
    let process = qdns.stderr(Stdio::piped()).spawn()?;
    Ok((ours, process))
}

/// What comes back for these bytes, after which the client sends no more.
fn exchange(nb: &Nb, bytes: &[u8], options: &[&str]) -> Result<String> {
    let (mut stream, process) = connect(nb, options)?;
    // qdns may answer before it has read all of it.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    answer(stream, process)
}

fn answer(mut stream: UnixStream, process: Child) -> Result<String> {
    let mut answer = Vec::new();
    // What is left unread on the other side makes the end of the connection an error.
    let _ = stream.read_to_end(&mut answer);
    let ended = Run::of(process.wait_with_output()?);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended}");
    Ok(String::from_utf8(answer)?)
}

/// The status and the message of an answer.
fn outcome(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.lines().next().unwrap_or_default();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap_or("0");
    assert_eq!(length, body.len().to_string(), "{answer}");
    let document: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let message = document["error"]["message"].as_str().unwrap_or_default();
    format!("{status}: {message}\n")
}

#[test]
fn a_host_is_added_listed_and_removed() -> Result<()> {
    let nb = nets()?;
    let api = Activated::start(&nb)?;
    let calls = [
        api.curl("POST", "net1/dns", &["-d", WEB]),
        api.curl("POST", "net1/dns", &["-d", WEB]),
        api.curl("GET", "net1/dns", &[]),
        api.curl("DELETE", "net1/dns/web-server", &[]),
        api.curl("DELETE", "net1/dns/web-server", &[]),
        api.curl("GET", "net1/dns", &["-I"]),
    ];
    let shown = calls.into_iter().map(|mut curl| run(&mut curl).to_string()).collect::<String>();
    snapshot!(shown.replace('\r', ""), @r#"
    {"changed":true,"dry_run":false,"changes":[{"action":"add","switch":"net1","name":"zone","from":null,"to":"net1","column":"Logical_Switch.dns_records","row":"[UUID]"},{"action":"add","switch":"net1","name":"10.0.0.10.in-addr.arpa","from":null,"to":"web-server.internal","column":"DNS.records","row":"[UUID]"},{"action":"add","switch":"net1","name":"web-server","from":null,"to":"10.0.0.10","column":"DNS.records","row":"[UUID]"},{"action":"add","switch":"net1","name":"web-server.internal","from":null,"to":"10.0.0.10","column":"DNS.records","row":"[UUID]"}],"undo":[],"warnings":[]}
    status 201
    {"changed":false,"dry_run":false,"changes":[],"undo":[],"warnings":[]}
    status 200
    {"records":[{"hostname":"web-server","fqdn":"web-server.internal","ip":"10.0.0.10","addresses":["10.0.0.10"],"ptr":["10.0.0.10"],"static":false,"port":null,"alias_of":null,"ttl":3600,"switch":"net1","domain":"internal"}]}
    status 200
    {"changed":true,"dry_run":false,"changes":[{"action":"remove","switch":"net1","name":"10.0.0.10.in-addr.arpa","from":"web-server.internal","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"web-server","from":"10.0.0.10","to":null,"column":"DNS.records","row":"[UUID]"},{"action":"remove","switch":"net1","name":"web-server.internal","from":"10.0.0.10","to":null,"column":"DNS.records","row":"[UUID]"}],"undo":["qdns record add net1 web-server 10.0.0.10"],"warnings":[]}
    status 200
    {"error":{"kind":"not-found","message":"switch net1 has no host \"web-server\"","causes":[],"hints":["qdns record ls net1 lists its hosts"]}}
    status 404
    HTTP/1.1 200 OK
    Content-Type: application/json
    Content-Length: 15
    Connection: close

    status 200
    "#);
    Ok(())
}

#[test]
fn the_answers_are_those_of_the_commands() -> Result<()> {
    let nb = nets()?;
    let get = b"GET /api/v1/networks/net1/dns HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = format!(
        "POST /api/v1/networks/net1/dns HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{WEB}",
        WEB.len()
    );
    let body = |answer: String| answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    let dry = body(exchange(&nb, post.as_bytes(), &["--dry-run"])?);
    assert_eq!(dry, Some(nb.qdns("record add net1 web-server 10.0.0.10 --dry-run -o json").stdout));
    exchange(&nb, post.as_bytes(), &[])?;
    assert_eq!(body(exchange(&nb, get, &[])?), Some(nb.qdns("record ls net1 -o json").stdout));
    let refused = exchange(&nb, post.replace("10.0.0.10", "10.0.0.11").as_bytes(), &[])?;
    assert_eq!(body(refused), Some(nb.qdns("record add net1 web-server 10.0.0.11 -o json").stderr));
    Ok(())
}

#[test]
fn each_failure_has_its_status() -> Result<()> {
    let nb = nets()?;
    nb.qdns("record add net1 web-server 10.0.0.9").ok();
    nb.nbctl(&["create", "Logical_Switch", "name=twin", "--", "create", "Logical_Switch", "name=twin"]);
    let post = |switch: &str, body: &str| {
        let length = body.len();
        format!(
            "POST /api/v1/networks/{switch}/dns HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let mut shown = String::new();
    for request in [
        post("net1", WEB),
        post("net3", WEB),
        post("twin", WEB),
        post("", WEB),
        post("net2", r#"{"hostname":"VM_NAME","ip_address":"10.0.0.10"}"#),
        post("net2", r#"{"hostname":"web","ip_address":"10.0.0.300"}"#),
        post("net2", r#"{"hostname":"web"}"#),
        post("net2", r#"{"hostname":"web","ip_address":"10.0.0.1","ttl":60}"#),
        post("net2", r#"{"hostname":"web","ip":"10.0.0.1"}"#),
        post("net2", "hostname=web&ip_address=10.0.0.1"),
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "PUT /api/v1/networks/net1/dns HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
    ] {
        shown += &outcome(&exchange(&nb, request.as_bytes(), &[])?);
    }
    nb.kill();
    let get = b"GET /api/v1/networks/net1/dns HTTP/1.1\r\nHost: x\r\n\r\n";
    shown += &outcome(&exchange(&nb, get, &["--timeout", "1"])?);
    snapshot!(shown, @r#"
    HTTP/1.1 409 Conflict: host web-server has 10.0.0.9 already, not 10.0.0.10
    HTTP/1.1 404 Not Found: there is no logical switch "net3"
    HTTP/1.1 409 Conflict: 2 switches have the name "twin": [UUID], [UUID]
    HTTP/1.1 400 Bad Request: switch "" is refused: a switch has a name
    HTTP/1.1 400 Bad Request: hostname "VM_NAME" is refused: underscores are not allowed in hostnames (RFC 1123)
    HTTP/1.1 400 Bad Request: address "10.0.0.300" is refused: it is neither an IPv4 nor an IPv6 address
    HTTP/1.1 400 Bad Request: "web" has no address
    HTTP/1.1 400 Bad Request: ttl "60" is refused: OVN answers every query with 3600 s, and no option changes this
    HTTP/1.1 400 Bad Request: the body is no host: unknown field `ip`, expected one of `hostname`, `ip_address`, `addresses`, `static`, `ttl` at line 1 column 22
    HTTP/1.1 400 Bad Request: the body is no host: expected value at line 1 column 1
    HTTP/1.1 404 Not Found: there is no /
    HTTP/1.1 405 Method Not Allowed: method PUT is not one of this target: GET, HEAD, POST
    HTTP/1.1 503 Service Unavailable: the northbound database cannot be reached
    "#);
    Ok(())
}

#[test]
fn garbage_half_and_huge_requests_are_refused_and_change_nothing() -> Result<()> {
    let nb = nets()?;
    let before = nb.dump();
    let head = "POST /api/v1/networks/net1/dns HTTP/1.1\r\nHost: x\r\n";
    let mut shown = String::new();
    for request in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        vec![b'x'; 1 << 20],
        vec![0; 100],
        format!("{head}Content-Length: 50\r\n\r\n{}", &WEB[..40]).into(),
        head.as_bytes().to_vec(),
        format!("{head}Content-Length: 100000000000\r\n\r\n").into(),
        format!("{head}Content-Length: 200000\r\n\r\n{}", "x".repeat(200_000)).into(),
        format!("{head}Cookie: {}\r\n\r\n", "x".repeat(1 << 20)).into(),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n32\r\n{WEB}\r\n0\r\n\r\n").into(),
        format!("{head}Content-Length: 50\r\nContent-Length: 5\r\n\r\n{WEB}").into(),
    ] {
        shown += &outcome(&exchange(&nb, &request, &[])?);
    }
    assert_eq!(exchange(&nb, b"", &[])?, "", "no request, no answer");
    snapshot!(shown, @"
    HTTP/1.1 400 Bad Request: it is not HTTP/1.1: invalid token
    HTTP/1.1 431 Request Header Fields Too Large: the head of the request has more than 16384 bytes
    HTTP/1.1 400 Bad Request: it is not HTTP/1.1: invalid token
    HTTP/1.1 400 Bad Request: the connection ended before the request was complete
    HTTP/1.1 400 Bad Request: the connection ended before the request was complete
    HTTP/1.1 413 Content Too Large: the body has more than 65536 bytes
    HTTP/1.1 413 Content Too Large: the body has more than 65536 bytes
    HTTP/1.1 431 Request Header Fields Too Large: the head of the request has more than 16384 bytes
    HTTP/1.1 411 Length Required: a body needs Content-Length; Transfer-Encoding is not understood
    HTTP/1.1 400 Bad Request: the request has several Content-Length fields
    ");
    assert_eq!(nb.dump(), before);
    Ok(())
}

#[test]
fn a_slow_client_is_not_waited_for() -> Result<()> {
    let nb = nets()?;
    let (mut stream, process) = connect(&nb, &["--limit", "1"])?;
    stream.write_all(b"GET /api/v1/networks/net1/dns HTTP/1.1\r\nHo")?;
    snapshot!(outcome(&answer(stream, process)?), @"HTTP/1.1 408 Request Timeout: the request was not complete after 1 s");
    Ok(())
}

#[test]
fn a_client_that_waits_before_its_body_is_told_to_send_it() -> Result<()> {
    let nb = nets()?;
    let (mut stream, process) = connect(&nb, &[])?;
    write!(
        stream,
        "POST /api/v1/networks/net1/dns HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        WEB.len()
    )?;
    let mut interim = [0; 25];
    stream.read_exact(&mut interim)?;
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(WEB.as_bytes())?;
    assert_eq!(outcome(&answer(stream, process)?), "HTTP/1.1 201 Created: \n");
    Ok(())
}

#[test]
fn fifty_requests_at_once_are_all_answered() -> Result<()> {
    let nb = nets()?;
    let api = Activated::start(&nb)?;
    let body = |n: usize| format!(r#"{{"hostname":"vm-{n}","ip_address":"10.0.0.{}"}}"#, n + 1);
    let clients: Vec<Child> = (0..50)
        .map(|n| api.curl("POST", "net1/dns", &["-d", &body(n)]).stdout(Stdio::piped()).spawn())
        .collect::<std::io::Result<_>>()?;
    for client in clients {
        let ended = Run::of(client.wait_with_output()?);
        assert!(ended.ok().ends_with("status 201\n"), "{ended}");
    }
    assert_eq!(nb.qdns("record ls net1 -o plain").ok().lines().count(), 50);
    Ok(())
}

/// Runs a client as a user who is not root.
fn as_nobody(curl: &Command) -> Run {
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(curl.get_program());
    run(setpriv.args(curl.get_args()).stdin(Stdio::null()))
}

/// Lets every user reach the socket's directory.
fn open_directory(nb: &Nb) -> Result<()> {
    Command::new("chmod").arg("0755").arg(nb.dir()).status()?;
    Ok(())
}

#[test]
fn who_may_not_open_the_socket_is_refused() -> Result<()> {
    let nb = nets()?;
    let api = Activated::start(&nb)?;
    open_directory(&nb)?;
    api.mode("0660")?;
    let refused = as_nobody(&api.curl("POST", "net1/dns", &["-d", WEB]));
    assert_eq!(refused.code, 7, "{refused}");
    assert_eq!(nb.qdns("record ls net1 -o plain").ok(), "");
    Ok(())
}

#[test]
fn the_log_names_the_request_and_its_user() -> Result<()> {
    let nb = nets()?;
    let api = Activated::start(&nb)?;
    open_directory(&nb)?;
    api.mode("0666")?;
    as_nobody(&api.curl("POST", "net1/dns", &["-d", WEB])).ok();
    let log = nb.show_log();
    assert!(log.contains("qdns api: record add net1 web-server 10.0.0.10 (by nobody on "), "{log}");
    Ok(())
}

/// A copy of qdns where services may run it.
fn units(options: &[&str]) -> Result<(tempfile::TempDir, Run)> {
    let directory = tempfile::tempdir_in("/opt")?;
    let program = directory.path().join("qdns");
    install_qdns(&program)?;
    let mut print = Command::new(program);
    print.env_remove("QDNS_OVN_NBCTL").env_remove("OVN_NB_DAEMON").env("OVN_NB_DB", "ssl:192.0.2.1:6641");
    let units = run(print.args(["api", "--print-unit"]).args(options).stdin(Stdio::null()));
    Ok((directory, units))
}

#[test]
fn the_units_are_printed() -> Result<()> {
    snapshot!(units(&[])?.1, @"
    # /etc/systemd/system/qdns-api.socket
    # Written by `qdns api --print-unit`: an HTTP API on a Unix socket, for the members of a group.
    # The group must exist: groupadd --system qdns
    [Unit]
    Description=HTTP API for the names of OVN networks
    Documentation=man:qdns-api(1)

    [Socket]
    ListenStream=/run/qdns-api.sock
    # Who may connect may change names. Another group belongs into a drop-in: systemctl edit qdns-api.socket
    SocketUser=root
    SocketGroup=qdns
    SocketMode=0660
    RemoveOnStop=yes
    # One qdns for each connection. More connections than these are closed at once.
    Accept=yes
    MaxConnections=64

    [Install]
    WantedBy=sockets.target

    # /etc/systemd/system/qdns-api@.service
    # Written by `qdns api --print-unit`: answers one request.
    # To see what it did: journalctl -u 'qdns-api@*'
    [Unit]
    Description=A request to the HTTP API for the names of OVN networks
    Documentation=man:qdns-api(1)
    After=network.target ovn-central.service ovn-ovsdb-server-nb.service
    CollectMode=inactive-or-failed

    [Service]
    Type=exec
    # For another connection print the units again: qdns api --print-unit --db ssl:HOST:PORT -p FILE -c FILE -C FILE
    EnvironmentFile=-/etc/default/qdns
    ExecStart=[DIR]/qdns api --db=ssl:192.0.2.1:6641
    StandardInput=socket
    StandardOutput=socket
    StandardError=journal
    # For a client that does not read its answer.
    RuntimeMaxSec=60
    MemoryMax=512M
    TasksMax=16

    # It needs the database's socket, a connection to it, and nothing else of the machine.
    CapabilityBoundingSet=
    AmbientCapabilities=
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    ProtectProc=invisible
    ProcSubset=pid
    ProtectClock=yes
    ProtectControlGroups=yes
    ProtectHostname=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    PrivateDevices=yes
    PrivateTmp=yes
    DevicePolicy=closed
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    RemoveIPC=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@resources @privileged
    SystemCallErrorNumber=EPERM
    UMask=0077
    ");
    Ok(())
}

/// The command of the manual writes both files, and systemd accepts them.
#[test]
fn systemd_accepts_the_units() -> Result<()> {
    let (directory, units) = units(&["-p", "/etc/a b/%key$.pem"])?;
    let into = directory.path().display();
    let text = units.ok().replace("# /etc/systemd/system/", &format!("# {into}/etc/systemd/system/"));
    std::fs::create_dir_all(directory.path().join("etc/systemd/system"))?;
    let printed = directory.path().join("printed");
    std::fs::write(&printed, text)?;
    let help = qdns("", &["api", "--help"]);
    let line = help.ok().lines().find(|line| line.contains("sudo awk")).context("a line of the help")?;
    let script = line
        .split_once("awk ")
        .context("a script")?
        .1
        .replace("/^# ", &format!("/^# {}", into.to_string().replace('/', "\\/")));
    let split = Command::new("sh").arg("-c").arg(format!("awk {script} {}", printed.display())).status()?;
    assert!(split.success());
    let names = ["qdns-api.socket", "qdns-api@.service"];
    let paths = names.map(|name| directory.path().join("etc/systemd/system").join(name));
    assert!(paths.iter().all(|path| path.exists()), "{paths:?}");
    let mut verify = Command::new("systemd-analyze");
    let Ok(output) = verify.args(["verify", "--man=no"]).args(&paths).stdin(Stdio::null()).output() else {
        return Ok(());
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("qdns-api"), "{errors}");
    Ok(())
}

#[test]
fn the_service_may_use_little_of_the_machine() -> Result<()> {
    let (directory, units) = units(&[])?;
    let (_, service) =
        units.ok().split_once("# /etc/systemd/system/qdns-api@.service\n").context("two units")?;
    let file = directory.path().join("qdns-api@.service");
    std::fs::write(&file, service)?;
    check_exposure(&file);
    Ok(())
}
