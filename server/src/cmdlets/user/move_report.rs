//! `-Report` of Move-CsUser: what became of each user, as one HTML page.

use std::fmt::Write as _;

/// What became of the users of one call.
#[derive(Debug, Default)]
pub(super) struct Report {
    rows: Vec<(String, String)>,
}

impl Report {
    /// Notes what became of a user.
    pub(super) fn add(&mut self, user: impl Into<String>, outcome: impl Into<String>) {
        self.rows.push((user.into(), outcome.into()));
    }

    /// The page.
    pub(super) fn html(&self, target: &str) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>Move-CsUser</title></head>\n<body>\n\
             <h1>Move-CsUser -Target {}</h1>\n<table>\n<tr><th>User</th><th>Outcome</th></tr>\n",
            escaped(target)
        );
        for (user, outcome) in &self.rows {
            // Writing to a text cannot fail.
            let _ = writeln!(
                page,
                "<tr><td>{}</td><td>{}</td></tr>",
                escaped(user),
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
    use super::Report;

    #[test]
    fn names_cannot_break_the_page() {
        let mut report = Report::default();
        report.add("sip:<b>@contoso.com", "Moved & gone");
        let page = report.html("pool2.contoso.com");
        assert!(page.contains("<td>sip:&lt;b&gt;@contoso.com</td><td>Moved &amp; gone</td>"));
    }
}
