//! `ConvertTo-Xml` and `ConvertTo-Json`, line by line: what they write, and the ids of their errors (before their comma).

mod keeper;

use keeper::check;

#[test]
fn objects_become_elements() {
    check(&[
        (
            "([pscustomobject]@{a='x<';b=1.5;c='';d=$null} | ConvertTo-Xml).OuterXml",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Objects><Object Type=\"System.Management.Automation.PSCustomObject\"><Property Name=\"a\" Type=\"System.String\">x&lt;</Property><Property Name=\"b\" Type=\"System.Double\">1.5</Property><Property Name=\"c\" Type=\"System.String\" /><Property Name=\"d\" Type=\"System.Object\" /></Object></Objects>",
            "",
        ),
        (
            "1,$null | ConvertTo-Xml -As Stream -NoTypeInformation",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>|<Objects>|<Object>1</Object>|<Object />|</Objects>",
            "",
        ),
        (
            "ConvertTo-Xml -InputObject @{k=1,'t'} -As String -NoTypeInformation",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Objects>\n  <Object>\n    <Property Name=\"Key\">k</Property>\n    <Property Name=\"Value\">\n      <Property>1</Property>\n      <Property>t</Property>\n    </Property>\n  </Object>\n</Objects>",
            "",
        ),
        (
            "@() | ConvertTo-Xml -As String",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Objects />",
            "",
        ),
    ]);
}

#[test]
fn what_lies_too_deep_becomes_text() {
    check(&[
        (
            "$o = [pscustomobject]@{a=[pscustomobject]@{b=[pscustomobject]@{c=1}}}; ($o | ConvertTo-Xml -NoTypeInformation).OuterXml",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Objects><Object><Property Name=\"a\"><Property>@{b=}</Property><Property Name=\"b\">@{c=1}</Property></Property></Object></Objects>",
            "",
        ),
        (
            "$o = [pscustomobject]@{a=[pscustomobject]@{b=1}}; ($o | ConvertTo-Xml -NoTypeInformation -Depth 2).OuterXml",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Objects><Object><Property Name=\"a\"><Property Name=\"b\">1</Property></Property></Object></Objects>",
            "",
        ),
        (
            "[pscustomobject]@{a=[pscustomobject]@{b=$null}} | ConvertTo-Xml",
            "",
            "System.NullReferenceException",
        ),
        ("\"`u{1}\" | ConvertTo-Xml", "", "System.ArgumentException"),
    ]);
}

#[test]
fn addresses_become_json_by_their_parts() {
    check(&[
        (
            "[mailaddress]'a@b.c' | ConvertTo-Json -Compress",
            "{\"DisplayName\":\"\",\"User\":\"a\",\"Host\":\"b.c\",\"Address\":\"a@b.c\"}",
            "",
        ),
        ("[uri]'http://a' | ConvertTo-Json", "\"http://a\"", ""),
        (
            "([ipaddress]'1.2.3.4' | ConvertTo-Json | ConvertFrom-Json).psobject.Properties.Name[0,-1]",
            "AddressFamily|IPAddressToString",
            "",
        ),
    ]);
}
