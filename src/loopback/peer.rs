//! Whose connection it is: Linux tells the user of each local socket in /proc/net/tcp.
//!
//! Invariant: on Linux a connection whose owner cannot be found is refused, never waved through.

use std::net::{Ipv4Addr, SocketAddr};

/// The user that bursar runs as, where peers can be checked at all.
pub(super) fn owner() -> Option<u32> {
    #[cfg(target_os = "linux")]
    {
        std::path::Path::new("/proc/net/tcp").exists().then(|| rustix::process::geteuid().as_raw())
    }
    #[cfg(not(target_os = "linux"))]
    {
        None
    }
}

/// Whether the socket at the other end of a loopback connection belongs to `owner`.
pub(super) fn is_owned_by(owner: u32, peer: SocketAddr, local: SocketAddr) -> bool {
    // A client on a dual-stack socket stands in tcp6 with the mapped form of the same address.
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .find_map(|table| uid_of(&table, peer.port(), local.port()))
        == Some(owner)
}

/// Finds the user of the socket `127.0.0.1:from` that is connected to `127.0.0.1:to`.
fn uid_of(table: &str, from: u16, to: u16) -> Option<u32> {
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (fields.next()?, fields.next()?);
        (is_loopback(local, from) && is_loopback(remote, to)).then(|| fields.nth(4)?.parse().ok()).flatten()
    })
}

/// Whether a table's `ADDRESS:PORT` (hex, each 32-bit word in the machine's order) is 127.0.0.1 and that port.
fn is_loopback(field: &str, port: u16) -> bool {
    let word = |octets: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(octets));
    let plain = word(Ipv4Addr::LOCALHOST.octets());
    let mapped = format!("{}{}{}{plain}", word([0; 4]), word([0; 4]), word([0, 0, 0xff, 0xff]));
    field.split_once(':').is_some_and(|(address, number)| {
        (address == plain || address == mapped) && u16::from_str_radix(number, 16) == Ok(port)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2 1 0
   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 3 1 0
   3: 0200007F:C351 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1002        0 4 1 0
";

    #[test]
    #[cfg(target_endian = "little")]
    fn finds_the_clients_end_of_the_connection_not_our_own() {
        assert_eq!(uid_of(TABLE, 50_000, 8080), Some(1001));
        assert_eq!(uid_of(TABLE, 8080, 50_000), Some(1000));
        assert_eq!(uid_of(TABLE, 50_001, 8080), None, "127.0.0.2 is not 127.0.0.1");
        assert_eq!(uid_of(TABLE, 50_002, 8080), None);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn knows_the_mapped_form_of_a_dual_stack_client() {
        let table = "header\n 0: 0000000000000000FFFF00000100007F:C350 0000000000000000FFFF00000100007F:1F90 01 0:0 0:0 0 7 0 9\n";
        assert_eq!(uid_of(table, 50_000, 8080), Some(7));
    }
}
