//! `ConvertTo-Html`, and what commands write before the next one has begun.

#![allow(clippy::unwrap_used)]

mod keeper;

use keeper::Keeper;
use tandem_shell::session::{Input, Session, SessionOptions};

fn shown(line: &str) -> String {
    let desk = Keeper::default();
    Session::new(SessionOptions::default()).run(&desk, &Input::Text(line));
    desk.shown.into_inner().join("")
}

#[test]
fn what_is_written_while_a_command_begins_reaches_the_next_one() {
    for (line, expected) in [
        (
            "& { begin { 'x'; 'y' } process {} } | Select-Object -First 1",
            "x",
        ),
        (
            "function f { begin { 1 } end { 2 } } f | % -Begin { 'b' } -Process { \"p$_\" } -End { 'e' }",
            "bp1p2e",
        ),
        ("1 | ConvertTo-Html | Measure-Object | % Count", "8"),
    ] {
        assert_eq!(shown(line), expected, "{line}");
    }
}

#[test]
fn objects_are_rows_or_lists() {
    const O: &str = "[pscustomobject]@{ A = 1, 2; B = '<é😀>' } | ConvertTo-Html -Fragment ";
    for (arguments, expected) in [
        (
            "",
            "<table><colgroup><col/><col/></colgroup><tr><th>A</th><th>B</th></tr>\
             <tr><td>System.Object[]</td><td>&lt;&#233;&#128512;&gt;</td></tr></table>",
        ),
        (
            "@{ n = '<i>'; e = { 5 }; width = 3; alignment = 'left' }",
            "<table><colgroup><col width = \"3\" align = \"left\"/></colgroup>\
             <tr><th><i></th></tr><tr><td>5</td></tr></table>",
        ),
        (
            "Nope -As List",
            "<table><tr><td>Nope:</td><td></td></tr></table>",
        ),
    ] {
        assert_eq!(shown(&format!("{O}{arguments}")), expected, "{arguments}");
    }
    let lists = "[pscustomobject]@{ A = 1 }, [pscustomobject]@{ B = 2 } | ConvertTo-Html -As List -Fragment";
    assert_eq!(
        shown(lists),
        "<table><tr><td>A:</td><td>1</td></tr><tr><td><hr></td></tr><tr><td>B:</td><td>2</td></tr></table>"
    );
}

#[test]
fn a_page_has_a_head() {
    let page = shown(
        "'x' | ConvertTo-Html -Title 'a<b' -Charset utf-8 -Meta @{ author = 'me' } -CssUri s.css -Transitional",
    );
    assert_eq!(
        page.split("</head>").next().unwrap(),
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"  \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\
         <html xmlns=\"http://www.w3.org/1999/xhtml\"><head><meta charset=\"utf-8\">\
         <meta name=\"author\" content=\"me\"><title>a<b</title>\
         <link rel=\"stylesheet\" type=\"text/css\" href=\"s.css\" />"
    );
}

#[test]
fn what_comes_down_the_pipeline_is_shown_by_the_host() {
    let line = "$x = & { 'a' | Write-Host; 1, 2 | Write-Host -NoNewline; Write-Host b } 6>&1; $x -join ','";
    assert_eq!(shown(line), "a,1,2,b");
}
