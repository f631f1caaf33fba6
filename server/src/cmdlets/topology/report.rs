//! `-Report` of the topology's cmdlets: what a run did, as one HTML page on the caller's machine.

use std::fmt::Write as _;

use crate::dispatch::{Call, Failure};

/// What a run did, line by line.
#[derive(Debug, Default)]
pub(super) struct Report {
    rows: Vec<(String, String)>,
}

impl Report {
    /// Notes what became of a thing.
    pub(super) fn add(&mut self, thing: impl Into<String>, outcome: impl Into<String>) {
        self.rows.push((thing.into(), outcome.into()));
    }

    /// Writes the page to the file that -Report names, if it was given.
    pub(super) async fn write(&self, call: &Call, path: Option<&str>) -> Result<(), Failure> {
        match path {
            Some(path) => call.write_caller_file(path, self.page(call.cmdlet())).await,
            None => Ok(()),
        }
    }

    fn page(&self, cmdlet: &str) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>{cmdlet}</title></head>\n<body>\n\
             <h1>{cmdlet}</h1>\n<table>\n"
        );
        for (thing, outcome) in &self.rows {
            // Writing to a String cannot fail.
            let _ = writeln!(
                page,
                "<tr><td>{}</td><td>{}</td></tr>",
                escaped(thing),
                escaped(outcome)
            );
        }
        page.push_str("</table>\n</body>\n</html>\n");
        page
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_page() {
        let mut report = Report::default();
        report.add("Site:<b>", "added & kept");
        assert!(
            report
                .page("Publish-CsTopology")
                .contains("<td>Site:&lt;b&gt;</td><td>added &amp; kept</td>")
        );
    }
}
