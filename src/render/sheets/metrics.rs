//! Calls of the provider, one row an endpoint; errors, connections and limits are said below.

use crate::{
    render::{Column, Kind, Place, Sheet, Style, ToSheet},
    reports::metrics::Metrics,
};

impl ToSheet for Metrics {
    fn count(&self) -> u64 {
        self.endpoints.len() as u64
    }

    fn to_sheet(&self) -> Sheet {
        use Kind::{Number, Share, Text};
        let columns = vec![
            Column::new(Text, "endpoint", "Endpoint"),
            Column::new(Number, "calls", "Calls"),
            Column::new(Share, "success_rate", "Succeeded").priority(1),
            Column::new(Number, "p50_ms", "p50 (ms)").priority(3),
            Column::new(Number, "p95_ms", "p95 (ms)").priority(2),
            Column::new(Number, "billable", "Billable").priority(4),
            Column::new(Text, "billing", "Billed by").priority(5),
            Column::new(Text, "outcomes", "Errors").priority(6),
            Column::new(Number, "succeeded", "Good").place(Place::Files),
            Column::new(Number, "total_ms", "Time (ms)").place(Place::Files),
        ];
        let mut sheet = Sheet::new(columns, "no call was counted yet");
        for row in &self.endpoints {
            let errors = row.outcomes.iter().filter(|outcome| outcome.outcome != "ok");
            let errors: Vec<String> = errors.map(|error| format!("{} {}", error.outcome, error.calls)).collect();
            let cells = vec![
                (&row.endpoint).into(),
                row.calls.into(),
                row.success_rate.into(),
                row.p50_ms.into(),
                row.p95_ms.into(),
                row.billable.into(),
                row.billing.into(),
                errors.join(", ").into(),
                row.succeeded.into(),
                row.total_ms.into(),
            ];
            sheet.push(Style::Normal, cells);
        }
        sheet.notes = notes(self);
        sheet
    }
}

fn notes(metrics: &Metrics) -> Vec<String> {
    let of = |limit: Option<u64>| limit.map_or_else(|| "no limit".to_owned(), |most| most.to_string());
    let limits = &metrics.limits;
    let mut notes = vec![
        format!("connections made: {} (plaid.max_items: {})", limits.items_made, of(limits.max_items)),
        format!(
            "calls today that may be billed: {} (plaid.max_billable_per_day: {})",
            limits.billable_today,
            of(limits.max_billable_per_day)
        ),
    ];
    if !metrics.errors.is_empty() {
        let errors = metrics.errors.iter().take(10).map(|error| format!("{} {}", error.outcome, error.calls));
        notes.insert(0, format!("errors: {}", errors.collect::<Vec<_>>().join(", ")));
    }
    notes.extend(metrics.connections.iter().map(|connection| {
        format!(
            "{} {}: {} calls (its provider allows {}) and {} syncs today (sync.max_per_day: {})",
            connection.id,
            connection.name,
            connection.calls_today,
            connection.max_calls_per_day.map_or_else(|| "any number".to_owned(), |most| most.to_string()),
            connection.syncs_today,
            of(limits.max_syncs_per_day)
        )
    }));
    notes
}
