//! Somebody who is not the bank, at an address that is spoken to.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rustls::{
    ServerConfig, ServerConnection,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};

/// A listener that speaks TLS with a certificate of nobody, or no TLS at all; counts the requests that it could read.
pub(crate) fn impostor(speaks_tls: bool) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let read = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&read);
    let config = speaks_tls.then(|| {
        let certificate = CertificateDer::from(include_bytes!("../fixtures/tls/certificate.der").to_vec());
        let key = PrivatePkcs8KeyDer::from(include_bytes!("../fixtures/tls/key.der").to_vec());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key.into()).unwrap())
    });
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut text = [0; 4096];
            let length = match &config {
                None => {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    0
                }
                Some(config) => {
                    let mut tls = ServerConnection::new(Arc::clone(config)).unwrap();
                    rustls::Stream::new(&mut tls, &mut stream).read(&mut text).unwrap_or(0)
                }
            };
            count.fetch_add(usize::from(length > 0), Ordering::SeqCst);
        }
    });
    (format!("https://{address}"), read)
}
