//! The text format of Prometheus, version 0.0.4, for a file that its node exporter collects.
//!
//! Invariant: every family has its help and its type before its samples, which stand together; labels are escaped.

use std::fmt::Write as _;

use crate::reports::metrics::Metrics;

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escape(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.family(name, "gauge", help);
            self.sample(name, &[], value);
        }
    }
}

/// The metrics as Prometheus reads them.
pub fn exposition(metrics: &Metrics) -> String {
    let mut page = Page(String::new());
    page.family("bursar_calls_total", "counter", "Calls of banks' providers by endpoint and outcome.");
    for row in &metrics.endpoints {
        for outcome in &row.outcomes {
            let labels = [("endpoint", row.endpoint.as_str()), ("outcome", outcome.outcome.as_str())];
            page.sample("bursar_calls_total", &labels, outcome.calls);
        }
    }
    page.family("bursar_billable_calls_total", "counter", "Calls that a provider may bill one by one.");
    for row in &metrics.endpoints {
        page.sample("bursar_billable_calls_total", &[("endpoint", row.endpoint.as_str())], row.billable);
    }
    let name = "bursar_call_duration_seconds";
    page.family(name, "summary", "How long calls took; the quantiles are exact to an eighth.");
    for row in &metrics.endpoints {
        let endpoint = ("endpoint", row.endpoint.as_str());
        for (quantile, value) in [("0.5", row.p50_ms), ("0.95", row.p95_ms)] {
            if let Some(millis) = value {
                page.sample(name, &[endpoint, ("quantile", quantile)], seconds(millis));
            }
        }
        page.sample(&format!("{name}_sum"), &[endpoint], seconds(row.total_ms));
        page.sample(&format!("{name}_count"), &[endpoint], row.calls);
    }
    let limits = &metrics.limits;
    page.gauge("bursar_items_made", "Connections ever made, removed ones too.", Some(limits.items_made));
    page.gauge("bursar_items_limit", "Connections that the plan allows.", limits.max_items);
    page.gauge("bursar_billable_calls_today", "Billable calls today (UTC).", Some(limits.billable_today));
    page.gauge("bursar_billable_calls_limit", "Billable calls allowed a day.", limits.max_billable_per_day);
    page.gauge("bursar_syncs_limit", "Syncs of one connection allowed a day.", limits.max_syncs_per_day);
    page.family("bursar_connection_calls_today", "gauge", "Calls about a connection today (UTC).");
    for connection in &metrics.connections {
        let labels = [("connection", &*connection.id.to_string())];
        page.sample("bursar_connection_calls_today", &labels, connection.calls_today);
    }
    page.family("bursar_connection_syncs_today", "gauge", "Syncs of a connection today (UTC).");
    for connection in &metrics.connections {
        let labels = [("connection", &*connection.id.to_string())];
        page.sample("bursar_connection_syncs_today", &labels, connection.syncs_today);
    }
    page.0
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
