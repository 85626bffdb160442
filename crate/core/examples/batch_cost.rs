//! What a batch of order events costs: bytes and nanoseconds per event.
use daybook_core::batch::{Batch, encode};
use daybook_core::{Hash, RecordedEvent, Timestamp};
use std::hint::black_box;
use std::time::Instant;
use uuid::Uuid;

struct E {
    id: Uuid,
    t: &'static str,
    sv: u32,
    stream: String,
    v: i64,
    at: i64,
    cmd: String,
    tag: String,
    data: String,
}
fn rnd(s: &mut u64) -> u64 {
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    *s
}
fn uuid(s: &mut u64) -> Uuid {
    uuid::Builder::from_random_bytes(
        ((u128::from(rnd(s)) << 64) | u128::from(rnd(s))).to_be_bytes(),
    )
    .into_uuid()
}
fn main() {
    let mut s = 88172645463325252u64;
    let n: usize = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(1000);
    let mut ev = vec![];
    let mut at = 1_767_225_600_000i64;
    for i in 0..n / 2 {
        let order = uuid(&mut s);
        let cust = format!("{}", 1000 + rnd(&mut s) % 400);
        let items: Vec<String> = (0..2 + i % 2)
            .map(|_| {
                format!(
                    r#"{{"productId":"sku-{}","quantity":{},"unitPrice":"{}.99"}}"#,
                    rnd(&mut s) % 10000,
                    1 + rnd(&mut s) % 3,
                    rnd(&mut s) % 90
                )
            })
            .collect();
        at += 20_000 + (rnd(&mut s) % 60_000) as i64;
        ev.push(E { id: uuid(&mut s), t: "OrderPlaced", sv: 3, stream: format!("order-{order}"), v: 0, at, cmd: uuid(&mut s).to_string(), tag: format!("customer:{cust}"),
            data: format!(r#"{{"order_id":"{order}","customer_id":"{cust}","items":[{}],"total_amount":"144.98","currency":"EUR"}}"#, items.join(",")) });
        at += 5_000 + (rnd(&mut s) % 20_000) as i64;
        ev.push(E {
            id: uuid(&mut s),
            t: "PaymentConfirmed",
            sv: 1,
            stream: format!("order-{order}"),
            v: 1,
            at,
            cmd: uuid(&mut s).to_string(),
            tag: format!("customer:{cust}"),
            data: format!(
                r#"{{"order_id":"{order}","payment_reference":"pay-{}","amount":"144.98"}}"#,
                rnd(&mut s) % 1_000_000
            ),
        });
    }
    let events: Vec<RecordedEvent> = ev
        .iter()
        .enumerate()
        .map(|(i, e)| RecordedEvent {
            event_id: e.id,
            event_type: e.t,
            schema_version: Some(e.sv),
            stream_id: &e.stream,
            version: e.v,
            position: i as u64 + 1,
            occurred_at: Timestamp::from_millis(e.at),
            recorded_at: Timestamp::from_millis(e.at + (e.id.as_u128() % 9) as i64),
            correlation_id: Some(&e.cmd),
            causation_id: None,
            command_id: Some(&e.cmd),
            tags: [e.tag.as_str()].into_iter().collect(),
            metadata: None,
            data: &e.data,
        })
        .collect();
    let json: usize = events.iter().map(|e| serde_json::json!({"event_id": e.event_id.to_string(), "event_type": e.event_type, "schema_version": e.schema_version, "stream_id": e.stream_id, "version": e.version, "position": e.position, "occurred_at": e.occurred_at.to_string(), "recorded_at": e.recorded_at.to_string(), "correlation_id": e.correlation_id, "command_id": e.command_id, "tags": e.tags.iter().collect::<Vec<_>>(), "data": serde_json::from_str::<serde_json::Value>(e.data).unwrap()}).to_string().len()).sum();
    let data: usize = events.iter().map(|e| e.data.len()).sum();
    let enc = encode(&events, &Hash::GENESIS).unwrap();
    let bytes = enc.stored.bytes;
    println!(
        "events {n}: batch {:.1} B/event, of it data {:.1}, envelope {:.1}; JSON {:.1} B/event; ratio {:.2}",
        bytes.len() as f64 / n as f64,
        data as f64 / n as f64,
        (bytes.len() - data) as f64 / n as f64,
        json as f64 / n as f64,
        json as f64 / bytes.len() as f64
    );
    println!(
        "one-event batch: {} B, data {}",
        encode(&events[..1], &Hash::GENESIS)
            .unwrap()
            .stored
            .bytes
            .len(),
        events[0].data.len()
    );
    println!(
        "in memory {:.1} B/event",
        Batch::decode(bytes.clone()).unwrap().size_bytes() as f64 / n as f64
    );
    let time = |name: &str, f: &mut dyn FnMut()| {
        f();
        let mut best = f64::MAX;
        for _ in 0..40 {
            let t = Instant::now();
            for _ in 0..5 {
                f();
            }
            best = best.min(t.elapsed().as_nanos() as f64 / 5.0 / n as f64);
        }
        println!("{name:40} {best:8.1} ns/event");
    };
    if let Some(k) = std::env::args()
        .nth(2)
        .and_then(|a| a.parse::<usize>().ok())
    {
        for _ in 0..k {
            black_box(encode(black_box(&events), &Hash::GENESIS).unwrap());
        }
        return;
    }
    time("encode", &mut || {
        black_box(encode(black_box(&events), &Hash::GENESIS).unwrap());
    });
    time("chain alone", &mut || {
        let mut h = Hash::GENESIS;
        for e in &events {
            h = h.next(e);
        }
        black_box(h);
    });
    time("clone bytes", &mut || {
        black_box(bytes.clone());
    });
    time("decode (incl. clone)", &mut || {
        black_box(Batch::decode(bytes.clone()).unwrap());
    });
    let b = Batch::decode(bytes.clone()).unwrap();
    time("columns()", &mut || {
        for c in b.columns() {
            black_box(c.stream + c.event_type + c.tags.len() as u32);
        }
    });
    time("events()", &mut || {
        for e in b.events() {
            black_box(&e);
        }
    });
    time("verify", &mut || {
        black_box(b.verify(&Hash::GENESIS).unwrap());
    });
}
