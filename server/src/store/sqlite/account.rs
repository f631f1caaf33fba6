//! Accounts in SQLite: streams of them, and lookups by name.

use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use tandem_domain::identity::{Fqdn, SipUri};

use super::convert::{self, failed};
use crate::store::{Account, AccountDetails, AccountName, Error, Result};

/// Accounts that are read at once.
const PAGE_ROWS: u32 = 1_000;

/// A position in the accounts of one home pool or of all.
pub(super) struct AccountsQuery {
    reads: SqlitePool,
    home_pool: Option<Fqdn>,
    after: (i64, String),
}

impl AccountsQuery {
    pub(super) fn new(reads: SqlitePool, home_pool: Option<Fqdn>) -> Self {
        Self {
            reads,
            home_pool,
            after: (-1, String::new()),
        }
    }

    /// The next accounts, by home pool and SIP address.
    pub(super) async fn page(&mut self) -> Result<Vec<Account>> {
        let rows = match &self.home_pool {
            Some(home_pool) => {
                sqlx::query(
                    "SELECT home_pool.name, document.owner, document.body, document.home_pool
                     FROM home_pool CROSS JOIN account ON account.home_pool = home_pool.id
                     CROSS JOIN document ON document.home_pool = account.home_pool
                         AND document.owner = account.owner AND document.kind = 0 AND document.key = ''
                     WHERE home_pool.name = ? AND account.owner > ?
                     ORDER BY account.owner LIMIT ?",
                )
                .bind(home_pool.as_str().to_owned())
                .bind(self.after.1.clone())
                .bind(PAGE_ROWS)
                .fetch_all(&self.reads)
                .await
            }
            None => {
                sqlx::query(
                    "SELECT home_pool.name, document.owner, document.body, document.home_pool
                     FROM account CROSS JOIN home_pool ON home_pool.id = account.home_pool
                     CROSS JOIN document ON document.home_pool = account.home_pool
                         AND document.owner = account.owner AND document.kind = 0 AND document.key = ''
                     WHERE (account.home_pool, account.owner) > (?, ?)
                     ORDER BY account.home_pool, account.owner LIMIT ?",
                )
                .bind(self.after.0)
                .bind(self.after.1.clone())
                .bind(PAGE_ROWS)
                .fetch_all(&self.reads)
                .await
            }
        }
        .map_err(failed)?;
        if let Some(last) = rows.last() {
            self.after = (
                last.try_get(3).map_err(failed)?,
                last.try_get(1).map_err(failed)?,
            );
        }
        rows.iter().map(account).collect()
    }
}

/// Accounts that a name may mean.
pub(super) async fn find(
    reads: &SqlitePool,
    name: &AccountName,
    limit: u32,
) -> Result<Vec<Account>> {
    // The statements differ in one condition each; each has an index.
    macro_rules! accounts_where {
        ($condition:literal) => {
            concat!(
                "SELECT home_pool.name, document.owner, document.body, document.home_pool
                 FROM account CROSS JOIN home_pool ON home_pool.id = account.home_pool
                 CROSS JOIN document ON document.home_pool = account.home_pool
                     AND document.owner = account.owner AND document.kind = 0 AND document.key = ''
                 WHERE ",
                $condition,
                " ORDER BY account.owner, account.home_pool LIMIT ?"
            )
        };
    }
    let (statement, value) = match name {
        AccountName::SipAddress(address) => (
            accounts_where!("account.owner = ?"),
            address.as_str().to_owned(),
        ),
        AccountName::UserPrincipalName(name) => (
            accounts_where!("account.user_principal_name = ?"),
            name.to_lowercase(),
        ),
        AccountName::SamAccountName(name) => (
            accounts_where!("account.sam_account_name = ?"),
            name.to_lowercase(),
        ),
        AccountName::DisplayName(name) if name.contains('*') => (
            accounts_where!("account.display_name LIKE ? ESCAPE '\\'"),
            like_pattern(&name.to_lowercase()),
        ),
        AccountName::DisplayName(name) => (
            accounts_where!("account.display_name = ?"),
            name.to_lowercase(),
        ),
    };
    let rows = sqlx::query(statement)
        .bind(value)
        .bind(limit)
        .fetch_all(reads)
        .await
        .map_err(failed)?;
    rows.iter().map(account).collect()
}

/// `*` stands for any characters; SQL's own wildcards stand for themselves.
fn like_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '*' => pattern.push('%'),
            '%' | '_' | '\\' => {
                pattern.push('\\');
                pattern.push(character);
            }
            _ => pattern.push(character),
        }
    }
    pattern
}

fn account(row: &SqliteRow) -> Result<Account> {
    let owner: &str = row.try_get(1).map_err(failed)?;
    let body: &[u8] = row.try_get(2).map_err(failed)?;
    Ok(Account {
        home_pool: convert::fqdn(row.try_get(0).map_err(failed)?)?,
        sip_address: SipUri::parse(owner).map_err(|error| Error::Damaged(error.to_string()))?,
        details: AccountDetails::from_body(body)?,
    })
}

#[cfg(test)]
mod tests {
    use super::like_pattern;

    #[test]
    fn only_the_star_is_a_wildcard() {
        assert_eq!(like_pattern("ken*"), "ken%");
        assert_eq!(like_pattern("100%_\\*"), "100\\%\\_\\\\%");
    }
}
