//! `-Report`: what a run did, as one HTML page on the caller's machine.

use std::fmt::Write as _;

use crate::dispatch::{Call, Failure};

/// What a run did, line by line.
#[derive(Debug, Default)]
pub(crate) struct Report {
    subject: Option<String>,
    columns: Option<[&'static str; 2]>,
    rows: Vec<(String, String)>,
}

impl Report {
    /// One whose heading says more than the cmdlet's name, and whose columns have names.
    pub(crate) fn about(subject: impl Into<String>, columns: [&'static str; 2]) -> Self {
        Self {
            subject: Some(subject.into()),
            columns: Some(columns),
            rows: Vec::new(),
        }
    }

    /// Notes what became of a thing.
    pub(crate) fn add(&mut self, thing: impl Into<String>, outcome: impl Into<String>) {
        self.rows.push((thing.into(), outcome.into()));
    }

    /// Writes the page to the file that -Report names, if it was given.
    pub(crate) async fn write(&self, call: &Call, path: Option<&str>) -> Result<(), Failure> {
        match path {
            Some(path) => call.write_caller_file(path, self.page(call.cmdlet())).await,
            None => Ok(()),
        }
    }

    fn page(&self, cmdlet: &str) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>{cmdlet}</title></head>\n<body>\n\
             <h1>{cmdlet}"
        );
        if let Some(subject) = &self.subject {
            page.push(' ');
            page.push_str(&escaped(subject));
        }
        page.push_str("</h1>\n<table>\n");
        if let Some([thing, outcome]) = self.columns {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "<tr><th>{thing}</th><th>{outcome}</th></tr>");
        }
        for (thing, outcome) in &self.rows {
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

    #[test]
    fn a_heading_and_columns_can_be_named() {
        let mut report = Report::about("-Target <pool2>", ["User", "Outcome"]);
        report.add("sip:kim@contoso.com", "Moved");
        let page = report.page("Move-CsUser");
        assert!(page.contains("<h1>Move-CsUser -Target &lt;pool2&gt;</h1>"));
        assert!(page.contains("<tr><th>User</th><th>Outcome</th></tr>\n<tr><td>sip:kim@"));
    }
}
