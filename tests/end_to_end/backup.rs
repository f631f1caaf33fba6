//! The cmdlets of the Backup Service, typed by an administrator at either pool: what they change is in force on both.

use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users::sip_address;

use crate::deployment::Deployment;
use crate::examples::line;
use crate::writers::one;

/// How many records of its users' data pool1 has that pool2 has not imported.
const PENDING: &str = "((Get-CsBackupServiceStatus -PoolFqdn pool1.contoso.com).BackupModules | Where-Object Identity -eq UserServices.PresenceFocus).PendingRecords";

/// What a line prints; it must not fail.
async fn said(deployment: &Deployment, pool: &str, command: &str) -> String {
    let output = line(&deployment.laboratory, pool, command).await;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && errors.is_empty(),
        "{command}: {errors}"
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// What a line that must fail says.
async fn refused(deployment: &Deployment, pool: &str, command: &str) -> String {
    let output = line(&deployment.laboratory, pool, command).await;
    assert!(!output.status.success(), "{command} did not fail");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_set_seen_and_removed_from_both_pools() {
    let deployment = Deployment::start().await;
    let interval = "(Get-CsBackupServiceConfiguration).SyncInterval.ToString()";
    assert_eq!(said(&deployment, POOL1, interval).await, "00:02:00");

    // Asked at the pool without the active store: the change is written where that is.
    said(
        &deployment,
        POOL1,
        "Set-CsBackupServiceConfiguration -SyncInterval 00:00:30 -MaxConcurrentCalls 3",
    )
    .await;
    for pool in [POOL2, POOL1] {
        let seen = until(&deployment, pool, interval, "00:00:30").await;
        assert_eq!(seen, "00:00:30", "{pool}");
    }
    // A setting that is not named stays.
    said(
        &deployment,
        POOL2,
        "Set-CsBackupServiceConfiguration -SyncInterval 00:01:00",
    )
    .await;
    let calls = "(Get-CsBackupServiceConfiguration).MaxConcurrentCalls";
    assert_eq!(said(&deployment, POOL2, calls).await, "3");

    // -WhatIf changes nothing, and what is out of range is refused and changes nothing.
    let preview = "Set-CsBackupServiceConfiguration -SyncInterval 01:00:00 -WhatIf";
    let shown = line(&deployment.laboratory, POOL2, preview).await;
    assert!(shown.status.success(), "{shown:?}");
    for wrong in ["00:00:04", "03:00:01"] {
        let command = format!("Set-CsBackupServiceConfiguration -SyncInterval {wrong}");
        let error = refused(&deployment, POOL2, &command).await;
        assert!(error.contains("SyncInterval"), "{error}");
    }
    assert_eq!(said(&deployment, POOL2, interval).await, "00:01:00");

    said(
        &deployment,
        POOL2,
        "Remove-CsBackupServiceConfiguration -Identity Global -Confirm:$false",
    )
    .await;
    assert_eq!(said(&deployment, POOL2, interval).await, "00:02:00");
    assert_eq!(
        until(&deployment, POOL1, interval, "00:02:00").await,
        "00:02:00"
    );
}

/// What a line prints, once it prints what is awaited or after a while.
async fn until(deployment: &Deployment, pool: &str, command: &str, awaited: &str) -> String {
    let deadline = tokio::time::Instant::now() + crate::deployment::PATIENCE;
    loop {
        let seen = said(deployment, pool, command).await;
        if seen == awaited || tokio::time::Instant::now() > deadline {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_on_the_partner_when_the_sync_that_was_asked_for_has_ended() {
    let deployment = Deployment::start().await;
    // Nothing is shipped by itself while the test runs.
    said(
        &deployment,
        POOL2,
        "Set-CsBackupServiceConfiguration -SyncInterval 03:00:00",
    )
    .await;
    let commands = [
        (
            POOL1,
            "Invoke-CsBackupServiceSync -PoolFqdn pool1.contoso.com -BackupModule UserServices.PresenceFocus",
        ),
        (
            POOL2,
            "Invoke-CsBackupServiceSync -PoolFqdn pool1.contoso.com",
        ),
        (POOL1, "Sync-CsUserData -PoolFqdn pool1.contoso.com"),
        (POOL2, "Sync-CsUserData -PoolFqdn pool2.contoso.com -Target"),
    ];
    for (number, (at, command)) in commands.into_iter().enumerate() {
        leave_pending(&deployment, &format!("write-{number}")).await;
        let told = said(&deployment, at, &format!("{command} -Verbose 4>&1")).await;
        assert!(told.contains("documents were shipped"), "{command}: {told}");
        assert_eq!(said(&deployment, POOL1, PENDING).await, "0", "{command}");
    }
    let error = refused(
        &deployment,
        POOL1,
        "Invoke-CsBackupServiceSync -PoolFqdn pool1.contoso.com -BackupModule Nothing",
    )
    .await;
    assert!(
        error.contains("Nothing") && error.contains("UserServices.PresenceFocus"),
        "{error}"
    );
}

/// Writes to pool1 until the write waits there: a round of the Backup Service that was under way, or that new settings
/// began, may take it along.
async fn leave_pending(deployment: &Deployment, key: &str) {
    let deadline = tokio::time::Instant::now() + crate::deployment::PATIENCE;
    loop {
        let write = one(&sip_address(POOL1, 0), "setting", key, b"value");
        deployment
            .front_end(POOL1)
            .put_documents(write)
            .await
            .unwrap();
        if said(deployment, POOL1, PENDING).await != "0" {
            return;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{key} is shipped although nobody asked"
        );
    }
}
